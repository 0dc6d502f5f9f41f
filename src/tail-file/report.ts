/** Something the operator should hear of, once each time it happens. */
export interface TailReport {
  readonly kind: 'missing' | 'unreadable' | 'back' | 'gap';
  /** As it is on disk: escape it before showing it. */
  readonly path: string;
  /** What happened, without the path; may name other files, so it too is to be escaped. */
  readonly message: string;
}

/** Says each trouble of a path once, and once that it is over. */
export class TroubleReporter {
  #trouble: string | undefined;
  #missingSince: number | undefined;
  #everThere = false;
  readonly #path: string;
  readonly #say: (report: TailReport) => void;

  constructor(path: string, say: (report: TailReport) => void) {
    this.#path = path;
    this.#say = say;
  }

  /** It is not there. A rotation leaves a moment between two files, so a file that was there may be missing for `graceMs`. */
  missing(why: string, now: number, graceMs: number): void {
    this.#missingSince ??= now;
    if (this.#everThere && now - this.#missingSince < graceMs) return;
    this.#once('missing', this.#everThere ? `has vanished: ${why}; waiting for it` : `${why}; waiting for it`);
  }

  unreadable(why: string): void {
    this.#missingSince = undefined;
    this.#once('unreadable', `cannot be read: ${why}; trying on`);
  }

  fine(): void {
    if (this.#trouble !== undefined) this.#say({ kind: 'back', path: this.#path, message: 'can be read now' });
    this.#trouble = undefined;
    this.#missingSince = undefined;
    this.#everThere = true;
  }

  #once(kind: 'missing' | 'unreadable', message: string): void {
    if (this.#trouble === message) return;
    this.#trouble = message;
    this.#say({ kind, path: this.#path, message });
  }
}
