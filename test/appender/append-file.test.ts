// Longer than most: one class, by what can happen to its file.
import {
  mkdtempSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { AppendFile, type AppendFileOptions } from '../../src/appender/append-file.js';
import { DeliveryError } from '../../src/listener.js';
import { type Recorded, record } from '../contracts/listener-context.js';
import { FaultyFiles } from './faulty-files.js';

const failureOf = async (work: Promise<unknown>): Promise<DeliveryError> => {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(DeliveryError);
    return error as DeliveryError;
  }
  throw new Error('it should have failed');
};

describe('AppendFile', () => {
  let dir: string;
  let path: string;
  let files: FaultyFiles;
  let told: Recorded;
  const fileWith = (options: Partial<AppendFileOptions> = {}): AppendFile =>
    new AppendFile({ path, files, log: told.log, metrics: told.metrics, ...options });
  const read = (name = path): string => readFileSync(name, 'utf8');

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-append-'));
    path = join(dir, 'a', 'b', 'file.log');
    files = new FaultyFiles();
    told = record();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('writes nothing before flush() and everything after, making the directories', async () => {
    const file = fileWith();
    await file.add('one');
    await file.add('zwei ü');
    expect(() => statSync(path)).to.throw('ENOENT');
    await file.flush();
    expect(read()).to.equal('one\nzwei ü\n');
    expect(file.heldLines).to.equal(0);
    expect(file.end).to.equal(12);
    expect(told.counts.get('lines')).to.equal(2);
    expect(told.counts.get('bytes')).to.equal(12);
    await file.close();
  });

  it('makes the file on flush() even with nothing to write, readable by owner and group only', async () => {
    const file = fileWith();
    await file.flush();
    expect(read()).to.equal('');
    expect(statSync(path).mode & 0o007).to.equal(0);
    await file.close();
  });

  it('goes on at the end of an existing file', async () => {
    for (const line of ['first', 'second']) {
      const file = fileWith();
      await file.add(line);
      await file.close();
    }
    expect(read()).to.equal('first\nsecond\n');
  });

  it('writes a batch by itself once it is full', async () => {
    const file = fileWith({ batchBytes: 10 });
    for (let n = 0; n < 5; n += 1) await file.add(`line ${n}`);
    expect(read()).to.equal('line 0\nline 1\nline 2\nline 3\n');
    await file.close();
    expect(read()).to.equal('line 0\nline 1\nline 2\nline 3\nline 4\n');
  });

  it('refuses a line with a newline in it', () => {
    expect(() => fileWith().add('a\nb')).to.throw(RangeError, 'newline');
  });

  it('begins a new file where the old one was renamed, each line in one of them', async () => {
    const file = fileWith({ header: 'head' });
    await file.add('before');
    await file.flush();
    renameSync(path, `${path}.1`);
    await file.add('after');
    await file.flush();
    expect(read(`${path}.1`)).to.equal('head\nbefore\n');
    expect(read()).to.equal('head\nafter\n');
    expect(told.counts.get('reopened')).to.equal(1);
    await file.close();
  });

  it('begins a new file where the old one was deleted with its directory', async () => {
    const file = fileWith();
    await file.add('before');
    await file.flush();
    rmSync(join(dir, 'a'), { recursive: true });
    await file.add('after');
    await file.flush();
    expect(read()).to.equal('after\n');
    await file.close();
  });

  it('goes on at the start where the file was emptied, header first', async () => {
    const file = fileWith({ header: 'head' });
    await file.add('before');
    await file.flush();
    truncateSync(path);
    await file.add('after');
    await file.flush();
    expect(read()).to.equal('head\nafter\n');
    await file.close();
  });

  it('reopen() leaves a file at the path', async () => {
    const file = fileWith();
    await file.add('before');
    await file.flush();
    renameSync(path, `${path}.1`);
    await file.reopen();
    expect(read()).to.equal('');
    await file.close();
  });

  it('cuts a torn last line on opening, keeps it beside, and says so', async () => {
    mkdirSync(join(dir, 'a', 'b'), { recursive: true });
    writeFileSync(path, `whole\n${'torn'.repeat(50_000)}`);
    const file = fileWith();
    await file.add('next');
    await file.close();
    expect(read()).to.equal('whole\nnext\n');
    expect(read(`${path}.torn`)).to.equal(`${'torn'.repeat(50_000)}\n`);
    expect(told.counts.get('torn_bytes')).to.equal(200_000);
    expect(told.said.join()).to.include('torn');
  });

  it('ends a line of over 16 MiB instead of cutting it', async () => {
    mkdirSync(join(dir, 'a', 'b'), { recursive: true });
    writeFileSync(path, Buffer.alloc(17_000_000, 'x'));
    const file = fileWith();
    await file.add('next');
    await file.close();
    expect(statSync(path).size).to.equal(17_000_000 + '\nnext\n'.length);
    expect(told.said.join()).to.include('not ours');
  });

  it('writes the header once over restarts', async () => {
    for (const line of ['a', 'b']) {
      const file = fileWith({ header: 'head' });
      await file.add(line);
      await file.close();
    }
    expect(read()).to.equal('head\na\nb\n');
  });

  it('moves a file with another header aside, never over an earlier one', async () => {
    for (const header of ['one', 'two', 'three']) {
      const file = fileWith({ header });
      await file.add(`under ${header}`);
      await file.close();
    }
    expect(read()).to.equal('three\nunder three\n');
    expect(read(`${path}.old-1`)).to.equal('one\nunder one\n');
    expect(read(`${path}.old-2`)).to.equal('two\nunder two\n');
    expect(told.counts.get('moved_aside')).to.equal(2);
    expect(told.said.join()).to.include(`${path}.old-2`);
  });

  it('mends a torn header', async () => {
    mkdirSync(join(dir, 'a', 'b'), { recursive: true });
    writeFileSync(path, 'he');
    const file = fileWith({ header: 'head' });
    await file.add('a');
    await file.close();
    expect(read()).to.equal('head\na\n');
  });

  it('keeps what a full disk did not take, and goes on from the first line that is not whole', async () => {
    const file = fileWith({ header: 'head' });
    for (const line of ['first', 'second', 'third']) await file.add(line);
    files.room = 5 + 6 + 3;
    const failure = await failureOf(file.flush());
    expect(failure.retryable).to.equal(true);
    expect(failure.message).to.include('2 lines').and.include(path).and.include('ENOSPC').and.include('would be right');
    expect(file.heldLines).to.equal(2);
    files.room = Number.POSITIVE_INFINITY;
    await file.flush();
    expect(read()).to.equal('head\nfirst\nsecond\nthird\n');
    await file.close();
  });

  it('never tears a line over a rotation that follows a failed write', async () => {
    const file = fileWith();
    await file.add('first');
    await file.add('second');
    files.room = 9;
    await failureOf(file.flush());
    renameSync(path, `${path}.1`);
    files.room = Number.POSITIVE_INFINITY;
    await file.flush();
    expect(read(`${path}.1`)).to.equal('first\n');
    expect(read()).to.equal('second\n');
    await file.close();
  });

  it('tries to cut the torn line again where that failed as well', async () => {
    const file = fileWith();
    await file.add('first');
    await file.add('second');
    files.room = 9;
    await failureOf(file.flush());
    files.room = Number.POSITIVE_INFINITY;
    files.truncateFails = true;
    await failureOf(file.flush());
    files.truncateFails = false;
    await file.flush();
    expect(read()).to.equal('first\nsecond\n');
    await file.close();
  });

  it('close() cuts the torn line and says how many lines were lost', async () => {
    const file = fileWith();
    await file.add('first');
    await file.add('second');
    files.room = 9;
    const failure = await failureOf(file.close());
    expect(failure.message).to.include('1 lines');
    expect(read()).to.equal('first\n');
  });

  it('add() rejects without taking the line once a batch cannot be written, so that memory stays bounded', async () => {
    const file = fileWith({ batchBytes: 20 });
    files.room = 0;
    const taken: string[] = [];
    for (let n = 0; n < 100; n += 1) {
      try {
        await file.add(`line ${n}`);
        taken.push(`line ${n}\n`);
      } catch (error) {
        expect(error).to.be.instanceOf(DeliveryError);
      }
    }
    expect(taken).to.have.length(3);
    expect(file.heldLines).to.equal(3);
    files.room = Number.POSITIVE_INFINITY;
    await file.close();
    expect(read()).to.equal(taken.join(''));
  });

  it('sync() says once that the disk takes no sync, counts each, and goes on', async () => {
    const file = fileWith();
    files.syncFails = true;
    for (const line of ['a', 'b']) {
      await file.add(line);
      await file.flush();
      await file.sync();
    }
    expect(told.said.filter((said) => said.includes('may not survive'))).to.have.length(1);
    expect(told.counts.get('sync_failed')).to.equal(2);
    await file.close();
    expect(read()).to.equal('a\nb\n');
  });

  it('says where it cannot write: under a file, into a directory', async () => {
    writeFileSync(join(dir, 'a'), '');
    expect((await failureOf(fileWith().flush())).message).to.include('ENOTDIR');
    const intoDirectory = new AppendFile({ path: dir, log: told.log, metrics: told.metrics });
    expect((await failureOf(intoDirectory.flush())).message).to.include('no regular file');
  });

  it('writes each line once and in order, whatever writes fail and however the file is rotated', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), text: fc.string({ maxLength: 12 }) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('flush' as const),
          room: fc.nat(40),
          short: fc.integer({ min: 1, max: 9 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        run += 1;
        path = join(dir, `run-${run}.log`);
        let file = fileWith({ header: 'head', batchBytes: 64 });
        let rotated = 0;
        const expected: string[] = [];
        for (const next of steps) {
          if (next.do === 'add') {
            const line = `${expected.length} ${next.text.replaceAll('\n', '')}`;
            try {
              await file.add(line);
              expected.push(line);
            } catch (error) {
              expect(error).to.be.instanceOf(DeliveryError);
            }
          } else if (next.do === 'flush') {
            files.room = next.room;
            files.shortWrite = next.short;
            await file.flush().catch((error: unknown) => expect(error).to.be.instanceOf(DeliveryError));
          } else if (next.do === 'rotate') {
            await file.flush().catch((error: unknown) => expect(error).to.be.instanceOf(DeliveryError));
            rotated += 1;
            renameSync(path, `${path}.${rotated}`);
          } else {
            files.room = Number.POSITIVE_INFINITY;
            await file.close();
            file = fileWith({ header: 'head', batchBytes: 64 });
            await file.flush();
          }
        }
        files.room = Number.POSITIVE_INFINITY;
        await file.close();
        const names = [...Array.from({ length: rotated }, (_, n) => `${path}.${n + 1}`), path];
        const lines: string[] = [];
        for (const name of names) {
          let text = '';
          try {
            text = read(name);
          } catch (error) {
            expect(error).to.have.property('code', 'ENOENT');
          }
          if (text === '') continue;
          expect(text.endsWith('\n')).to.equal(true);
          expect(text.startsWith('head\n')).to.equal(true);
          lines.push(...text.split('\n').slice(1, -1));
        }
        expect(lines).to.deep.equal(expected);
      }),
      { numRuns: 60 },
    );
  });
});
