import type { Json } from '../json.js';
import type { Log } from '../module.js';

/** Which files to follow, and how. */
export interface TailOptions {
  /** A path or a pattern: `~`, `*`, `?`, `**`, `[a-z]`, `{a,b}`. Relative ones from the working directory. */
  readonly pattern: string;
  /** Where to begin with files that are there at the start and were never read. Default `start`. */
  readonly from?: 'start' | 'end' | undefined;
  /** Bytes a frame may have; the rest of the line is cut off. Default 65536. */
  readonly maxFrame?: number | undefined;
  readonly timeZone?: string | undefined;
  readonly year?: number | undefined;
  /** What `FrameSink.position` was last given for this input, by key. */
  readonly positions?: ReadonlyMap<string, Json> | undefined;
  readonly log: Log;
  /** How often files are looked at. Default 250 ms. */
  readonly pollMs?: number | undefined;
}
