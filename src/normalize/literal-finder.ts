import type { ReusedList } from '../reused-list.js';

interface Entry<T> {
  readonly literal: string;
  readonly value: T;
}

/** Literals as a tree: state × character → state, and what ends in a state. */
interface Tree<T> {
  readonly children: readonly Map<number, number>[];
  readonly values: (readonly T[] | undefined)[];
}

const ASCII = 128;

/** Values found by literals anywhere in a text, in one pass over it however many there are (Aho and Corasick, 1975). ASCII literals only. */
export class LiteralFinder<T> {
  /** Character → its column; 0 for characters that no literal has, which lead back to the start. */
  readonly #columns = new Uint8Array(ASCII);
  readonly #width: number;
  /** Row × column → row times the width. */
  readonly #next: Int32Array;
  readonly #values: readonly (readonly T[] | undefined)[];

  constructor(entries: readonly Entry<T>[]) {
    const codes = new Set(entries.flatMap(({ literal }) => Array.from(literal, (char) => char.charCodeAt(0))));
    for (const [i, code] of [...codes].entries()) this.#columns[code] = i + 1;
    this.#width = codes.size + 1;
    const tree = buildTree(entries);
    this.#next = new Int32Array(tree.children.length * this.#width);
    this.#values = tree.values;
    this.#link(tree);
  }

  /** Appends to `found` each value whose literal occurs, once. */
  find(text: string, found: ReusedList<T>): void {
    const next = this.#next;
    const columns = this.#columns;
    let row = 0;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      row = code < ASCII ? (next[row + (columns[code] ?? 0)] ?? 0) : 0;
      if (row === 0) continue;
      const values = this.#values[row / this.#width];
      if (values !== undefined) for (const value of values) if (!found.has(value)) found.push(value);
    }
  }

  /** Breadth first: a state's missing ways are those of its longest proper suffix, which is done already. */
  #link({ children, values }: Tree<T>): void {
    const width = this.#width;
    const next = this.#next;
    const suffixes = new Int32Array(children.length);
    const queue = [0];
    for (const state of queue) {
      const suffix = suffixes[state] ?? 0;
      if (state !== 0) {
        next.copyWithin(state * width, suffix * width, (suffix + 1) * width);
        const inherited = values[suffix];
        if (inherited !== undefined) values[state] = [...(values[state] ?? []), ...inherited];
      }
      for (const [code, child] of children[state] ?? []) {
        const column = this.#columns[code] ?? 0;
        suffixes[child] = state === 0 ? 0 : (next[suffix * width + column] ?? 0) / width;
        next[state * width + column] = child * width;
        queue.push(child);
      }
    }
  }
}

const buildTree = <T>(entries: readonly Entry<T>[]): Tree<T> => {
  const children = [new Map<number, number>()];
  const values: (readonly T[] | undefined)[] = [undefined];
  for (const { literal, value } of entries) {
    let state = 0;
    for (let i = 0; i < literal.length; i += 1) {
      const code = literal.charCodeAt(i);
      let child = children[state]?.get(code);
      if (child === undefined) {
        child = children.length;
        children[state]?.set(code, child);
        children.push(new Map());
        values.push(undefined);
      }
      state = child;
    }
    values[state] = [...(values[state] ?? []), value];
  }
  return { children, values };
};
