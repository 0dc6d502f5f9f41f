import { JsonScanner, JsonSyntaxError } from './json-scanner.js';

/** Keys and indexes from the top of a JSON document down to one value. */
export type JsonPath = readonly (string | number)[];

/** Line and column from 1; the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Wanted {
  readonly children: Map<string | number, Wanted>;
  /** Which of the asked paths end here. */
  readonly asked: number[];
}

const node = (): Wanted => ({ children: new Map(), asked: [] });

const wantedTree = (paths: readonly JsonPath[]): Wanted => {
  const root = node();
  for (const [i, path] of paths.entries()) {
    let at = root;
    for (const step of path) {
      const child = at.children.get(step) ?? node();
      at.children.set(step, child);
      at = child;
    }
    at.asked.push(i);
  }
  return root;
};

class Locator {
  readonly #scanner: JsonScanner;
  constructor(
    text: string,
    readonly offsets: number[],
  ) {
    this.#scanner = new JsonScanner(text);
  }

  document(wanted: Wanted): void {
    this.#value(wanted);
    if (this.#scanner.peek() !== '') this.#scanner.fail('the end of the file');
  }

  #note(wanted: Wanted | undefined, offset: number): void {
    for (const i of wanted?.asked ?? []) this.offsets[i] = offset;
  }

  /** Missing keys are shown where their object begins, so everything below begins there too until it is seen. */
  #noteAll(wanted: Wanted, offset: number): void {
    this.#note(wanted, offset);
    for (const child of wanted.children.values()) this.#noteAll(child, offset);
  }

  /** Recurses no deeper than the paths asked for. */
  #value(wanted: Wanted | undefined): void {
    if (wanted !== undefined) this.#noteAll(wanted, this.#scanner.offset);
    const opening = this.#scanner.peek();
    if (wanted === undefined || wanted.children.size === 0) this.#scanner.skipValue();
    else if (opening === '{') this.#object(wanted);
    else if (opening === '[') this.#array(wanted);
    else this.#scanner.skipValue();
  }

  #object(wanted: Wanted): void {
    const scanner = this.#scanner;
    scanner.expect('{', '{');
    if (scanner.take('}')) return;
    do this.#value(wanted.children.get(scanner.key()));
    while (scanner.take(','));
    scanner.expect('}', '"," or "}"');
  }

  #array(wanted: Wanted): void {
    const scanner = this.#scanner;
    scanner.expect('[', '[');
    if (scanner.take(']')) return;
    let index = 0;
    do {
      this.#value(wanted.children.get(index));
      index += 1;
    } while (scanner.take(','));
    scanner.expect(']', '"," or "]"');
  }
}

const positionsOf = (text: string, offsets: readonly number[]): Position[] => {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return offsets.map((offset) => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
  });
};

/** Where the value at each path begins; a path that leads nowhere gets the place of the object or list it is missing in. */
export const locate = (text: string, paths: readonly JsonPath[]): Position[] => {
  const locator = new Locator(
    text,
    paths.map(() => 0),
  );
  locator.document(wantedTree(paths));
  return positionsOf(text, locator.offsets);
};

/** What is wrong with text that `JSON.parse` refuses, and where; undefined where nothing is. */
export const findSyntaxError = (text: string): (Position & { readonly message: string }) | undefined => {
  try {
    locate(text, []);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const [position] = positionsOf(text, [error.offset]);
    return { line: position?.line ?? 1, column: position?.column ?? 1, message: error.message };
  }
};
