import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { captureHeader } from '../../src/inputs/capture-header.js';
import { InputError } from '../../src/inputs/input.js';
import { StoredFile, type StoredFileOptions } from '../../src/inputs/stored-file.js';
import { CollectingSink } from '../contracts/input.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('StoredFile', () => {
  const { dir } = temporaryDirs();
  let sink: CollectingSink;
  beforeEach(() => {
    sink = new CollectingSink();
  });

  /** Reads a file of these bytes; answers what was wrong. */
  const read = async (bytes: Buffer | string, options: Partial<StoredFileOptions> = {}): Promise<unknown> => {
    const file = path.join(dir(), 'stored');
    fs.writeFileSync(file, bytes);
    const input = new StoredFile(sink, { path: file, framing: 'auto', maxFrame: 65_536, ...options });
    await input.start();
    try {
      await input.ended;
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const lines = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `line ${index} ${'x'.repeat(index % 97)}`);

  it('gives what can be unpacked of a .gz that ends too early, then says so', async () => {
    const all = lines(100_000);
    const packed = gzipSync(`${all.join('\n')}\n`);
    const failure = await read(packed.subarray(0, packed.length - 20));
    expect(failure).to.be.instanceOf(InputError);
    expect((failure as InputError).message).to.match(/cannot read .*stored past byte \d+: unexpected end of file/u);
    expect(sink.texts.length).to.be.greaterThan(99_000);
    expect(sink.texts.slice(0, -1)).to.deep.equal(all.slice(0, sink.texts.length - 1));
    expect(all[sink.texts.length - 1]?.startsWith(sink.texts.at(-1) ?? '?')).to.equal(true);
  });

  it('gives what lies before the damage of a damaged .gz, then says so', async () => {
    const all = lines(100_000);
    const packed = gzipSync(`${all.join('\n')}\n`, { level: 1 });
    const half = Math.floor(packed.length / 2);
    packed.fill(0xff, half, half + 100);
    const failure = await read(packed);
    expect(failure).to.be.instanceOf(InputError);
    expect(sink.texts.length).to.be.greaterThan(45_000);
    expect(sink.texts.slice(0, 45_000)).to.deep.equal(all.slice(0, 45_000));
  });

  it('reads a capture that says it is one message by message: lines, counted and empty ones', async () => {
    const capture = Buffer.concat([captureHeader, Buffer.from('<13>one\n9 two\nlines\n17 begins with 12 <3')]);
    expect(await read(capture)).to.equal(undefined);
    expect(sink.texts).to.deep.equal(['<13>one', 'two\nlines', '', 'begins with 12 <3']);
    sink.frames.length = 0;
    await read(gzipSync(capture));
    expect(sink.texts).to.have.length(4);
  });

  it('reads a foreign capture where it is told to: empty lines are no messages', async () => {
    expect(await read('<13>one\n\n3 two\n', { framing: 'capture' })).to.equal(undefined);
    expect(sink.texts).to.deep.equal(['<13>one', 'two']);
  });

  it('refuses octet-counted messages among lines, naming the first and what to do', async () => {
    const failure = await read('<13>one\n13 <13>two\nlines<13>three\n');
    expect((failure as InputError).message).to.match(
      /stored: record 2 begins as an octet-counted message, in a file of lines; --format capture would be right/u,
    );
    expect(sink.texts).to.deep.equal(['<13>one']);
  });

  it('takes lines that begin with numbers for lines', async () => {
    const all = ['2026 was', '12 <b>bold</b>', '0 <13>zero', '5 x', '<13>7 <13>x'];
    expect(await read(`${all.join('\n')}\n`)).to.equal(undefined);
    expect(sink.texts).to.deep.equal(all);
    sink.frames.length = 0;
    expect(await read('x\n12 <13>a line\n', { framing: 'lines' })).to.equal(undefined);
    expect(sink.texts).to.deep.equal(['x', '12 <13>a line']);
  });
});
