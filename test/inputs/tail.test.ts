// Longer than most: one input, by what happens to its files.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { frameFlags, InputError } from '../../src/inputs/input.js';
import { TailInput } from '../../src/inputs/tail.js';
import type { TailOptions } from '../../src/inputs/tail-options.js';
import type { Json } from '../../src/json.js';
import { lineFlags } from '../../src/tail-file/index.js';
import { CollectingLog, CollectingSink, contractMaxFrame, inputContract } from '../contracts/input.js';
import { until } from '../support/eventually.js';
import { temporaryDirs } from '../support/temporary-dir.js';

inputContract(
  'a followed file',
  async (sink, log) => {
    const directory = fs.mkdtempSync(path.join(tmpdir(), 'tocsin-test-'));
    const file = path.join(directory, 'a.log');
    fs.writeFileSync(file, '');
    const input = new TailInput(sink, { pattern: file, maxFrame: contractMaxFrame, log, pollMs: 10 });
    return {
      input,
      send: async (frames) => {
        for (const frame of frames) fs.appendFileSync(file, Buffer.concat([frame, Buffer.from('\n')]));
      },
      sendHalf: async (half) => fs.appendFileSync(file, half),
      close: async () => {
        await input.stop();
        fs.rmSync(directory, { recursive: true, force: true });
      },
    };
  },
  { waits: true, keepsHalves: true },
);

describe('TailInput', () => {
  const inputs: TailInput[] = [];
  let sink: CollectingSink;
  let log: CollectingLog;
  beforeEach(() => {
    sink = new CollectingSink();
    log = new CollectingLog();
  });
  afterEach(async () => {
    for (const input of inputs.splice(0)) await input.stop();
  });
  const { dir } = temporaryDirs();

  const at = (...names: readonly string[]): string => path.join(dir(), ...names);
  const append = (name: string, text: string): void => fs.appendFileSync(at(name), text);
  const start = async (pattern: string, options: Partial<TailOptions> = {}): Promise<TailInput> => {
    const input = new TailInput(sink, { pattern: at(pattern), log, pollMs: 10, ...options });
    inputs.push(input);
    await input.start();
    return input;
  };
  /** What the sink was given to keep, for the next run. */
  const positions = (input: TailInput): ReadonlyMap<string, Json> => {
    const kept = new Map<string, Json>();
    for (const [key, value] of sink.positions) {
      if (value !== undefined) kept.set(key.slice(input.name.length + 1), JSON.parse(JSON.stringify(value)) as Json);
    }
    return kept;
  };

  it('marks frames as tail-file marks lines', () => {
    expect(lineFlags).to.deep.equal({ truncated: frameFlags.truncated, partial: frameFlags.partial });
  });

  it('follows the files of a pattern, and those that come later', async () => {
    append('a.log', 'a1\n');
    append('b.log', 'b1\n');
    append('c.txt', 'no\n');
    await start('*.log');
    await sink.holds(2);
    append('c.log', 'c1\n');
    await sink.holds(3);
    append('a.log', 'a2\n');
    await sink.holds(4);
    expect(sink.texts.toSorted()).to.deep.equal(['a1', 'a2', 'b1', 'c1']);
  });

  it('follows files in directories that come later', async () => {
    await start('**/*.log');
    fs.mkdirSync(at('x', 'y'), { recursive: true });
    append('x/y/a.log', 'deep\n');
    await sink.holds(1);
    expect(sink.texts).to.deep.equal(['deep']);
  });

  it('waits for a file in a directory that is not there yet, and says so once', async () => {
    const input = await start('later/a.log');
    await until('it is said', () => log.lines.length > 0);
    fs.mkdirSync(at('later'));
    append('later/a.log', 'one\n');
    await sink.holds(1);
    expect(log.lines.filter((line) => line.startsWith('warn'))).to.have.length(1);
    expect(log.lines[0]).to.include('waiting for it');
    expect(input.counters()).to.include({ received: 1, files: 1 });
  });

  it('reads rotated files that match the pattern once, and before the one that followed them', async () => {
    append('a.log.2', 'one\n');
    append('a.log.1', 'two\n');
    append('a.log', 'three\n');
    fs.utimesSync(at('a.log.2'), 1000, 1000);
    fs.utimesSync(at('a.log.1'), 2000, 2000);
    await start('a.log*');
    await sink.holds(3);
    fs.renameSync(at('a.log.2'), at('a.log.3'));
    fs.renameSync(at('a.log.1'), at('a.log.2'));
    fs.renameSync(at('a.log'), at('a.log.1'));
    append('a.log', 'four\n');
    append('a.log.1', 'late\n');
    await sink.holds(5);
    append('a.log', 'five\n');
    await sink.holds(6);
    expect(sink.texts.slice(0, 3)).to.deep.equal(['one', 'two', 'three']);
    expect(sink.texts.slice(3).toSorted()).to.deep.equal(['five', 'four', 'late']);
  });

  it('reads a copy made before truncation once, where the pattern matches it', async () => {
    append('a.log', 'one\n');
    await start('a.log*');
    await sink.holds(1);
    append('a.log', 'two\n');
    fs.copyFileSync(at('a.log'), at('a.log.1'));
    await sink.holds(2);
    fs.truncateSync(at('a.log'));
    append('a.log', 'three\n');
    await sink.holds(3);
    append('a.log', 'four\n');
    await sink.holds(4);
    expect(sink.texts).to.deep.equal(['one', 'two', 'three', 'four']);
  });

  it('does not follow compressed files, and says so once', async () => {
    for (const name of ['a.log.2.gz', 'a.log.3.xz', 'a.log.4.zst', 'a.log.5.bz2']) append(name, 'packed\n');
    append('a.log', 'one\n');
    const input = await start('a.log*');
    await sink.holds(1);
    expect(sink.texts).to.deep.equal(['one']);
    expect(input.counters()).to.include({ compressed_files: 4, files: 1 });
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.include('and 3 more: compressed');
  });

  it('goes on after a restart where it was, through rotations in between, under a pattern that matches all', async () => {
    append('a.log.1', 'zero\n');
    fs.utimesSync(at('a.log.1'), 1000, 1000);
    append('a.log', 'one\n');
    const first = await start('a.log*');
    await sink.holds(2);
    await first.stop();
    append('a.log', 'two\n');
    fs.renameSync(at('a.log.1'), at('a.log.2'));
    fs.renameSync(at('a.log'), at('a.log.1'));
    append('a.log', 'three\n');
    fs.renameSync(at('a.log.2'), at('a.log.3'));
    fs.renameSync(at('a.log.1'), at('a.log.2'));
    fs.renameSync(at('a.log'), at('a.log.1'));
    append('a.log', 'four\n');
    await start('a.log*', { positions: positions(first) });
    await sink.holds(5);
    append('a.log', 'five\n');
    await sink.holds(6);
    expect(sink.texts).to.have.members(['zero', 'one', 'two', 'three', 'four', 'five']);
    expect(log.lines).to.deep.equal([]);
  });

  it('begins at the end where asked, but reads files that come later whole', async () => {
    append('a.log', 'old\n');
    const input = await start('*.log', { from: 'end' });
    await until('its place is kept', () => sink.positions.size === 1);
    append('a.log', 'new\n');
    append('b.log', 'whole\n');
    await sink.holds(2);
    expect(sink.texts.toSorted()).to.deep.equal(['new', 'whole']);
    await input.stop();
    append('a.log', 'while away\n');
    await start('*.log', { from: 'end', positions: positions(input) });
    await sink.holds(3);
    expect(sink.texts[2]).to.equal('while away');
  });

  it('gives what was there at the start the time of the file as reference, and what comes later none', async () => {
    append('a.log', 'old\n');
    fs.utimesSync(at('a.log'), 1_000_000, 1_000_000);
    await start('a.log', { timeZone: 'Europe/Berlin', year: 2015 });
    await sink.holds(1);
    append('a.log', 'new\n');
    await sink.holds(2);
    const [old, recent] = sink.frames;
    expect(old?.source.toJSON()).to.include({ referenceTime: 1_000_000_000, timeZone: 'Europe/Berlin', year: 2015 });
    expect(recent?.source.referenceTime).to.equal(undefined);
  });

  it('says once that a file cannot be read, escaped, and reads it when it can be', async () => {
    fs.mkdirSync(at('a\u0007b.log'));
    await start('a\u0007b.log');
    await until('it is said', () => log.lines.length > 0);
    fs.rmdirSync(at('a\u0007b.log'));
    append('a\u0007b.log', 'one\n');
    await sink.holds(1);
    await until('it is said to be over', () => log.lines.length > 1);
    expect(log.lines.map((line) => line.split(' ')[0])).to.deep.equal(['warn', 'info']);
    expect(log.lines.join('')).to.not.include('\u0007');
  });

  it('counts empty lines and pushes none', async () => {
    append('a.log', 'one\n\n\r\ntwo\n');
    const input = await start('a.log');
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['one', 'two']);
    expect(input.counters()).to.include({ received: 2, empty: 2, bytes: 11 });
  });

  it('keeps the place before a line the sink did not take', async () => {
    append('a.log', 'one\ntwo\n');
    sink.allow(1);
    const input = await start('a.log');
    await sink.holds(1);
    await input.stop();
    const kept = positions(input);
    sink.allow(10);
    await start('a.log', { positions: kept });
    await sink.holds(2);
    expect(sink.texts).to.deep.equal(['one', 'two']);
  });

  it('follows 1,000 files', async () => {
    for (let index = 0; index < 1000; index += 1) append(`${index}.log`, `first ${index}\n`);
    const input = await start('*.log');
    await sink.holds(1000);
    for (let index = 0; index < 1000; index += 50) append(`${index}.log`, `second ${index}\n`);
    await sink.holds(1020);
    expect(new Set(sink.texts).size).to.equal(1020);
    expect(input.counters()).to.include({ files: 1000, gaps: 0 });
  });

  it('reads files that appear by the hundred and are rotated before they were first seen', async () => {
    const input = await start('**/*.log');
    const names = Array.from({ length: 200 }, (_, index) => `x/${index}.log`);
    fs.mkdirSync(at('x'));
    append('x/first.log', 'first\n');
    await sink.holds(1);
    for (const name of names) append(name, `one ${name}\n`);
    for (const name of names) fs.renameSync(at(name), at(`${name}.1`));
    for (const name of names) append(name, `two ${name}\n`);
    await sink.holds(401);
    const expected = names.flatMap((name) => [`one ${name}`, `two ${name}`]);
    expect(sink.texts.slice(1).toSorted()).to.deep.equal(expected.toSorted());
    expect(input.counters()).to.include({ files: 201, rotations: 200, gaps: 0 });
  });

  it('refuses a pattern that is none, saying what would be right', () => {
    for (const pattern of ['/x/{a', '/x/a}', '/x/[a', '/x/{1,2}'.repeat(20)]) {
      expect(() => new TailInput(sink, { pattern, log })).to.throw(InputError, 'a pattern such as');
    }
  });

  it('can be stopped before it is started', async () => {
    const input = new TailInput(sink, { pattern: at('a.log'), log });
    await input.stop();
    await input.start();
    append('a.log', 'one\n');
    expect(sink.frames).to.deep.equal([]);
  });
});
