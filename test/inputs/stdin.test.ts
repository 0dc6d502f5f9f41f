import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import { frameFlags } from '../../src/inputs/input.js';
import { StdinInput } from '../../src/inputs/stdin.js';
import { CollectingLog, CollectingSink, contractMaxFrame, inputContract } from '../contracts/input.js';

inputContract(
  'stdin',
  async (sink, log) => {
    const stream = new PassThrough();
    const input = new StdinInput(sink, { stream, maxFrame: contractMaxFrame, log });
    return {
      input,
      send: async (frames) => {
        if (stream.destroyed) throw new Error('closed');
        for (const frame of frames) stream.write(Buffer.concat([frame, Buffer.from('\n')]));
      },
      sendHalf: async (half) => void stream.write(half),
      close: async () => void stream.end(),
    };
  },
  { waits: true },
);

describe('StdinInput', () => {
  const read = async (
    ...chunks: readonly string[]
  ): Promise<{ sink: CollectingSink; input: StdinInput; log: CollectingLog }> => {
    const sink = new CollectingSink();
    const log = new CollectingLog();
    const stream = new PassThrough();
    const input = new StdinInput(sink, { stream, log });
    await input.start();
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
    await input.ended;
    return { sink, input, log };
  };

  it('pushes the last line without a newline, marked, before it ends', async () => {
    const { sink, input } = await read('one\ntw', 'o\r\nthree');
    expect(sink.texts).to.deep.equal(['one', 'two', 'three']);
    expect(sink.frames.map(({ flags }) => flags)).to.deep.equal([0, 0, frameFlags.partial]);
    expect(input.counters()).to.include({ received: 3, partial: 1, bytes: 14 });
  });

  it('takes lines that begin with a number for lines', async () => {
    const { sink } = await read('12 monkeys\n');
    expect(sink.texts).to.deep.equal(['12 monkeys']);
  });

  it('ends at once where there is nothing', async () => {
    const { sink } = await read();
    expect(sink.frames).to.have.length(0);
  });

  it('does not end before the sink has taken everything', async () => {
    const sink = new CollectingSink();
    sink.allow(1);
    const stream = new PassThrough();
    const input = new StdinInput(sink, { stream, log: new CollectingLog() });
    await input.start();
    let ended = false;
    void input.ended.then(() => (ended = true));
    stream.end('one\ntwo\nthree');
    await sink.holds(1);
    expect(ended).to.equal(false);
    sink.allow(10);
    await input.ended;
    expect(sink.texts).to.deep.equal(['one', 'two', 'three']);
  });

  it('reports a stream that fails, keeps what it read and ends', async () => {
    const sink = new CollectingSink();
    const log = new CollectingLog();
    const stream = new PassThrough();
    const input = new StdinInput(sink, { stream, log });
    await input.start();
    stream.write('one\ntw');
    await sink.holds(1);
    stream.destroy(new Error('EIO: no more'));
    await input.ended;
    expect(sink.texts).to.deep.equal(['one', 'tw']);
    expect(input.counters().read_errors).to.equal(1);
    expect(log.lines).to.deep.equal([
      'error cannot read on from stdin: EIO: no more; what was read until here is kept',
    ]);
  });
});

describe('openStandardInput()', () => {
  const program = `
    import { isMainThread, Worker } from 'node:worker_threads';
    import { openStandardInput } from './standard-input.mjs';
    if (isMainThread && process.argv[2] === 'worker') new Worker(new URL(import.meta.url));
    else {
      let text = '';
      openStandardInput().on('data', (chunk) => { text += chunk; }).on('end', () => { console.log('read ' + text); });
    }`;
  const directory = mkdtempSync(join(tmpdir(), 'stdin-'));
  const file = join(directory, 'program.mjs');

  before(() => {
    const source = fileURLToPath(new URL('../../src/inputs/standard-input.ts', import.meta.url));
    // Compiled: a worker thread does not inherit the loader of TypeScript.
    buildSync({
      entryPoints: [source],
      outfile: join(directory, 'standard-input.mjs'),
      format: 'esm',
      platform: 'node',
    });
    writeFileSync(file, program);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const run = async (thread: string, stdin: 'pipe' | number): Promise<string> => {
    const child = spawn(process.execPath, [file, thread], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: [stdin, 'pipe', 'inherit'],
    });
    child.stdin?.end('hello');
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await once(child, 'close');
    return out.trim();
  };

  for (const thread of ['main', 'worker']) {
    it(`reads a pipe, a file and /dev/null in a ${thread} thread`, async () => {
      const path = join(directory, 'in');
      writeFileSync(path, 'from a file');
      const stored = openSync(path, 'r');
      const empty = openSync('/dev/null', 'r');
      const seen = await Promise.all([run(thread, 'pipe'), run(thread, stored), run(thread, empty)]);
      closeSync(stored);
      closeSync(empty);
      expect(seen).to.deep.equal(['read hello', 'read from a file', 'read']);
      expect(readFileSync(path, 'utf8')).to.equal('from a file');
    });
  }
});
