// Longer than most: the one suite that every listener runs.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuditEvent, DeliveryError, type Event, type Listener, type ListenerDefinition } from 'tocsin';
import type { z } from 'zod';
import { listenerContext, type TestContext } from './listener-context.js';

/** A listener, and how the suite sees what it delivered. */
export interface ListenerSubject {
  /** File name without extension. */
  readonly name: string;
  readonly definition: ListenerDefinition;
  /** A function where they are known only when a test begins. */
  readonly options?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>);
  /** Options it cannot do without. */
  readonly required?: readonly string[];
  /** All that has been delivered, oldest first. Absent: all files of the log directory, in the order of their names. */
  readonly delivered?: (context: TestContext) => string;
  /** How many events it is given in one go, where 5000 would take long. */
  readonly thousands?: number;
  /** What it does while its log directory cannot be used; `unaffected` where it writes no file. */
  readonly withoutDirectory: 'keeps' | 'counts' | 'unaffected';
}

const fields = { n: 'number', text: 'string' } as const;

/** What the suite sends: its summary holds `number <n>;` once, its fields the text. */
export class ContractEvent extends AuditEvent<typeof fields> {
  static override readonly fields = fields;
  static override readonly auditId = 'contract.event';
  static override readonly severity = 'error';
  get summary(): string {
    return `number ${this.fields.n}; ${this.fields.text}`;
  }
}

export const contractEvent = (n: number, text = 'text'): Event =>
  Object.assign(new ContractEvent({ n, text }, { time: Date.UTC(2026, 10, 20, 10, 0, 0, n % 1000) }), {
    id: `${n}-0`,
    module: 'contract',
  });

/** Text of all files below a directory, by name. */
export const textBelow = (dir: string): string =>
  readdirSync(dir, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) =>
      entry.isDirectory() ? textBelow(join(dir, entry.name)) : readFileSync(join(dir, entry.name), 'utf8'),
    )
    .join('');

const numbersIn = (text: string): number[] => [...text.matchAll(/number (\d+);/g)].map(([, n]) => Number(n));
const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => n + from);
const openFilesBelow = (dir: string): string[] =>
  readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter((path) => path.startsWith(dir));

const hostile = 'a\nnumber 99;\r\u001b[2J\0\u009b31m\u2028\u202e=cmd|x,"q"\u007f';

/** Hands events over as a lane does: one by one, or gathered where the listener wants them so. */
const feed = (listener: Listener): Required<Pick<Listener, 'handle' | 'flush'>> => {
  const { gathering } = listener;
  let gathered: Event[] = [];
  const deliver = async (): Promise<void> => {
    const events = gathered;
    gathered = [];
    if (events.length > 0) await gathering?.deliver(events);
  };
  return {
    handle: (event) => {
      if (gathering === undefined) return listener.handle(event);
      return gathered.push(event) >= gathering.most ? deliver() : undefined;
    },
    flush: async () => {
      await deliver();
      await listener.flush?.();
    },
  };
};

/** What every listener promises. */
export const listenerContract = (subject: ListenerSubject): void => {
  const { name, definition } = subject;
  describe(`as every listener, ${name}`, () => {
    let base: string;
    let context: TestContext;
    let listener: Listener;
    let lane: ReturnType<typeof feed>;
    let open = false;
    const parse = (options: unknown): unknown => definition.options.parse(options);
    const given = (): Readonly<Record<string, unknown>> =>
      (typeof subject.options === 'function' ? subject.options() : subject.options) ?? {};
    const start = (): void => {
      listener = definition.create(parse(given()), context);
      lane = feed(listener);
      open = true;
    };
    const stop = async (): Promise<void> => {
      open = false;
      if (listener.gathering !== undefined) await lane.flush(); // As a lane does before it closes.
      await listener.close?.();
    };
    const delivered = (): number[] => {
      if (subject.delivered !== undefined) return numbersIn(subject.delivered(context));
      return existsSync(context.logDir) ? numbersIn(textBelow(context.logDir)) : [];
    };
    const send = async (from: number, count: number): Promise<void> => {
      for (const n of upTo(count, from)) await lane.handle(contractEvent(n));
    };

    beforeEach(() => {
      base = mkdtempSync(join(tmpdir(), 'tocsin-listener-'));
      context = listenerContext(join(base, 'logs'), name);
      start();
    });
    afterEach(async () => {
      if (open) await stop();
      rmSync(base, { recursive: true });
    });

    it('is named as its file, says what it does, and describes each option', () => {
      expect(definition).to.include({ kind: 'listener', name });
      expect(definition.description).to.match(/^[A-Z].{10,}/);
      const { shape } = definition.options as unknown as { shape: Record<string, z.ZodType> };
      for (const [option, schema] of Object.entries(shape)) expect(schema.description, option).to.be.a('string');
    });

    it('names the options it needs, and refuses an unknown one', () => {
      const { required = [] } = subject;
      const missing = definition.options.safeParse({}).error?.issues.map(({ path }) => path.join('.')) ?? [];
      expect(missing).to.have.members([...required]);
      expect(definition.options.safeParse(given()).success).to.equal(true);
      expect(definition.options.safeParse({ ...given(), 'no-such-option': 1 }).success).to.equal(false);
    });

    it('has delivered all it took once flush() has resolved, in order, once', async () => {
      await send(0, 10);
      await lane.flush();
      expect(delivered()).to.deep.equal(upTo(10));
      await send(10, 5);
      await lane.flush();
      await lane.flush();
      expect(delivered()).to.deep.equal(upTo(15));
    });

    it('delivers thousands in one go', async () => {
      const { thousands = 5000 } = subject;
      await send(0, thousands);
      await lane.flush();
      expect(delivered()).to.deep.equal(upTo(thousands));
    });

    it('has nothing to do in flush() and close() when it took nothing', async () => {
      await lane.flush();
      await lane.flush();
      await stop();
      expect(delivered()).to.deep.equal([]);
    });

    it('has delivered all it took once close() has resolved, and keeps no file open', async () => {
      await send(0, 100);
      await stop();
      expect(delivered()).to.deep.equal(upTo(100));
      expect(openFilesBelow(base)).to.deep.equal([]);
    });

    it('goes on after what it delivered before a restart', async () => {
      await send(0, 3);
      await stop();
      start();
      await send(3, 3);
      await lane.flush();
      expect(delivered()).to.deep.equal(upTo(6));
    });

    it('lets no text of a log bring a line or a terminal sequence of its own', async () => {
      await lane.handle(contractEvent(1, hostile));
      await lane.handle(contractEvent(2));
      await lane.flush();
      const text = subject.delivered === undefined ? textBelow(context.logDir) : subject.delivered(context);
      expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e]/);
      const forged = text.split('\n').filter((line) => /^\W*number 99;/.test(line));
      expect(forged).to.deep.equal([]);
    });

    it('goes on in order over reopen()', async () => {
      await send(0, 3);
      await listener.reopen?.();
      await send(3, 3);
      await lane.flush();
      expect(delivered()).to.deep.equal(upTo(6));
    });

    it('loses nothing and repeats nothing when its files are moved away before reopen()', async () => {
      await send(0, 3);
      await lane.flush();
      const before = delivered();
      if (existsSync(context.logDir)) renameSync(context.logDir, `${context.logDir}.old`);
      await listener.reopen?.();
      await send(3, 3);
      await lane.flush();
      const after = subject.delivered === undefined ? [...before, ...delivered()] : delivered();
      expect(after).to.deep.equal(upTo(6));
    });

    if (subject.withoutDirectory === 'keeps') {
      it('keeps what it cannot deliver, with a retryable DeliveryError, and delivers it once when it can', async () => {
        await send(0, 3);
        await lane.flush();
        renameSync(context.logDir, `${context.logDir}.away`);
        writeFileSync(context.logDir, 'in the way');
        await send(3, 3);
        for (const attempt of [1, 2]) {
          const failure: unknown = await lane.flush().catch((error: unknown) => error);
          expect(failure, `attempt ${attempt}`).to.be.instanceOf(DeliveryError).and.have.property('retryable', true);
        }
        rmSync(context.logDir);
        renameSync(`${context.logDir}.away`, context.logDir);
        await lane.flush();
        expect(delivered()).to.deep.equal(upTo(6));
      });

      it('refuses events it has no room for, without taking them', async () => {
        writeFileSync(context.logDir, 'in the way');
        const taken: number[] = [];
        for (const n of upTo(20_000)) {
          try {
            await lane.handle(contractEvent(n));
            taken.push(n);
          } catch (error) {
            expect(error).to.be.instanceOf(DeliveryError).and.have.property('retryable', true);
            if (n - taken.length > 10) break;
          }
        }
        expect(taken.length).to.be.within(100, 10_000);
        rmSync(context.logDir);
        await lane.flush();
        expect(delivered()).to.deep.equal(taken);
      });

      it('says in close() how many it could not deliver', async () => {
        writeFileSync(context.logDir, 'in the way');
        await send(0, 3);
        const failure: unknown = await stop().catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(DeliveryError);
        expect(String(failure)).to.match(/\b3\b/);
      });
    }

    if (subject.withoutDirectory === 'counts') {
      it('says once that it cannot write, counts what is lost, and goes on when it can', async () => {
        writeFileSync(context.logDir, 'in the way');
        await send(0, 20);
        await lane.flush();
        await send(20, 20);
        await lane.flush();
        expect(context.said.filter((message) => message.startsWith('error:'))).to.have.length(1);
        expect(context.said.join()).to.include(context.logDir).and.include('until a file');
        expect(context.counts.get('file_lost')).to.equal(40);
        rmSync(context.logDir);
        await send(40, 5);
        await lane.flush();
        expect(delivered()).to.deep.equal(upTo(5, 40));
        expect(context.said.filter((message) => message.startsWith('info:')).join()).to.include('40 lines');
      });
    }
  });
};
