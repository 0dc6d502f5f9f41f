const ALPHABET = 128;

/** Values found by literals anywhere in a text, in one pass over it however many there are (Aho and Corasick, 1975). ASCII literals only. */
export class LiteralFinder<T> {
  /** State × character → state; a character outside ASCII leads back to the start. */
  readonly #next: Int32Array;
  /** Values of the literals that end in a state. */
  readonly #values: readonly (readonly T[] | undefined)[];

  constructor(entries: readonly { readonly literal: string; readonly value: T }[]) {
    const { children, values } = buildTrie(entries);
    this.#next = new Int32Array(children.length * ALPHABET);
    this.#values = values;
    link(children, values, this.#next);
  }

  /** Appends to `found` each value whose literal occurs; one that occurs twice may be appended twice. */
  find(text: string, found: T[]): void {
    const next = this.#next;
    let state = 0;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      state = code < ALPHABET ? (next[state * ALPHABET + code] ?? 0) : 0;
      if (state === 0) continue;
      const values = this.#values[state];
      if (values !== undefined) for (const value of values) if (!found.includes(value)) found.push(value);
    }
  }
}

type Children = Map<number, number>;

const buildTrie = <T>(
  entries: readonly { readonly literal: string; readonly value: T }[],
): { children: Children[]; values: (T[] | undefined)[] } => {
  const children: Children[] = [new Map<number, number>()];
  const values: (T[] | undefined)[] = [undefined];
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

/** Breadth first: a state's missing transitions are those of its longest proper suffix, which is done already. */
const link = <T>(children: readonly Children[], values: (T[] | undefined)[], next: Int32Array): void => {
  const suffix = new Int32Array(children.length);
  const queue = [0];
  for (const state of queue) {
    const fallback = suffix[state] ?? 0;
    if (state !== 0) {
      next.copyWithin(state * ALPHABET, fallback * ALPHABET, (fallback + 1) * ALPHABET);
      const inherited = values[fallback];
      if (inherited !== undefined) values[state] = [...(values[state] ?? []), ...inherited];
    }
    for (const [code, child] of children[state] ?? []) {
      suffix[child] = state === 0 ? 0 : (next[fallback * ALPHABET + code] ?? 0);
      next[state * ALPHABET + code] = child;
      queue.push(child);
    }
  }
};
