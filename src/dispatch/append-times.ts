const everyMs = 100;
const mostNotes = 4096;

/** When events came to be kept, to a tenth of a second; coarser the longer ago, in bounded memory. */
export class AppendTimes {
  #notes: { readonly number: number; readonly atMs: number }[];

  constructor(beganMs: number) {
    this.#notes = [{ number: 0, atMs: beganMs }];
  }

  /** An event of this number, the highest so far, has come. */
  note(number: number, nowMs: number): void {
    const newest = this.#notes.at(-1);
    if (newest !== undefined && nowMs - newest.atMs < everyMs) return;
    this.#notes.push({ number, atMs: nowMs });
    // The first stays: it stands for all that came before.
    if (this.#notes.length > mostNotes) this.#notes = this.#notes.filter((_, index) => index % 2 === 0);
  }

  /** How long ago an event came, in ms; never less than it was. */
  agoMs(number: number, nowMs: number): number {
    const note = this.#notes.findLast((one) => one.number <= number);
    return note === undefined ? 0 : nowMs - note.atMs;
  }
}
