import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { entryKinds } from '../../src/journal/block.js';
import { until } from '../support/eventually.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { connectTo, line } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

/** Counts records, and does what a record tells it to. */
const moduleText = (name: string, deed: string): string => `import { defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Told extends NoticeEvent {
  static override readonly fields = { text: 'string', total: 'number' };
  get summary() { return this.fields.text; }
}
const held: unknown[] = [];
export default defineModule({
  name: '${name}', description: 'Tells', options: z.strictObject({}), events: [Told],
  create: (_options, context) => ({
    onRecord: (record) => {
      const total = (context.state.get('total') ?? 0) + 1;
      context.state.put('total', total);
      const mine = record.message.includes('for ${name}');
      ${deed}
      context.dispatch(new Told({ text: record.message, total }));
    },
  }),
});
`;

const exits = `if (mine && record.message.includes('exit')) process.exit(3);`;
const hoards = `if (mine && record.message.includes('hoard')) for (;;) held.push({ n: held.length, text: 'x' + held.length });`;
const hangs = `if (mine && record.message.includes('hang')) for (;;) held.length = 0;`;
const later = `if (mine && record.message.includes('later')) setTimeout(() => { throw new Error('too late'); }, 0);`;
const kills = `if (mine && record.message.includes('kill')) process.kill(process.pid, 'SIGKILL');`;

interface Told {
  readonly text: string;
  readonly total: number;
}

const toldBy = (live: LiveTocsin, module: string): Told[] =>
  live
    .events()
    .filter((event) => event.module === module && event.event === 'Told')
    .map(({ fields }) => ({ text: String(fields['text']), total: Number(fields['total']) }));

const eventsOf = (live: LiveTocsin, event: string): Record<string, unknown>[] =>
  live.events().flatMap((one) => (one.event === event ? [one.fields] : []));

const poisonIn = (dir: string): Record<string, unknown>[] =>
  readFileSync(join(dir, 'data/poison.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);

const messageIn = (entry: Record<string, unknown>): string =>
  Buffer.from(String(entry['bytes']), 'base64').toString('utf8');

const send = async (live: LiveTocsin, texts: readonly string[]): Promise<void> => {
  const socket = await connectTo(live.port('tcp'));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end(texts.map((text) => line(text)).join(''));
  await closed;
};

const numbered = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`);

/** A replay of the journal gives the same bytes. */
const expectSameFromJournal = async (dir: string): Promise<void> => {
  const { code, stderr } = await tocsin(['replay', '--journal', '--stack', 'poison', '--out', 'out'], { cwd: dir });
  expect(code, stderr).to.equal(0);
  const [ran, replayed] = ['logs', 'out'].map((from) => readFileSync(join(dir, from, 'events.jsonl'), 'utf8'));
  expect(replayed).to.equal(ran);
};

/** Each of these lines told of once, and counted. */
const expectTold = (told: readonly Told[], texts: readonly string[]): void => {
  expect(told).to.deep.equal(texts.map((text, index) => ({ text, total: index + 1 })));
};

/** Whether all 300 lines are told of, rather than the process ended. */
const survives = async (live: LiveTocsin): Promise<boolean> => {
  await until('it has ended, or told of all', () => live.over || toldBy(live, 'second').length >= 300);
  return !live.over;
};

describe('a line that ends the core', function () {
  this.timeout(120_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const args = ['--stack', 'poison', '--tcp', '127.0.0.1:0', '--checkpoint', '300ms'];
  beforeEach(() => {
    place(dir(), 'modules/first.ts', moduleText('first', [exits, hoards, hangs, later, kills].join('\n')));
    place(dir(), 'modules/second.ts', moduleText('second', ''));
    place(dir(), 'stacks/poison.yaml', 'modules: { first: {}, second: {} }\nlisteners: { event-file: {} }\n');
  });

  it('is set aside after three times, with its bytes, and told of; all others have their effect once', async () => {
    const live = await start(dir(), args);
    const before = numbered(1, 500);
    const behind = numbered(501, 500);
    await send(live, [...before, 'exit for first', ...behind]);
    await until('all is told', () => toldBy(live, 'second').length >= 1000);
    expectTold(toldBy(live, 'first'), [...before, ...behind]);
    expectTold(toldBy(live, 'second'), [...before, ...behind]);
    const [aside, ...others] = eventsOf(live, 'FrameSetAside');
    expect(others).to.deep.equal([]);
    expect(aside).to.include({ by: 'first' });
    expect(aside?.['input']).to.match(/^tcp 127/);
    expect(aside?.['raw']).to.contain('exit for first');
    expect(aside?.['reason']).to.equal('the core thread ended with exit code 3 (at work: module first, onRecord)');
    const [entry, ...more] = poisonIn(dir());
    expect(more).to.deep.equal([]);
    expect(entry).to.include({ by: 'first', kind: entryKinds.frame, seq: aside?.['seq'], reason: aside?.['reason'] });
    expect(messageIn(entry ?? {})).to.match(/exit for first$/);
    expect(statSync(join(dir(), 'data/poison.jsonl')).mode & 0o777).to.equal(0o600);
    const { supervisor } = await live.counted('the counters', () => true);
    expect(supervisor).to.deep.equal({ restarts: 3, poisoned: 1, unkept: 0, off: [] });
    expect((await live.end()).code).to.equal(0);
    await expectSameFromJournal(dir());
  });

  it('may take all memory: the process lives, and the line is set aside', async () => {
    const live = await start(dir(), args, { NODE_OPTIONS: '--max-old-space-size=120' });
    const texts = numbered(1, 100);
    await send(live, [...texts.slice(0, 50), 'hoard for first', ...texts.slice(50)]);
    await until('all is told', () => toldBy(live, 'second').length >= 100);
    expectTold(toldBy(live, 'first'), texts);
    expectTold(toldBy(live, 'second'), texts);
    expect(eventsOf(live, 'FrameSetAside').map(({ reason }) => String(reason))).to.deep.equal([
      'the core thread died: Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap out of memory (at work: module first, onRecord)',
    ]);
    expect((await live.end()).code).to.equal(0);
  });

  it('may keep a module from coming back: that module is turned off and named, the others go on, and a restart asks it again', async () => {
    const live = await start(dir(), [...args, '--watchdog', '500ms']);
    const before = numbered(1, 50);
    const behind = numbered(51, 50);
    await send(live, [...before, 'hang for first', ...behind]);
    await until('all is told', () => toldBy(live, 'second').length >= 101);
    expectTold(toldBy(live, 'first'), before);
    expectTold(toldBy(live, 'second'), [...before, 'hang for first', ...behind]);
    expect(eventsOf(live, 'ModuleTurnedOff')).to.deep.equal([
      { off: 'first', reason: 'module first, onRecord had not come back for 0.5 s' },
    ]);
    const { supervisor } = await live.counted('the counters', () => true);
    expect(supervisor).to.deep.equal({ restarts: 1, poisoned: 0, unkept: 0, off: ['first'] });
    await live.end('SIGKILL');

    const again = await start(dir(), args);
    await send(again, ['line 101']);
    await until('it is asked again', () => toldBy(again, 'first').length > before.length);
    expectTold(toldBy(again, 'first'), [...before, 'line 101']);
    expectTold(toldBy(again, 'second'), [...before, 'hang for first', ...behind, 'line 101']);
    expect((await again.end()).code).to.equal(0);
    await expectSameFromJournal(dir());
  });

  it('may end the process: at the third time it is passed over, and nothing around it is lost or repeated', async () => {
    const texts = numbered(1, 300);
    const first = await start(dir(), args);
    await send(first, [...texts.slice(0, 200), 'kill for first', ...texts.slice(200)]);
    await until('it has ended the process', () => first.over);
    let lives = 1;
    let live = await start(dir(), args).catch(() => undefined);
    while (live === undefined || !(await survives(live))) {
      lives += 1;
      expect(lives, 'ends of the process').to.be.at.most(3);
      live = await start(dir(), args).catch(() => undefined);
    }
    expectTold(toldBy(live, 'first'), texts);
    expectTold(toldBy(live, 'second'), texts);
    expect(poisonIn(dir()).map(messageIn)).to.have.length(1);
    expect(messageIn(poisonIn(dir())[0] ?? {})).to.match(/kill for first$/);
    expect((await live.end()).code).to.equal(0);
    await expectSameFromJournal(dir());
  });

  it('may leave something behind that fails later: that is told, and all goes on', async () => {
    const live = await start(dir(), args);
    const texts = [...numbered(1, 10), 'later for first', ...numbered(11, 10)];
    await send(live, texts);
    await until('it is told', () => live.stderr.includes('too late'));
    expect(live.stderr).to.match(/something failed that a module had begun and not waited for: Error: too late/);
    await send(live, ['the last one']);
    await until('all is told', () => toldBy(live, 'second').length >= 22);
    expectTold(toldBy(live, 'first'), [...texts, 'the last one']);
    const { supervisor } = await live.counted('the counters', () => true);
    expect(supervisor.restarts).to.equal(0);
    expect((await live.end()).code).to.equal(0);
  });

  it('ends a run without a journal with 70, at once, naming the module and what is lost', async () => {
    const live = await start(dir(), [...args, '--journal', 'off']);
    await send(live, ['line 1', 'exit for first']);
    expect((await live.ended()).code).to.equal(70);
    expect(live.stderr).not.to.contain('not stopped within');
    expect(live.stderr).to.match(/\d+ entries that the core had not finished are lost with it: --journal is off/);
    expect(live.stderr).to.contain('ended with exit code 3 (at work: module first, onRecord); without a journal');
  });

  for (const [deed, told] of [
    ['exit', 'first, onRecord, ended the process at record 3'],
    ['hang', 'first, onRecord, had not come back from record 3 for 0.3 s: giving up'],
  ] as const) {
    it(`ends a replay with 70, naming the module and the record (${deed})`, async () => {
      const log = place(
        dir(),
        'some.log',
        ['line 1', 'line 2', `${deed} for first`].map((text) => line(text)).join(''),
      );
      const args = ['replay', log, '--stack', 'poison', '--watchdog', '300ms'];
      const { code, stderr } = await tocsin(args, { cwd: dir() });
      expect(stderr).to.equal(`tocsin: ${told}\n`);
      expect(code).to.equal(70);
    });
  }
});
