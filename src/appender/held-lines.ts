const newline = 0x0a;

/** Lines taken and not written yet, each with the number of its event. */
export class HeldLines {
  #lines: string[] = [];
  #lineBytes = 0;
  #rest: Uint8Array = new Uint8Array(0);
  #events: number[] = [];

  get count(): number {
    return this.#events.length;
  }

  get bytes(): number {
    return this.#rest.length + this.#lineBytes;
  }

  /** Event of the oldest line; undefined where there is none. */
  get oldestEvent(): number | undefined {
    return this.#events[0];
  }

  /** Takes a line without its newline. */
  add(line: string, event: number): void {
    this.#lines.push(line);
    this.#lineBytes += Buffer.byteLength(line) + 1;
    this.#events.push(event);
  }

  /** All lines, each with its newline. */
  joined(): Uint8Array {
    if (this.#lines.length > 0) {
      const added = Buffer.from(`${this.#lines.join('\n')}\n`);
      this.#rest = this.#rest.length === 0 ? added : Buffer.concat([this.#rest, added]);
      this.#lines = [];
      this.#lineBytes = 0;
    }
    return this.#rest;
  }

  /** Forgets all lines. */
  clear(): void {
    this.#lines = [];
    this.#lineBytes = 0;
    this.#rest = new Uint8Array(0);
    this.#events = [];
  }

  /** Forgets whole lines from the oldest on, so many bytes of what `joined` gave; gives their events. */
  drop(bytes: number): readonly number[] {
    const lines = countLines(this.#rest.subarray(0, bytes));
    this.#rest = this.#rest.subarray(bytes);
    return this.#events.splice(0, lines);
  }
}

const countLines = (bytes: Uint8Array): number => {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
};
