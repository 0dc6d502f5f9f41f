import type { KeyedState } from 'tocsin';
import { Recency } from './recency.js';

/** Failures of one user from one address at one time, told by one host. */
interface Failure {
  readonly time: number;
  readonly host: string;
  /** null for users no longer known apart. */
  readonly user: string | null;
  readonly count: number;
}

/** A failure that is to be counted, at `time` (record time, ms). */
export interface NewFailure {
  readonly addr: string;
  readonly host: string;
  readonly user: string;
  readonly count: number;
  readonly time: number;
}

/** What is remembered of one address: plain JSON, kept over restarts. */
interface FailureWindow {
  /** Those that count towards the limit, in order of arrival. */
  failures: Failure[];
  /** Of those told of, and what followed them within the window, the last one of each user and host. */
  told: Failure[];
  order: number;
  seen: number;
}

export interface FailureLimits {
  readonly failureLimit: number;
  readonly failureWindow: number;
  readonly maxAddresses: number;
}

/** The limit is reached: `users` are those tried, in order, each once. */
export interface Exceeded {
  readonly failures: number;
  readonly users: readonly string[];
}

const prefix = 'address ';
const maxToldUsers = 16;
const maxToldHosts = 16;
const maxUsers = 20;

/** Hosts whose clocks differ have their failures apart: so many times the limit is kept of one address. */
const keptLimits = 4;

/** A window is kept this much longer than it counts, since records may come later than others of their time; ms. */
const latenessMs = 3_600_000;

const sumOf = (failures: readonly Failure[]): number => failures.reduce((sum, { count }) => sum + count, 0);

/** Failures of each address within a window of record time; bounded by time and number, the oldest address out. */
export class FailureWindows {
  private readonly recency = new Recency();
  private nextOrder = 1;

  constructor(
    private readonly state: KeyedState,
    public limits: FailureLimits,
    private readonly onEvicted: () => void,
  ) {
    const kept: [string, FailureWindow][] = [];
    for (const [key, value] of state.entries()) if (key.startsWith(prefix)) kept.push([key, value as FailureWindow]);
    kept.sort((a, b) => a[1].order - b[1].order);
    for (const [key, window] of kept) {
      this.recency.touch(key, window.seen);
      this.nextOrder = window.order + 1;
    }
  }

  get size(): number {
    return this.recency.size;
  }

  /** Counts failures; says so when the limit is reached, once until the window has emptied. `now` is stack time. */
  add(failure: NewFailure, now: number): Exceeded | undefined {
    const key = `${prefix}${failure.addr}`;
    const window = this.state.edit<FailureWindow>(key) ?? this.begin(key);
    window.seen = now;
    window.order = this.nextOrder;
    this.nextOrder += 1;
    this.recency.touch(key, now);
    this.prune(window, failure);
    const { host, user, time } = failure;
    const { failureLimit, failureWindow } = this.limits;
    if (window.told.some((told) => Math.abs(told.time - time) <= failureWindow)) {
      this.remember(window, { host, user, time, count: 1 });
      return undefined;
    }
    window.failures.push({ host, user, time, count: Math.min(failure.count, failureLimit) });
    if (window.failures.length > keptLimits * failureLimit) window.failures.shift();
    const together = this.reaching(window.failures);
    if (together === undefined) return undefined;
    window.failures = window.failures.filter((one) => !together.includes(one));
    for (const one of together) this.remember(window, one);
    const users = together.map((one) => one.user).filter((name) => name !== null);
    return { failures: failureLimit, users: [...new Set(users)].slice(0, maxUsers) };
  }

  /** A success of the user from the address: what that user failed there counts no more. */
  forgive(addr: string, user: string): void {
    const key = `${prefix}${addr}`;
    if (!this.state.has(key)) return;
    const window = this.state.edit<FailureWindow>(key);
    if (window === undefined) return;
    window.failures = window.failures.filter((failure) => failure.user !== user);
    window.told = window.told.filter((failure) => failure.user !== user);
    if (window.failures.length === 0 && window.told.length === 0) this.drop(key);
  }

  /** Forgets windows that have long emptied by `now`, stack time. */
  sweep(now: number): void {
    for (;;) {
      const key = this.recency.oldestBefore(now - this.limits.failureWindow - latenessMs);
      if (key === undefined) return;
      this.drop(key);
    }
  }

  private begin(key: string): FailureWindow {
    while (this.recency.size >= this.limits.maxAddresses) {
      const oldest = this.recency.oldest();
      if (oldest === undefined) break;
      this.drop(oldest);
      this.onEvicted();
    }
    const window: FailureWindow = { failures: [], told: [], order: 0, seen: 0 };
    this.state.put(key, window);
    return window;
  }

  /** Failures that lie within one window and reach the limit, by time: hosts tell of them in any order. */
  private reaching(failures: readonly Failure[]): readonly Failure[] | undefined {
    const { failureLimit, failureWindow } = this.limits;
    if (sumOf(failures) < failureLimit) return undefined;
    const byTime = [...failures].sort((a, b) => a.time - b.time);
    let first = 0;
    let sum = 0;
    for (const [last, { time, count }] of byTime.entries()) {
      sum += count;
      for (let one = byTime[first]; one !== undefined && time - one.time > failureWindow; one = byTime[first]) {
        sum -= one.count;
        first += 1;
      }
      if (sum >= failureLimit) return byTime.slice(first, last + 1);
    }
    return undefined;
  }

  /**
   * Takes out what lies further from the failure than the window is long, on either side: clocks are set back, too. Only what
   * the same host told: the clock of another may differ, and what it tells in between empties no window.
   */
  private prune(window: FailureWindow, { host, time }: NewFailure): void {
    const isOut = (one: Failure): boolean => one.host === host && Math.abs(time - one.time) > this.limits.failureWindow;
    if (window.failures.some(isOut)) window.failures = window.failures.filter((one) => !isOut(one));
    if (window.told.some(isOut)) window.told = window.told.filter((one) => !isOut(one));
  }

  /** Keeps the last failure of each user, of the last `maxToldUsers` users, and of each host: all that emptying the window needs. */
  private remember(window: FailureWindow, failure: Failure): void {
    const isSame = (one: Failure): boolean => one.user === failure.user && one.host === failure.host;
    const others = window.told.filter((one) => !isSame(one));
    const named = others.filter((one) => one.user !== null);
    const oldest = named.length >= maxToldUsers ? named.shift() : undefined;
    const unnamed = others.filter((one) => one.user === null && one.host !== oldest?.host);
    const merged = others.find((one) => one.user === null && one.host === oldest?.host);
    if (oldest !== undefined) {
      unnamed.push({ ...oldest, user: null, time: Math.max(oldest.time, merged?.time ?? oldest.time) });
    }
    window.told = [...unnamed.slice(-maxToldHosts), ...named, { ...failure, count: 1 }];
  }

  private drop(key: string): void {
    this.state.delete(key);
    this.recency.delete(key);
  }
}
