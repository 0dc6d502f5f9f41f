import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { entryKinds } from '../../src/journal/block.js';
import type { CoreEnd } from '../../src/run/judge.js';
import { PoisonFile } from '../../src/run/poison-file.js';
import { Supervisor } from '../../src/run/supervisor.js';
import { WorkNote } from '../../src/run/work-note.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const idle: CoreEnd = { message: 'it is gone', pulse: { seq: 3, working: { kind: 'idle' }, beats: 1 } };
const at = (seq: number, more: Partial<CoreEnd> = {}): CoreEnd => ({
  message: 'it is gone',
  pulse: { seq, working: { kind: 'module', index: 0, call: 'onRecord' }, beats: 1 },
  ...more,
});
const nameOf = (): string => 'm';
const told = { seq: 4, kind: entryKinds.frame, input: 'udp', peer: '192.0.2.1', by: 'm', reason: 'bad' };
const entry = { ...told, receivedAt: 1000 };

describe('Supervisor', () => {
  const { dir } = temporaryDirs();
  const open = async (told = 0) => {
    const { log, notes } = noteLog();
    return { supervisor: await Supervisor.open({ dir: dir(), told, log }), notes };
  };
  const file = (name: string): string => join(dir(), name);
  /** A process that was killed with these entries at work, or none. */
  const killedAt = async (first?: number, last = first): Promise<Supervisor> => {
    const { supervisor } = await open();
    const note = new WorkNote(supervisor.supervised().notePath ?? '', () => expect.fail('noted'));
    if (first !== undefined && last !== undefined) note.begin({ first, last });
    return supervisor;
  };

  it('remembers deaths over restarts, and sets aside at the third', async () => {
    const first = await open();
    expect(await first.supervisor.ended(at(4), nameOf)).to.deep.equal({ restart: true, afterMs: 50 });
    const second = await open();
    expect(second.supervisor.supervised().suspects).to.deep.equal([{ first: 4, last: 4, deaths: 1 }]);
    await second.supervisor.ended(at(4), nameOf);
    const third = await open();
    await third.supervisor.ended(at(4), nameOf);
    expect(third.supervisor.counters()).to.deep.equal({ restarts: 1, poisoned: 1, unkept: 0, off: [] });
    const { verdicts, suspects } = (await open()).supervisor.supervised();
    expect([verdicts.aside.map(({ seq }) => seq), suspects]).to.deep.equal([[4], []]);
    expect(statSync(file('poison.json')).mode & 0o777).to.equal(0o600);
  });

  it('sets aside the entry at which three processes ended: the first in its block, two when it alone was at work', async () => {
    await killedAt(1, 9);
    for (let n = 0; n < 2; n += 1) {
      expect((await killedAt(4)).supervised().verdicts.aside).to.deep.equal([]);
    }
    const { supervisor, notes } = await open();
    expect(supervisor.supervised().verdicts.aside.map(({ seq }) => seq)).to.deep.equal([4]);
    expect(supervisor.counters().poisoned).to.equal(1);
    expect(notes).to.deep.equal([
      'error the run before: the process ended while it was at work on journal entry 4; entry 4 is set aside',
    ]);
  });

  it('holds nothing against anybody when a process ends that was idle, or had been asked to stop', async () => {
    for (let n = 0; n < 5; n += 1) {
      (await killedAt(4)).stopping();
      await killedAt();
    }
    expect((await open()).supervisor.supervised()).to.deep.include({ suspects: [], verdicts: { aside: [], off: [] } });
  });

  it('keeps a module off up to the last entry a run had begun, and asks it again behind', async () => {
    const { supervisor } = await open();
    await supervisor.ended(at(4, { stoodMs: 500 }), nameOf);
    expect(supervisor.counters().off).to.deep.equal(['m']);
    new WorkNote(file('at-work'), () => undefined).done(70);
    const again = await open(60);
    expect(again.supervisor.counters().off).to.deep.equal([]);
    expect(again.supervisor.supervised().verdicts.off.map(({ from, until }) => [from, until])).to.deep.equal([[4, 70]]);
  });

  it('gives up after six ends with nothing between them, each after a longer pause; a checkpoint counts as something', async () => {
    const { supervisor } = await open();
    const pauses: number[] = [];
    const end = async (): Promise<boolean> => {
      const sequel = await supervisor.ended(idle, nameOf);
      if (sequel.restart) pauses.push(sequel.afterMs);
      return sequel.restart;
    };
    await end();
    await end();
    supervisor.saved(10);
    while (await end());
    await supervisor.close();
    expect(pauses).to.deep.equal([50, 100, 50, 100, 200, 400, 800, 1600]);
  });

  it('forgets a suspect once what it did is safe', async () => {
    const { supervisor } = await open();
    await supervisor.ended(at(4), nameOf);
    supervisor.saved(3);
    expect(supervisor.supervised().suspects).to.have.length(1);
    supervisor.saved(4);
    await supervisor.close();
    expect((await open()).supervisor.supervised().suspects).to.deep.equal([]);
  });

  it('keeps an entry that was set aside once, however often the core passes over it', async () => {
    const { supervisor } = await open();
    for (let n = 0; n < 3; n += 1) await supervisor.ended(at(4), nameOf);
    const poisoned = { ...entry, bytes: Buffer.from([0, 255, 10]) };
    await supervisor.keep(poisoned);
    await supervisor.keep(poisoned);
    await (await open()).supervisor.keep(poisoned);
    const lines = readFileSync(file('poison.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { time: '1970-01-01T00:00:01.000Z', ...told, bytes: 'AP8K' },
    ]);
  });

  it('keeps it once also where the process is killed in the middle of the line, or before it has noted so', async () => {
    const { supervisor } = await open();
    for (let n = 0; n < 3; n += 1) await supervisor.ended(at(4), nameOf);
    const decided = readFileSync(file('poison.json'));
    const poisoned = { ...entry, bytes: Buffer.from([0, 255, 10]) };
    await supervisor.keep(poisoned);
    const whole = readFileSync(file('poison.jsonl'));
    for (const left of [whole, whole.subarray(0, 30), whole.subarray(0, whole.length - 1)]) {
      writeFileSync(file('poison.json'), decided);
      writeFileSync(file('poison.jsonl'), left);
      await (await open()).supervisor.keep(poisoned);
      expect(readFileSync(file('poison.jsonl'), 'utf8')).to.equal(whole.toString('utf8'));
      expect(readFileSync(file('poison.json'), 'utf8')).to.include('"kept":true');
    }
  });

  it('sets aside a record that is damaged, says so, and begins anew', async () => {
    writeFileSync(file('poison.json'), '{"version":1,');
    const { supervisor, notes } = await open();
    expect(supervisor.supervised().suspects).to.deep.equal([]);
    expect(notes[0]).to.match(/^error .*poison\.json is damaged \(.*\): kept as .*poison\.json\.damaged/);
    expect(readFileSync(file('poison.json.damaged'), 'utf8')).to.equal('{"version":1,');
  });

  it('takes a note it cannot read for none', async () => {
    writeFileSync(file('at-work'), 'working 7');
    expect((await open()).supervisor.supervised().suspects).to.deep.equal([]);
  });

  it('cannot go on without a journal', async () => {
    const supervisor = await Supervisor.open({ dir: undefined, told: 0, log: noteLog().log });
    const sequel = await supervisor.ended(at(4), nameOf);
    expect(sequel).to.deep.equal({
      restart: false,
      message:
        'journal entry 4: it is gone (at work: module m, onRecord); without a journal it cannot go on from there',
    });
  });
});

describe('PoisonFile', () => {
  const { dir } = temporaryDirs();

  it('is bounded: what does not fit any more is said and counted', async () => {
    const { log, notes } = noteLog();
    const file = new PoisonFile({ path: join(dir(), 'poison.jsonl'), log, mostBytes: 300 });
    const kept = [];
    for (let n = 0; n < 3; n += 1) kept.push(await file.keep({ ...entry, bytes: Buffer.alloc(30) }));
    expect(kept).to.deep.equal([true, false, false]);
    expect(file.unkept).to.equal(2);
    expect(notes[0]).to.match(
      /journal entry 4, set aside, cannot be kept in .*: it has grown to 300 bytes; moving it away/,
    );
  });
});
