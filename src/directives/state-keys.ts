/** Keys of the engine's state (dsiem.md §8): `clock`, `directive:<id>`, `definition:<hash>`, `backlog:<directive>:<n>`, `imported:<directive>`. */
export const CLOCK = 'clock';
export const DIRECTIVE = 'directive:';
export const DEFINITION = 'definition:';
export const BACKLOG = 'backlog:';
/** Fingerprints of the alarm ids of imported backlogs. */
export const IMPORTED = 'imported:';

/** Engine time in seconds, and how many backlogs there have been. */
export interface Clock {
  now: number;
  born: number;
}

/** What is kept of a directive beyond its backlogs. */
export interface DirectiveRecord {
  /** How many backlogs it has had. */
  opened: number;
}
