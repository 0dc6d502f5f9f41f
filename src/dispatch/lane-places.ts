import type { FilePlace, FilePlaces, PlacedFile } from '../appender/file-places.js';
import type { LanePosition, LanePositions } from './lane-positions.js';

/** Places of files that are not open are kept, too, but not of every one there ever was. */
const mostFiles = 1000;

/** The places of one listener's files. They are kept together with the number of the event up to which all is in them. */
export class LanePlaces implements FilePlaces {
  /** Set before each event is given to the listener. */
  event = 0;
  readonly newestBefore: number;
  readonly #lane: string;
  readonly #positions: LanePositions;
  readonly #open = new Map<string, PlacedFile>();
  #known: Map<string, FilePlace> | undefined;
  /** Safe on disk, except that the outbox may still lose the event. */
  #pending: LanePosition | undefined;

  constructor(options: { readonly lane: string; readonly positions: LanePositions; readonly newestBefore: number }) {
    this.#lane = options.lane;
    this.#positions = options.positions;
    this.newestBefore = options.newestBefore;
  }

  /** The listener has no open file whose place is kept. */
  get empty(): boolean {
    return this.#open.size === 0;
  }

  /** Whether a position has been noted and waits for the outbox. */
  get waiting(): boolean {
    return this.#pending !== undefined;
  }

  open(path: string, file: PlacedFile): FilePlace | undefined {
    this.#open.set(path, file);
    return this.#closed().get(path);
  }

  async keep(path: string): Promise<void> {
    const place = this.#open.get(path)?.place();
    if (place === undefined) return;
    // All lines of events up to the position are before the new place, too: it holds for what is pending as well.
    this.#pending &&= withFile(this.#pending, path, place);
    const kept = this.#positions.get(this.#lane) ?? { event: 0, files: new Map() };
    this.#positions.set(this.#lane, withFile(kept, path, place));
    await this.#positions.write();
  }

  close(path: string, place: FilePlace | undefined): void {
    this.#open.delete(path);
    if (place === undefined) return;
    const closed = this.#closed();
    closed.delete(path);
    closed.set(path, place);
    const oldest = closed.size > mostFiles ? closed.keys().next().value : undefined;
    if (oldest !== undefined) closed.delete(oldest);
  }

  /** All events up to this one are delivered: notes so as soon as the outbox cannot lose it. */
  async reached(event: number): Promise<void> {
    await Promise.all([...this.#open.values()].map((file) => file.sync()));
    this.#pending = this.#now(event);
  }

  /** The outbox cannot lose an event up to this one. */
  safeUpTo(event: number): void {
    if (this.#pending === undefined || this.#pending.event > event) return;
    this.#positions.set(this.#lane, this.#pending);
    this.#pending = undefined;
  }

  /** Notes where the listener is at once: all files are closed, or there are none. */
  settle(event: number): void {
    this.#pending = undefined;
    this.#positions.set(this.#lane, this.#now(event));
  }

  #closed(): Map<string, FilePlace> {
    this.#known ??= new Map(this.#positions.get(this.#lane)?.files);
    return this.#known;
  }

  #now(event: number): LanePosition {
    const files = new Map(this.#closed());
    for (const [path, file] of this.#open) {
      const place = file.place();
      if (place !== undefined) files.set(path, place);
    }
    return { event, files };
  }
}

const withFile = ({ event, files }: LanePosition, path: string, place: FilePlace): LanePosition => ({
  event,
  files: new Map([...files, [path, place]]),
});
