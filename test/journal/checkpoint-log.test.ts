// Longer than most: one log, by what a crash may leave of it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHeader, headerBytes } from '../../src/journal/checkpoint-format.js';
import { type Checkpoint, CheckpointLog } from '../../src/journal/checkpoint-log.js';
import type { CheckpointLogOptions } from '../../src/journal/checkpoint-store.js';
import { JournalError } from '../../src/journal/journal-error.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/checkpoint';
const gen = (generation: number): string => `${dir}/checkpoint-${generation}.log`;

const load = async (
  fs: FaultyFiles,
  options: Partial<CheckpointLogOptions> = {},
): Promise<{ log: CheckpointLog; found: Checkpoint | undefined }> => {
  const log = await CheckpointLog.open({ dir, fs, ...options });
  return { log, found: await log.load() };
};

/** Commits changes of a module `m`, and waits for compaction. */
const commit = async (
  log: CheckpointLog,
  position: number,
  changes: Record<string, string | undefined>,
): Promise<void> => {
  const writer = log.begin();
  for (const [key, json] of Object.entries(changes)) writer.write('m', key, json);
  await writer.commit(position, { at: position });
  await log.settled();
};

const valuesOf = (found: Checkpoint | undefined): Record<string, string> =>
  Object.fromEntries((found?.entries ?? []).map(([, key, json]) => [key, json]));

const rejection = async (promise: Promise<unknown>): Promise<JournalError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('was not rejected');
};

describe('CheckpointLog', () => {
  it('loads nothing from nothing, and then what was committed last', async () => {
    const fs = new FaultyFiles();
    const { log, found } = await load(fs);
    expect(found).to.equal(undefined);
    await commit(log, 5, { a: '1', b: '"x"' });
    await commit(log, 9, { a: '2', b: undefined, c: '{"d":[]}' });
    await log.close();
    const again = (await load(fs)).found;
    expect(again?.position).to.equal(9);
    expect(again?.extra).to.deep.equal({ at: 9 });
    expect(valuesOf(again)).to.deep.equal({ a: '2', c: '{"d":[]}' });
  });

  it('gives back any keys and modules, whatever they are called', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '', '\ud800', '\udc00\ud800', '\0'),
    );
    const change = fc.record({ module: text, key: text, json: fc.option(fc.json(), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 8 }), async (commits) => {
        const fs = new FaultyFiles();
        const model = new Map<string, string>();
        for (const [index, changes] of commits.entries()) {
          const { log } = await load(fs, { spareBytes: 100 });
          const writer = log.begin();
          for (const { module, key, json } of changes) {
            writer.write(module, key, json);
            const id = JSON.stringify([module, key]);
            if (json === undefined) model.delete(id);
            else model.set(id, json);
          }
          await writer.commit(index);
          await log.settled();
          await log.close();
        }
        const entries = (await load(fs)).found?.entries ?? [];
        const loaded = new Map(entries.map(([module, key, json]) => [JSON.stringify([module, key]), json]));
        expect([...loaded].sort()).to.deep.equal([...model].sort());
      }),
      { numRuns: 100 },
    );
  });

  it('keeps a value larger than a record', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    const large = JSON.stringify('é'.repeat(400_000));
    await commit(log, 1, { before: '1', large, after: '2' });
    await log.close();
    expect(valuesOf((await load(fs)).found)).to.deep.equal({ before: '1', large, after: '2' });
  });

  it('ignores and cuts off what no commit follows', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    await commit(log, 1, { a: '1' });
    await commit(log, 2, { a: '2' });
    await log.close();
    const length = fs.contentOf(gen(2)).length;
    await commit((await load(fs)).log, 3, { a: '3' });
    fs.corrupt(gen(2), (content) => content.subarray(0, content.length - 1));
    const again = await load(fs);
    expect(again.found?.position).to.equal(2);
    expect(valuesOf(again.found)).to.deep.equal({ a: '2' });
    expect(again.log.damage.cutBytes).to.be.greaterThan(0);
    expect(fs.contentOf(gen(2)).length).to.equal(length);
    await commit(again.log, 4, { b: '4' });
    expect(valuesOf((await load(fs)).found)).to.deep.equal({ a: '2', b: '4' });
  });

  it('rejects when the disk is full, keeps the last commit, and takes the same changes when there is room', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    await commit(log, 1, { a: '1' });
    const writer = log.begin();
    writer.write('m', 'a', JSON.stringify('x'.repeat(1000)));
    fs.fault = ({ kind }) => (kind === 'write' ? { error: 'ENOSPC', bytes: 20 } : undefined);
    expect(await rejection(writer.commit(2))).to.include({ code: 'write-failed', systemCode: 'ENOSPC' });
    fs.fault = () => undefined;
    expect(valuesOf((await load(fs.kill())).found)).to.deep.equal({ a: '1' });
    const living = await load(fs.kill());
    const second = living.log.begin();
    second.write('m', 'b', '2');
    await second.commit(2);
    expect((await rejection(second.commit(3))).code).to.equal('closed');
    await living.log.close();
    expect((await rejection(living.log.begin().commit(3))).code).to.equal('closed');
  });

  it('a rejected commit may be tried again with the same writer', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    await commit(log, 1, { a: '1' });
    const writer = log.begin();
    writer.write('m', 'a', '2');
    let writes = 0;
    fs.fault = ({ kind }) => (kind === 'write' && (writes += 1) === 3 ? { error: 'EIO', bytes: 5 } : undefined);
    expect((await rejection(writer.commit(2))).code).to.equal('write-failed');
    await writer.commit(2);
    await log.close();
    const { found, log: again } = await load(fs);
    expect([found?.position, valuesOf(found), again.damage.cutBytes]).to.deep.equal([2, { a: '2' }, 0]);
  });

  it('a failed sync is for good', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    await commit(log, 1, { a: '1' });
    let once = true;
    fs.fault = ({ kind }) => {
      if (kind !== 'sync' || !once) return undefined;
      once = false;
      return { error: 'EIO' };
    };
    expect((await rejection(log.begin().commit(2))).code).to.equal('sync-failed');
    expect((await rejection(log.begin().commit(2))).code).to.equal('sync-failed');
  });

  it('compacts into the next generation, keeps the one before, and removes older ones', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs, { spareBytes: 2000 });
    expect(log.safePosition).to.equal(0);
    await commit(log, 1, { kept: '"k"', gone: '1' });
    expect([log.generation, log.safePosition]).to.deep.equal([2, 1]);
    await commit(log, 2, { gone: undefined });
    for (let position = 3; log.generation < 4; position += 1) {
      await commit(log, position, { changing: JSON.stringify(`${position}`.repeat(100)) });
      expect(log.bytes).to.be.lessThan(5000);
    }
    expect(fs.paths()).to.deep.equal([gen(3), gen(4)]);
    const { safePosition } = log;
    expect(safePosition).to.be.greaterThan(2);
    await log.close();
    const again = await load(fs);
    expect(again.log.safePosition).to.equal(safePosition);
    expect(Object.keys(valuesOf(again.found)).sort()).to.deep.equal(['changing', 'kept']);
  });

  it('compacts when its commits span much of the journal, however small it is', async () => {
    const { log } = await load(new FaultyFiles(), { mostEntriesSpanned: 1000 });
    for (const position of [1, 500, 1001, 1002, 2000, 2002]) await commit(log, position, { a: `${position}` });
    expect([log.generation, log.safePosition]).to.deep.equal([3, 1002]);
  });

  it('compacts for the room of the journal once a commit lets go of what is asked for, and not again for the same', async () => {
    const { log } = await load(new FaultyFiles());
    for (const position of [10, 20]) await commit(log, position, { a: `${position}` });
    expect([log.generation, log.safePosition]).to.deep.equal([2, 10]);
    log.releaseUpTo(31);
    await commit(log, 29, { a: '29' });
    expect([log.generation, log.safePosition]).to.deep.equal([2, 10]);
    await commit(log, 30, { a: '30' });
    expect([log.generation, log.safePosition]).to.deep.equal([3, 30]);
    for (const position of [40, 50]) await commit(log, position, { a: `${position}` });
    expect([log.generation, log.safePosition]).to.deep.equal([3, 30]);
    log.releaseUpTo(41);
    await log.settled();
    expect([log.generation, log.safePosition]).to.deep.equal([4, 50]);
  });

  it('falls back to the generation before where the newest has no valid commit, and says so', async () => {
    const damages = [
      (content: Buffer): Buffer => content.fill(0, 0, 1),
      (content: Buffer): Buffer => content.fill(0, headerBytes + 5, headerBytes + 9),
      (content: Buffer): Buffer => content.subarray(0, 10),
      (): Buffer => Buffer.alloc(0),
    ];
    for (const damage of damages) {
      const fs = new FaultyFiles();
      const { log } = await load(fs, { mostEntriesSpanned: 10 });
      await commit(log, 1, { a: '1' });
      await commit(log, 12, { a: '12' });
      await commit(log, 13, { a: '13' });
      await log.close();
      expect(fs.paths()).to.deep.equal([gen(2), gen(3)]);
      fs.corrupt(gen(3), damage);
      const again = await load(fs);
      expect(again.found?.position).to.equal(12);
      expect(again.found?.position).to.be.at.least(log.safePosition);
      expect(valuesOf(again.found)).to.deep.equal({ a: '12' });
      expect(again.log.damage.setAside.join()).to.contain(gen(3));
      expect(again.log.safePosition).to.equal(0);
      await commit(again.log, 14, { b: '1' });
      expect([again.log.generation, again.log.safePosition]).to.deep.equal([4, 14]);
      await again.log.close();
      expect(valuesOf((await load(fs)).found)).to.deep.equal({ a: '12', b: '1' });
    }
  });

  it('a disk that cannot read the newest generation is the same as damage', async () => {
    const fs = new FaultyFiles();
    await commit((await load(fs)).log, 1, { a: '1' });
    fs.fault = ({ kind, path }) => (kind === 'read' && path === gen(2) ? { error: 'EIO' } : undefined);
    const { found, log } = await load(fs);
    expect([found?.position, log.damage.setAside.length]).to.deep.equal([1, 1]);
  });

  it('starts from nothing where all is damaged, says so, and goes on', async () => {
    const fs = new FaultyFiles();
    await commit((await load(fs)).log, 1, { a: '1' });
    for (const path of fs.paths()) fs.corrupt(path, (content) => content.fill(1));
    const { found, log } = await load(fs);
    expect([found, log.damage.setAside.length, log.safePosition]).to.deep.equal([undefined, 2, 0]);
    fs.dieAt(fs.operations + 6);
    await rejection(log.begin().commit(7));
    const third = await load(fs.kill());
    expect([third.found, third.log.damage.setAside]).to.deep.equal([undefined, []]);
  });

  it('refuses a format version it does not know', async () => {
    const fs = new FaultyFiles();
    await commit((await load(fs)).log, 1, { a: '1' });
    const later = encodeHeader({ generation: 2, begunEmpty: true });
    fs.corrupt(gen(2), () => withVersion(later, 9));
    const error = await rejection(load(fs));
    expect(error.code).to.equal('unknown-version');
    expect(error.message).to.contain('format version 9').and.contain(gen(2));
  });

  it('goes on when compaction fails, says so, and tries again later', async () => {
    const fs = new FaultyFiles();
    const failures: string[] = [];
    const { log } = await load(fs, { onCompactionFailed: ({ code }) => failures.push(code) });
    fs.fault = ({ kind, path }) => (kind === 'rename' && path.includes('-2.log') ? { error: 'ENOSPC' } : undefined);
    for (let position = 1; position <= 10; position += 1) await commit(log, position, { a: `${position}` });
    expect([log.generation, log.compactionFailures, failures]).to.deep.equal([1, 1, ['write-failed']]);
    expect(fs.paths()).to.deep.equal([gen(1)]);
    fs.fault = () => undefined;
    for (let position = 11; position <= 30; position += 1) await commit(log, position, { a: `${position}` });
    expect([log.generation, log.compactionFailures]).to.deep.equal([2, 1]);
    await log.close();
    expect(valuesOf((await load(fs)).found)).to.deep.equal({ a: '30' });
  });

  it('commits no more when nobody can tell which generation a restart will find', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs);
    await log.begin().commit(1);
    fs.fault = ({ kind }) => (kind === 'syncDir' ? { error: 'EIO' } : undefined);
    await log.settled();
    fs.fault = () => undefined;
    expect((await rejection(log.begin().commit(2))).code).to.equal('sync-failed');
    expect((await load(fs.kill())).found?.position).to.equal(1);
  });

  it('does not compact away what it cannot read again', async () => {
    const fs = new FaultyFiles();
    const { log } = await load(fs, { mostEntriesSpanned: 10 });
    await commit(log, 1, { a: '1' });
    fs.corrupt(gen(2), (content) => content.fill(0, headerBytes, headerBytes + 8));
    await commit(log, 20, { b: '2' });
    expect([log.generation, log.compactionFailures]).to.deep.equal([2, 1]);
  });

  it('is loaded once, before anything is written', async () => {
    const log = await CheckpointLog.open({ dir, fs: new FaultyFiles() });
    expect(() => log.begin()).to.throw(JournalError, /before it is loaded/);
    await log.load();
    expect((await rejection(log.load())).code).to.equal('not-loaded');
  });

  it('lets the event loop turn hundreds of times while it commits and compacts 100,000 entries of 1 KB', async () => {
    const real = await mkdtemp(join(tmpdir(), 'checkpoint-log-'));
    try {
      const log = await CheckpointLog.open({ dir: real });
      await log.load();
      const writer = log.begin();
      const json = JSON.stringify('x'.repeat(1000));
      for (let index = 0; index < 100_000; index += 1) writer.write('m', `key ${index}`, json);
      let turns = 0;
      const counting = { on: true };
      const turn = (): void => {
        turns += 1;
        if (counting.on) setImmediate(turn);
      };
      turn();
      await writer.commit(1);
      expect(turns).to.be.greaterThan(300);
      turns = 0;
      await log.settled();
      expect(turns).to.be.greaterThan(300);
      counting.on = false;
      expect(log.generation).to.equal(2);
      await log.close();
      const again = await CheckpointLog.open({ dir: real });
      const found = await again.load();
      await again.close();
      expect([found?.position, found?.entries.length]).to.deep.equal([1, 100_000]);
    } finally {
      await rm(real, { recursive: true });
    }
  });
});

const withVersion = (header: Buffer, version: number): Buffer => {
  const bytes = Buffer.from(header);
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
};
