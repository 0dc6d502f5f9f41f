import type { Segment } from './block-chain.js';
import type { FileLayer } from './file-layer.js';

/** How a log is opened. */
export interface SegmentLogOptions {
  readonly dir: string;
  /** A segment that would grow beyond this is ended; a larger block gets a segment of its own. 64 MiB where absent. */
  readonly segmentBytes?: number;
  readonly fs?: FileLayer;
  /**
   * Called with each segment that is about to be removed, which happens only where it resolves; else the segment is
   * kept, and offered again by the next trim. The signal says that the log is being closed.
   */
  readonly beforeRemoval?: (segment: Segment, closing: AbortSignal) => Promise<void>;
}
