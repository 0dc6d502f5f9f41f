/** How far a file has been written: the next line goes to this place, or stands there already from a run that was killed. */
export interface FilePlace {
  readonly dev: number;
  readonly ino: number;
  /** Bytes, behind a newline or at the beginning. */
  readonly end: number;
  /** Number of the newest event whose lines are written before this place; 0 where there is none. */
  readonly event: number;
  /** How many lines this event has before this place. */
  readonly lines: number;
}

/** A file whose place is kept. */
export interface PlacedFile {
  /** Where all that was written ends; undefined as long as that is not known. */
  place(): FilePlace | undefined;
  /** Makes all that was written safe against loss of power, or says that it cannot. Never rejects. */
  sync(): Promise<void>;
}

/** Keeps the places of a listener's files over restarts, so that an event delivered once more is not written once more. */
export interface FilePlaces {
  /** Number of the event that is being handled; higher than those before it. */
  readonly event: number;
  /** Number of the newest event that may have been handled in a run before this one. */
  readonly newestBefore: number;
  /** From now on the file's place is kept. Gives the one kept last, which may be of a run before. */
  open(path: string, file: PlacedFile): FilePlace | undefined;
  /** Keeps the file's place now, before anything is written there. Never rejects. */
  keep(path: string): Promise<void>;
  /** The file has been let go of: this is its place until it is opened again. */
  close(path: string, place: FilePlace | undefined): void;
}
