import { expect } from 'chai';
import { type Event, NoticeEvent } from '../../src/events/event.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import type { LogicModule } from '../../src/module.js';
import type { LogRecord } from '../../src/record.js';

// A function that gives a promise passes for one that gives nothing.
const failLater = (): void => Promise.reject(new Error('late')) as unknown as undefined;

class Whispered extends NoticeEvent {
  static readonly quiet = true;
  get summary(): string {
    return 'whispered';
  }
}

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { text: 'string' } as const;
  get summary(): string {
    return this.fields.text;
  }
}

const record = (message: string): LogRecord => ({
  seq: 7,
  time: 1000,
  receivedAt: 2000,
  message,
  raw: message,
  input: 'test',
  normalized: [],
});

describe('StackRunner', () => {
  const make = (modules: Record<string, (say: (text: string) => void) => LogicModule>) => {
    const events: Event[] = [];
    const runner = new StackRunner((event) => events.push(event));
    runner.modules = Object.entries(modules).map(([name, create]) => ({
      name,
      module: create((text) => runner.dispatch(new Said({ text }), name)),
    }));
    runner.beginEntry(7, 5000);
    return { runner, events, said: () => events.map((event) => `${event.module}: ${event.summary}`) };
  };

  it('offers events to the modules below, in order, before the record itself', () => {
    const seen: string[] = [];
    const { runner, said } = make({
      upper: (say) => ({ onRecord: ({ message }) => [1, 2].forEach((n) => say(`${message} ${n}`)) }),
      lower: (say) => ({
        onEvent: (event) => {
          seen.push(event.summary);
          say(`heard ${event.summary}`);
        },
        onRecord: ({ message }) => void seen.push(message),
      }),
      lowest: () => ({ onEvent: (event) => void seen.push(`lowest ${event.summary}`) }),
    });
    runner.record(record('line'));
    expect(seen).to.deep.equal([
      'line 1',
      'line 2',
      'line',
      'lowest line 1',
      'lowest line 2',
      'lowest heard line 1',
      'lowest heard line 2',
    ]);
    expect(said()).to.deep.equal(['upper: line 1', 'upper: line 2', 'lower: heard line 1', 'lower: heard line 2']);
  });

  it('gives no module its own events', () => {
    const heard: string[] = [];
    const { runner } = make({
      only: (say) => ({ onEvent: ({ summary }) => void heard.push(summary), onRecord: () => say('mine') }),
    });
    runner.record(record('line'));
    expect(heard).to.deep.equal([]);
  });

  const quietly = (options: { takesQuiet: boolean; lower: LogicModule }) => {
    const taken: string[] = [];
    let made = 0;
    const runner = new StackRunner(
      (event) => taken.push(`${event.id} ${event.summary}`),
      undefined,
      options.takesQuiet,
    );
    const onRecord = (): void => {
      runner.dispatchQuiet(() => {
        made += 1;
        return new Whispered({});
      }, 'upper');
      runner.dispatch(new Said({ text: 'aloud' }), 'upper');
    };
    runner.modules = [
      { name: 'upper', module: { onRecord, onEvent: () => undefined } },
      { name: 'lower', module: options.lower },
    ];
    runner.beginEntry(7, 5000);
    runner.record(record('line'));
    return { taken, made: () => made };
  };

  it('does not make a quiet event that nobody takes; the ids of others are the same', () => {
    const unheard = quietly({ takesQuiet: false, lower: { onRecord: () => undefined } });
    expect(unheard.made()).to.equal(0);
    expect(unheard.taken).to.deep.equal(['7-1 aloud']);
    const taken = quietly({ takesQuiet: true, lower: {} });
    expect(taken.taken).to.deep.equal(['7-0 whispered', '7-1 aloud']);
  });

  it('makes a quiet event where a module below hears it', () => {
    const heard: string[] = [];
    quietly({ takesQuiet: false, lower: { onEvent: (event) => void heard.push(event.summary) } });
    expect(heard).to.deep.equal(['whispered', 'aloud']);
  });

  it('refuses to dispatch quietly what is not quiet', () => {
    const runner = new StackRunner(() => undefined);
    expect(() => runner.dispatchQuiet(() => new Said({ text: 'aloud' }), 'upper')).to.throw(
      TypeError,
      'Said is not quiet; dispatch would be right',
    );
  });

  it('stamps events with id, time, module and record', () => {
    const { runner, events } = make({
      one: (say) => ({ onRecord: () => ['a', 'b'].forEach(say), onTick: () => say('tick') }),
    });
    runner.record(record('line'));
    runner.tick(5000);
    expect(events.map(({ id, time, module, record: from }) => [id, time, module, from?.message])).to.deep.equal([
      ['7-0', 1000, 'one', 'line'],
      ['7-1', 1000, 'one', 'line'],
      ['7-2', 5000, 'one', undefined],
    ]);
  });

  it('makes an error event of what a module throws, naming it and the record, and goes on', () => {
    const { runner, events, said } = make({
      bad: (say) => ({
        onRecord: () => {
          say('before');
          throw new TypeError('broken');
        },
      }),
      good: (say) => ({ onRecord: ({ message }) => say(`got ${message}`) }),
    });
    runner.record(record('line\u001b[31m'));
    expect(said()[0]).to.equal('bad: before');
    expect(said()[1]).to.equal('bad: module bad failed in onRecord: broken');
    expect(said()[2]).to.equal('good: got line\u001b[31m');
    expect(events[1]?.severity).to.equal('error');
    expect(events[1]?.fields).to.include({ failed: 'bad', raw: 'line\u001b[31m' });
    expect(runner.failures.get('bad')).to.equal(1);
  });

  it('bounds the error events of one second and counts the rest', () => {
    const { runner, events } = make({
      bad: () => ({
        onRecord: () => {
          throw new Error('broken');
        },
      }),
    });
    for (let n = 0; n < 250; n += 1) runner.record(record('line'));
    expect(events).to.have.length(100);
    expect(runner.failures.get('bad')).to.equal(250);
    expect(runner.suppressedFailures).to.equal(150);
    runner.beginEntry(8, 6000);
    runner.record(record('line'));
    expect(events).to.have.length(101);
  });

  it('gives events of a tick the time the tick came to', () => {
    const { runner, events } = make({ one: (say) => ({ onTick: () => say('tick') }) });
    runner.tick(9000);
    expect(events.map(({ time }) => time)).to.deep.equal([9000]);
  });

  it('refuses what is no event, one it had before, and one of no time: the module has failed, and goes on', () => {
    const events: Event[] = [];
    const runner = new StackRunner((event) => events.push(event));
    const dispatch = (event: unknown) => () => runner.dispatch(event as Event, 'bad');
    const again = new Said({ text: 'again' });
    const wrong = [{}, null, 'text', again, again, new Said({ text: 'never' }, { time: Number.NaN })];
    for (const event of wrong) {
      runner.modules = [{ name: 'bad', module: { onRecord: dispatch(event) } }];
      runner.record(record('line'));
    }
    const failed = 'module bad failed in onRecord: ';
    const noEvent = 'an instance of a subclass of Event would be right';
    expect(events.map(({ summary }) => summary)).to.deep.equal([
      `${failed}dispatched object; ${noEvent}`,
      `${failed}dispatched object; ${noEvent}`,
      `${failed}dispatched string; ${noEvent}`,
      'again',
      `${failed}dispatched Said twice; a new event would be right`,
      `${failed}Said.time is NaN; ms since the epoch would be right`,
    ]);
  });

  it('takes a promise for a failure, and survives its rejection', async () => {
    const { runner, said } = make({
      late: () => ({ onRecord: failLater }),
    });
    const stray: unknown[] = [];
    const note = (reason: unknown): void => void stray.push(reason);
    process.on('unhandledRejection', note);
    runner.record(record('line'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(said()).to.deep.equal([
      'late: module late failed in onRecord: returned a promise; a module that is synchronous would be right',
    ]);
    expect(stray).to.deep.equal([]);
  });

  it('makes a failure of its module of an event that cannot be taken, and hands on the others', () => {
    const taken: Event[] = [];
    const runner = new StackRunner((event) => {
      if (event.summary === 'bad') throw new TypeError('no JSON');
      taken.push(event);
    });
    const say = (module: string, text: string) => () => runner.dispatch(new Said({ text }), module);
    runner.modules = [
      { name: 'upper', module: { onRecord: say('upper', 'bad') } },
      { name: 'lower', module: { onRecord: say('lower', 'good') } },
    ];
    runner.beginEntry(7, 5000);
    runner.record(record('line'));
    expect(taken.map(({ id, summary }) => `${id} ${summary}`)).to.deep.equal([
      '7-1 good',
      '7-2 module upper failed in dispatch: Said cannot be handed on: no JSON',
    ]);
    expect(Object.fromEntries(runner.failures)).to.deep.equal({ upper: 1 });
  });
});
