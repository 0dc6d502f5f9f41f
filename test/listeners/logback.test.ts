import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DeliveryError, ErrorEvent, type Event, type Listener, NoticeEvent, WarningEvent } from 'tocsin';
import logback from '../../listeners/logback.js';
import { contractEvent, listenerContract } from '../contracts/listener.js';
import { listenerContext, type TestContext } from '../contracts/listener-context.js';

const fields = { user: 'string', host: 'string?' } as const;
const time = Date.UTC(2026, 10, 20, 10);

class Plain extends NoticeEvent<typeof fields> {
  static override readonly fields = fields;
  get summary(): string {
    return `plain ${this.fields.user}`;
  }
}
class Told extends WarningEvent<typeof fields> {
  static override readonly fields = fields;
  static readonly text = '{{ fields.user }} was told\nat {{ time }}\n';
  get summary(): string {
    return 'not shown';
  }
}
class Faulty extends ErrorEvent<typeof fields> {
  static override readonly fields = fields;
  static readonly text = '{{ fields.host }}';
  get summary(): string {
    return 'faulty';
  }
}

const from = (event: Event): Event => Object.assign(event, { module: 'mod' });

describe('logback on the console', () => {
  listenerContract({
    name: 'logback',
    definition: logback,
    options: { console: true },
    delivered: ({ console }) => console.written,
    withoutDirectory: 'unaffected',
  });
});

describe('logback in a file', () => {
  listenerContract({
    name: 'logback',
    definition: logback,
    options: { console: false, file: 'tocsin.log' },
    withoutDirectory: 'counts',
  });
});

describe('logback', () => {
  let dir: string;
  let context: TestContext;
  let listener: Listener;
  const start = (options: Readonly<Record<string, unknown>> = {}): void => {
    listener = logback.create(logback.options.parse(options), context);
  };
  const shownOf = async (events: readonly Event[]): Promise<string> => {
    for (const event of events) await listener.handle(event);
    await listener.flush?.();
    await listener.close?.();
    return context.console.written;
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-logback-'));
    context = listenerContext(dir);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('shows time, severity, module and summary, every control character escaped', async () => {
    start();
    expect(await shownOf([from(new Plain({ user: 'a\n\u001b[2Jb' }, { time }))])).to.equal(
      '2026-11-20T10:00:00.000Z notice mod: plain a\\x0a\\x1b[2Jb\n',
    );
  });

  it('shows the text template of a class that has one, on one line', async () => {
    start();
    expect(await shownOf([from(new Told({ user: 'eve' }, { time }))])).to.equal(
      '2026-11-20T10:00:00.000Z warning mod: eve was told\\x0aat 2026-11-20T10:00:00.000Z\n',
    );
  });

  it('shows the summary where a template fails, says so once a class, and counts it', async () => {
    start();
    expect(await shownOf([new Faulty({ user: 'a' }, { time }), new Faulty({ user: 'b' }, { time })])).to.match(
      /(: faulty\n.*){2}$/s,
    );
    expect(context.said).to.have.length(1);
    expect(context.said[0]).to.include('Faulty').and.include('summary');
    expect(context.counts.get('template_failed')).to.equal(2);
  });

  it('shows lines of events.jsonl with format json', async () => {
    start({ format: 'json' });
    const shown = await shownOf([from(new Plain({ user: 'a' }, { time }))]);
    expect(JSON.parse(shown)).to.deep.include({
      event: 'Plain',
      severity: 'notice',
      module: 'mod',
      fields: { user: 'a' },
    });
  });

  it('leaves out and counts what is below its level', async () => {
    start({ level: 'warning' });
    const events = [
      new Plain({ user: 'a' }, { time }),
      new Told({ user: 'b' }, { time }),
      new Faulty({ user: 'c', host: 'gw' }, { time }),
    ];
    expect((await shownOf(events)).split('\n')).to.have.length(3);
    expect(context.counts.get('below_level')).to.equal(1);
  });

  it('refuses for good an event that cannot be shown', async () => {
    start();
    expect(() => listener.handle(new Plain({ user: 'a' }, { time: Number.NaN })))
      .to.throw(DeliveryError)
      .with.property('retryable', false);
    await listener.close?.();
  });

  it('waits for a console that is full, holding a bounded number of lines, and loses none', async () => {
    start();
    context.console.hold();
    let taken = 0;
    let waiting = false;
    const sending = (async () => {
      for (let n = 0; n < 20_000; n += 1) {
        await listener.handle(contractEvent(n));
        taken += 1;
      }
    })();
    while (!waiting) {
      const before = taken;
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      waiting = taken === before;
    }
    expect(taken).to.be.within(1, 2000);
    context.console.release();
    await sending;
    await listener.flush?.();
    expect(context.console.written.match(/number \d+;/g)).to.have.length(20_000);
    await listener.close?.();
  });

  it('gives up a console that takes nothing after its limit in close(), and says how many lines', async () => {
    start({ closeLimitMs: 20 });
    context.console.hold();
    for (let n = 0; n < 5; n += 1) await listener.handle(contractEvent(n));
    await listener.close?.();
    expect(context.counts.get('given_up')).to.equal(5);
    expect(context.said.join()).to.include('5 lines');
    context.console.release();
  });

  it('counts lines a broken console did not take, says so once, and still writes the file', async () => {
    start({ file: 'tocsin.log' });
    context.console.failure = new Error('EPIPE');
    for (let n = 0; n < 5; n += 1) await listener.handle(contractEvent(n));
    await listener.flush?.();
    await listener.close?.();
    expect(context.counts.get('console_lost')).to.equal(5);
    expect(context.said.filter((message) => message.includes('EPIPE'))).to.have.length(1);
    const [file] = readdirSync(dir).filter((name) => name.startsWith('tocsin.log'));
    expect(readFileSync(join(dir, String(file)), 'utf8').match(/number/g)).to.have.length(5);
  });

  it('begins new files past maxSize and keeps maxFiles of them; every line is in one of them', async () => {
    start({ console: false, file: 'tocsin-%DATE%.log', maxSize: '1k', maxFiles: 1000 });
    for (let n = 0; n < 500; n += 1) {
      await listener.handle(contractEvent(n));
      if (n % 10 === 9) await listener.flush?.();
    }
    await listener.close?.();
    const files = readdirSync(dir).filter((name) => name.startsWith('tocsin-'));
    expect(files.length).to.be.greaterThan(10);
    const numbers = files.flatMap((name) => readFileSync(join(dir, name), 'utf8').match(/number \d+;/g) ?? []);
    expect(new Set(numbers).size).to.equal(500);
    expect(numbers).to.have.length(500);
  });

  it('deletes the oldest files past maxFiles', async () => {
    start({ console: false, file: 'tocsin-%DATE%.log', maxSize: '1k', maxFiles: 3 });
    for (let n = 0; n < 200; n += 1) {
      await listener.handle(contractEvent(n));
      if (n % 10 === 9) await listener.flush?.();
    }
    await listener.close?.();
    expect(readdirSync(dir).filter((name) => name.startsWith('tocsin-'))).to.have.length(3);
  });

  it('goes on in the same file after a restart', async () => {
    for (const n of [1, 2]) {
      start({ console: false, file: 'tocsin.log' });
      await listener.handle(contractEvent(n));
      await listener.close?.();
    }
    expect(readdirSync(dir).filter((name) => name.startsWith('tocsin.log'))).to.have.length(1);
  });

  it('is not stopped by a file name that is a directory', async () => {
    const today = new Date().toISOString().slice(0, 10);
    mkdirSync(join(dir, `tocsin.log.${today}`));
    start({ console: false, file: 'tocsin.log', maxSize: '1g' });
    await listener.handle(contractEvent(1));
    await listener.flush?.();
    await listener.close?.();
    expect([...context.counts]).to.satisfy((counts: [string, number][]) =>
      counts.every(([name]) => name === 'file_lost'),
    );
  });

  it('refuses options that cannot be right', () => {
    const wrong = [
      { console: false },
      { level: 'debug' },
      { file: 'a\nb' },
      { file: 'a|b' },
      { maxSize: '5x' },
      { maxFiles: 0 },
      { maxFiles: 'x' },
      { datePattern: '/' },
    ];
    for (const given of wrong) expect(logback.options.safeParse(given).success, JSON.stringify(given)).to.equal(false);
    for (const given of [{ maxFiles: '14d' }, { maxFiles: 3 }, { file: 'a/b-%DATE%.log' }]) {
      expect(logback.options.safeParse(given).success, JSON.stringify(given)).to.equal(true);
    }
  });
});
