import type { FailureReason } from './outcome.js';

/** What was counted of one source; terms, unless it says otherwise. */
export interface SourceCounters {
  /** As `intel/<name>` or `vuln/<name>`. */
  readonly source: string;
  readonly asked: number;
  /** Answered from the cache, or together with another who asked at the same time. */
  readonly shared: number;
  readonly found: number;
  readonly nothing: number;
  readonly failed: Readonly<Record<string, number>>;
  /** Results past what an answer may hold. */
  readonly resultsCut: number;
  readonly waiting: number;
  /** Of a list: what the file holds. */
  readonly list?: Readonly<Record<string, number>>;
}

/** What was counted of all lookups. */
export interface LookupCounters {
  readonly requests: number;
  readonly answered: number;
  /** Requests under way; at the end of a run, asked again at the next start. */
  readonly unanswered: number;
  readonly sources: readonly SourceCounters[];
}

/** Counts for one source. */
export class SourceCount {
  asked = 0;
  shared = 0;
  found = 0;
  nothing = 0;
  resultsCut = 0;
  readonly failed = new Map<FailureReason, number>();

  fail(reason: FailureReason): void {
    this.failed.set(reason, (this.failed.get(reason) ?? 0) + 1);
  }

  shown(source: string, waiting: number): SourceCounters {
    const { asked, shared, found, nothing, resultsCut } = this;
    return { source, asked, shared, found, nothing, failed: Object.fromEntries(this.failed), resultsCut, waiting };
  }
}
