import { readFileSync } from 'node:fs';
import { type Event, eventLine, type KeyedState, type LogRecord, type ModuleDefinition } from '../../src/index.js';
import { StackRunner } from '../../src/frontend/stack-runner.js';
import { parseSyslog } from '../../src/syslog-parser/index.js';

/** A KeyedState that can be taken through JSON, as a checkpoint and a restart do. Entries come back in another order. */
export class FakeState implements KeyedState {
  readonly epoch = 0;
  private values = new Map<string, unknown>();

  restart(): void {
    const kept = JSON.parse(JSON.stringify([...this.values].reverse())) as [string, unknown][];
    this.values = new Map(kept);
  }

  get<V>(key: string): Readonly<V> | undefined {
    return this.values.get(key) as V | undefined;
  }
  has(key: string): boolean {
    return this.values.has(key);
  }
  edit<V>(key: string): V | undefined {
    return this.values.get(key) as V | undefined;
  }
  willChange(): void {
    // Nothing is noted here.
  }
  put(key: string, value: unknown): void {
    this.values.set(key, value);
  }
  delete(key: string): boolean {
    return this.values.delete(key);
  }
  keys(): IterableIterator<string> {
    return this.values.keys();
  }
  entries(): IterableIterator<[string, unknown]> {
    return this.values.entries();
  }
  get size(): number {
    return this.values.size;
  }
}

export interface HarnessOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly timeZone?: string;
  /** Of dates without one in raw lines. */
  readonly year?: number;
}

/** Runs one module as a stack would, on the logs' own clock, and keeps what it dispatches. */
export class ModuleHarness {
  readonly state = new FakeState();
  readonly counters = new Map<string, number>();
  readonly events: Event[] = [];
  now = 0;
  /** By how much the clock was set since it began, ms. */
  clockAhead = 0;
  private seq = 0;
  private readonly runner = new StackRunner((event) => this.events.push(event));

  constructor(
    private readonly definition: ModuleDefinition,
    private readonly setup: HarnessOptions = {},
  ) {
    this.start();
  }

  /** The module is gone; another goes on from its state. */
  restart(): void {
    this.state.restart();
    this.start();
  }

  /** New options, state kept. */
  reconfigure(options: Readonly<Record<string, unknown>>): void {
    for (const { module } of this.runner.modules) module.reconfigure?.(this.definition.options.parse(options));
  }

  /** A record as it is, its time moving the clock. */
  record(parts: Partial<LogRecord>): void {
    this.seq += 1;
    const record: LogRecord = {
      seq: this.seq,
      time: this.now,
      receivedAt: this.now,
      message: '',
      raw: parts.message ?? '',
      input: 'test',
      normalized: [],
      ...parts,
    };
    if (record.time > this.now) this.tick(record.time);
    this.runner.beginEntry(this.seq, this.now);
    this.runner.record(record);
  }

  /** A line of a log file, parsed. */
  line(raw: string): void {
    const { timeZone = 'UTC', year = 2026 } = this.setup;
    const receivedAt = this.now;
    this.record({ ...parseSyslog(raw, { receivedAt, timeZone, year }), raw, receivedAt });
  }

  lines(text: string): this {
    for (const raw of text.split('\n')) if (raw.trim() !== '') this.line(raw);
    return this;
  }

  file(url: URL): this {
    return this.lines(readFileSync(url, 'utf8'));
  }

  tick(now: number): void {
    this.now = now;
    this.runner.beginEntry(this.seq, now + this.clockAhead);
    this.runner.tick(now, now + this.clockAhead);
  }

  end(): this {
    this.runner.beginEntry(this.seq + 1, this.now);
    this.runner.end(this.now);
    return this;
  }

  /** All events as `events.jsonl` has them. */
  get jsonl(): string {
    return this.events.map((event) => `${eventLine(event)}\n`).join('');
  }

  /** Class names of all events, statistics apart, in order. */
  get names(): readonly string[] {
    return this.events.map((event) => event.class.name).filter((name) => !name.endsWith('Stats'));
  }

  /** Fields of all events of a class, in order. */
  fieldsOf(name: string): readonly Readonly<Record<string, unknown>>[] {
    return this.events.filter((event) => event.class.name === name).map((event) => event.fields);
  }

  private start(): void {
    const { definition, setup, runner, state, counters } = this;
    const { name } = definition;
    const stackTime = (): number => this.now;
    const wallTime = (): number => this.now + this.clockAhead;
    const unexpected = (message: string): never => {
      throw new Error(`the module says: ${message}`);
    };
    const module = definition.create(definition.options.parse(setup.options ?? {}), {
      name,
      timeZone: setup.timeZone ?? 'UTC',
      get now(): number {
        return stackTime();
      },
      get wallTime(): number {
        return wallTime();
      },
      files: [],
      dispatch: (event) => runner.dispatch(event, name),
      dispatchQuiet: (make) => runner.dispatchQuiet(make, name),
      lookup: () => unexpected('lookup'),
      state,
      log: { info: unexpected, warn: unexpected, error: unexpected },
      metrics: {
        count: (counter, by = 1) => counters.set(counter, (counters.get(counter) ?? 0) + by),
        gauge: (counter, value) => counters.set(counter, value),
      },
    });
    runner.modules = [{ name, module }];
  }
}
