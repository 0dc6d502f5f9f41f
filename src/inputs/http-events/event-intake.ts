import type { FrameSource } from '../../journal/block.js';
import type { FrameSink } from '../input.js';
import { drainedWithin } from '../settle.js';
import { type BodyFault, type ReadEvents, readEvents, reasonOf, Turns } from './read-events.js';
import type { RateLimit } from './rate-limit.js';
import { RecentIds } from './recent-ids.js';
import type { RejectedFile } from './rejected-file.js';

/** What became of a request; `accepted` are events, the rest as in dsiem.md §9. */
export type Answer =
  | { readonly status: 400 | 413 | 429 | 503; readonly body: { readonly error: string } }
  | { readonly status: 200 | 418; readonly body: Taken };

/** What became of the events of a request. */
interface Taken {
  readonly accepted: number;
  readonly rejected: number;
  readonly repeated: number;
  /** The first of them, in words. */
  readonly faults: readonly string[];
}

/** One request to take events. */
export interface IntakeRequest {
  readonly body: Buffer;
  readonly source: FrameSource;
  /** ms since the epoch. */
  readonly receivedAt: number;
  /** True once nothing may be pushed any more. */
  readonly stopped: () => boolean;
}

const rememberedIds = 100_000;
const mostFaults = 10;
const longestFault = 500;
const drainWithinMs = 10_000;

const busy: Answer = {
  status: 503,
  body: { error: 'cannot take events now: the journal is full or fails; try again' },
};

/**
 * Takes events from requests to the journal; one for all HTTP listeners, which share its rate limit and the ids it
 * remembers. An id counts as seen from when its event is pushed, and no more where that did not get to disk: a request
 * with the same event that comes in between waits for the same disk, so a repeat is never acknowledged before the event is
 * safe. Ids are not kept over a restart: engines know the ids of their live backlogs.
 */
export class EventIntake {
  readonly #sink: FrameSink;
  readonly #rejected: RejectedFile;
  readonly #limit: RateLimit;
  readonly #ids = new RecentIds(rememberedIds);

  constructor(parts: { readonly sink: FrameSink; readonly rejected: RejectedFile; readonly limit: RateLimit }) {
    this.#sink = parts.sink;
    this.#rejected = parts.rejected;
    this.#limit = parts.limit;
  }

  /** Why no request can be taken now, before its body is read; undefined where it can. `now`: ms, monotonic. */
  refusal(now: number): Answer | undefined {
    if (this.#sink.full) return busy;
    if (this.#limit.allows(now)) return undefined;
    return {
      status: 429,
      body: { error: `over the rate limit of ${Math.round(this.#limit.rate)} events/s; try again` },
    };
  }

  /** Takes what is good; resolves once that is on disk. Never rejects for what the body holds or the disk does. */
  async take(request: IntakeRequest): Promise<Answer> {
    const read = await readEvents(request.body);
    if ('status' in read) return refused(read);
    this.#limit.charge(read.good.length + read.bad.length);
    const added: string[] = [];
    let safe = false;
    try {
      const pushed = await this.#push(read, request, added);
      const kept = this.#keep(read, request);
      if (pushed && read.good.length > 0) safe = await this.#isDurable();
      const faults = await kept;
      if (read.good.length > 0 && !safe) return busy;
      return {
        status: read.good.length > 0 ? 200 : 418,
        body: {
          accepted: added.length,
          rejected: read.bad.length,
          repeated: read.good.length - added.length,
          faults: read.good.length + read.bad.length === 0 ? ['the request holds no event'] : faults,
        },
      };
    } finally {
      if (!safe) for (const id of added) this.#ids.forget(id);
    }
  }

  /** False where it had to give up. */
  async #push({ good }: ReadEvents, request: IntakeRequest, added: string[]): Promise<boolean> {
    const { body: bytes, source, receivedAt, stopped } = request;
    const turns = new Turns();
    for (const { start, end, id } of good) {
      if (this.#sink.full) await drainedWithin(this.#sink, drainWithinMs);
      if (this.#sink.full || stopped()) return false;
      if (this.#ids.add(id)) {
        added.push(id);
        this.#sink.push({ source, bytes, start, end, receivedAt, flags: 0 });
      }
      const turn = turns.next();
      if (turn !== undefined) await turn;
    }
    return true;
  }

  async #isDurable(): Promise<boolean> {
    try {
      await this.#sink.durable();
      return true;
    } catch {
      // The writer reports why; the sender is told that its events are not safe.
      return false;
    }
  }

  /** Keeps the bad ones with their reasons, and gives the first of these. */
  async #keep({ bad }: ReadEvents, { body, source, receivedAt }: IntakeRequest): Promise<string[]> {
    const faults: string[] = [];
    const turns = new Turns();
    for (const { start, end, index } of bad) {
      const reason = reasonOf(body, { start, end });
      if (faults.length < mostFaults) faults.push(`event ${index}: ${reason}`.slice(0, longestFault));
      const { input, peer } = source;
      this.#rejected.add({ input, peer, receivedAt, reason, bytes: body.subarray(start, end) });
      const turn = this.#rejected.busy ? this.#rejected.flush() : turns.next();
      if (turn !== undefined) await turn;
    }
    if (bad.length > 0) await this.#rejected.flush();
    return faults;
  }
}

const refused = ({ status, message }: BodyFault): Answer => ({ status, body: { error: message } });
