import type { KeyedState } from 'tocsin';
import { Recency } from './recency.js';

/** Failures of one user from one address at one time. */
interface Failure {
  time: number;
  readonly user: string;
  count: number;
}

/** What is remembered of one address: plain JSON, kept over restarts. */
interface FailureWindow {
  /** Before the limit is reached each failure; after it only the last one of each user. */
  failures: Failure[];
  /** Record time of the last failure whose user is no longer known apart; null for none. */
  othersLast: number | null;
  /** The limit was reached, and the window has not emptied since. */
  latched: boolean;
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
const maxLatchedUsers = 16;
const maxUsers = 20;

/** A window is kept this much longer than it counts, since records may come later than others of their time; ms. */
const latenessMs = 3_600_000;

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

  /** Counts failures at `time` (record time, ms); says so when the limit is reached, once until the window has emptied. `now` is stack time. */
  add(
    failure: { readonly addr: string; readonly user: string; readonly count: number; readonly time: number },
    now: number,
  ): Exceeded | undefined {
    const key = `${prefix}${failure.addr}`;
    const window = this.state.edit<FailureWindow>(key) ?? this.begin(key);
    window.seen = now;
    window.order = this.nextOrder;
    this.nextOrder += 1;
    this.recency.touch(key, now);
    this.prune(window, failure.time);
    if (window.latched) {
      this.remember(window, failure.user, failure.time);
      return undefined;
    }
    const { failureLimit } = this.limits;
    const before = window.failures.reduce((sum, { count }) => sum + count, 0);
    window.failures.push({ time: failure.time, user: failure.user, count: Math.min(failure.count, failureLimit) });
    if (before + failure.count < failureLimit) return undefined;
    window.latched = true;
    const users = [...new Set(window.failures.map(({ user }) => user))].slice(0, maxUsers);
    const told = window.failures;
    window.failures = [];
    for (const { user, time } of told) this.remember(window, user, time);
    return { failures: failureLimit, users };
  }

  /** A success of the user from the address: what that user failed there counts no more. */
  forgive(addr: string, user: string): void {
    const key = `${prefix}${addr}`;
    if (!this.state.has(key)) return;
    const window = this.state.edit<FailureWindow>(key);
    if (window === undefined) return;
    window.failures = window.failures.filter((failure) => failure.user !== user);
    if (window.failures.length === 0 && window.othersLast === null) this.drop(key);
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
    const window: FailureWindow = { failures: [], othersLast: null, latched: false, order: 0, seen: 0 };
    this.state.put(key, window);
    return window;
  }

  /** Takes out what lies further from `time` than the window is long, on either side: clocks are set back, too. */
  private prune(window: FailureWindow, time: number): void {
    const within = (at: number): boolean => Math.abs(time - at) <= this.limits.failureWindow;
    if (window.failures.some((failure) => !within(failure.time))) {
      window.failures = window.failures.filter((failure) => within(failure.time));
    }
    if (window.othersLast !== null && !within(window.othersLast)) window.othersLast = null;
    if (window.failures.length === 0 && window.othersLast === null) window.latched = false;
  }

  /** Keeps the last failure of each user, of the last `maxLatchedUsers` users: all that emptying the window needs. */
  private remember(window: FailureWindow, user: string, time: number): void {
    const others = window.failures.filter((failure) => failure.user !== user);
    const oldest = others.length >= maxLatchedUsers ? others.shift() : undefined;
    if (oldest !== undefined) window.othersLast = Math.max(oldest.time, window.othersLast ?? oldest.time);
    window.failures = [...others, { time, user, count: 1 }];
  }

  private drop(key: string): void {
    this.state.delete(key);
    this.recency.delete(key);
  }
}
