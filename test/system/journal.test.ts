import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { connectTo, line } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

/** Tells of every record with how many it has seen: a record lost or worked on twice shows as a total that is not its number. */
const ledgerModule = `import { AuditEvent, defineModule, type LogRecord, type ModuleContext } from 'tocsin';
import { z } from 'zod';
class Entry extends AuditEvent<{ readonly text: 'string'; readonly total: 'number' }> {
  static override readonly auditId = 'ledger';
  static override readonly fields = { text: 'string', total: 'number' } as const;
  get summary() { return this.fields.text; }
}
export default defineModule({
  name: 'ledger', description: 'Counts', options: z.strictObject({}), events: [Entry],
  create: (_options, context: ModuleContext) => ({
    onRecord: (record: LogRecord) => {
      const total = (context.state.get<number>('total') ?? 0) + 1;
      context.state.put('total', total);
      context.dispatch(new Entry({ text: record.message, total }));
    },
  }),
});
`;
const ledgerStack = 'modules: { ledger: {} }\nlisteners: { event-file: {}, csv-audit: { dir: audit } }\n';

interface Entry {
  readonly text: string;
  readonly total: number;
}

const inEventFile = (live: LiveTocsin): Entry[] =>
  live.events().map(({ fields }) => ({ text: String(fields['text']), total: Number(fields['total']) }));

const inCsv = (live: LiveTocsin): Entry[] => {
  const [header, ...rows] = readFileSync(live.log('audit/ledger.csv'), 'utf8').trimEnd().split('\n');
  expect(header).to.equal('id,time,severity,module,host,summary,text,total');
  return rows.map((row) => {
    const cells = row.split(',');
    return { text: cells[6] ?? '', total: Number(cells[7]) };
  });
};

/** Every entry from the first to the last, in order, none missing, none twice. */
const expectNoGap = (entries: readonly Entry[]): void => {
  expect(entries.map(({ total }) => total)).to.deep.equal(entries.map((_, index) => index + 1));
};

describe('the journal', function () {
  this.timeout(90_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  beforeEach(() => {
    place(dir(), 'modules/ledger.ts', ledgerModule);
    place(dir(), 'stacks/ledger.yaml', ledgerStack);
  });

  it('goes on without a gap after SIGKILL in mid-stream: event-file, CSV and counts', async () => {
    const args = ['--stack', 'ledger', '--tcp', '127.0.0.1:0', '--checkpoint', '300ms'];
    const sent: string[][] = [];
    const toldAtKill: number[] = [];
    for (let round = 0; round < 4; round++) {
      const live = await start(dir(), args);
      const socket = await connectTo(live.port('tcp'));
      const texts: string[] = [];
      sent.push(texts);
      const stop = new AbortController();
      const streaming = (async () => {
        while (!stop.signal.aborted && !socket.destroyed) {
          const batch = Array.from({ length: 200 }, (_, index) => `${round}-${texts.length + index}`);
          texts.push(...batch);
          socket.write(batch.map((text) => line(text)).join(''));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      const told = (): number => inEventFile(live).length;
      const before = told();
      await until('it has told of some of this round', () => told() > before + 2000 + round * 1000);
      toldAtKill.push(told());
      await live.end('SIGKILL');
      stop.abort();
      await streaming;
      socket.destroy();
    }
    const live = await start(dir(), args);
    const socket = await connectTo(live.port('tcp'));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end(line('the last one'));
    await closed;
    await until('the last one is told', () => inEventFile(live).at(-1)?.text === 'the last one');
    const { io, core } = await live.counted('all counted', ({ io }) => (io?.frames ?? 0) === 1);
    expect(io?.lost).to.deep.equal({});
    expect(core?.faults).to.equal(0);
    expect((await live.end()).code).to.equal(0);

    for (const entries of [inEventFile(live), inCsv(live)]) {
      expectNoGap(entries);
      const texts = entries.map(({ text }) => text);
      // Of each round, what the kernel still held at the kill is gone; what came before it is there, in order.
      const expected = sent.flatMap((round, index) => {
        const arrived = texts.filter((text) => text.startsWith(`${index}-`)).length;
        return round.slice(0, arrived);
      });
      expect(texts).to.deep.equal([...expected, 'the last one']);
      expect(texts.length).to.be.greaterThan(Math.max(...toldAtKill));
    }
  });

  it('keeps the place in a tailed file over SIGKILL and over a clean stop: every line counted once', async () => {
    const file = join(dir(), 'app.log');
    const args = ['--stack', 'ledger', '--tail', file, '--checkpoint', '200ms'];
    writeFileSync(file, '');
    let written = 0;
    const append = (count: number): void => {
      const lines = Array.from({ length: count }, () => line(`line ${(written += 1)}`));
      appendFileSync(file, lines.join(''));
    };
    for (let round = 0; round < 4; round++) {
      append(500); // while nothing runs
      const live = await start(dir(), args);
      const target = written;
      append(2000);
      await until('it has told of this round', () => inEventFile(live).length > target);
      const ended = await live.end(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
      expect(ended.code).to.equal(round % 2 === 0 ? null : 0);
    }
    const live = await start(dir(), args);
    append(1);
    await until('all lines are told', () => inEventFile(live).length >= written);
    expect((await live.end()).code).to.equal(0);
    const entries = inEventFile(live);
    expectNoGap(entries);
    expect(entries.map(({ text }) => text)).to.deep.equal(
      Array.from({ length: written }, (_, index) => `line ${index + 1}`),
    );
  });

  it('is one process’s: a second program on the same data directory ends with 1, saying so', async () => {
    await start(dir(), ['--stack', 'ledger', '--tcp', '127.0.0.1:0']);
    const second = start(dir(), ['--stack', 'ledger', '--tcp', '127.0.0.1:0']);
    const said = await second.then(
      () => 'it started',
      (cause: unknown) => String(cause),
    );
    expect(said).to.match(/cannot use the data directory .*data: process \d+ uses it; stop that one/);
  });
});
