import type { ReusedList } from '../reused-list.js';

interface Entry<T> {
  readonly literal: string;
  readonly value: T;
}

interface Node<T> {
  /** What follows the literals of the nodes above, up to where literals part. */
  readonly label: string;
  readonly values: readonly T[];
  readonly next: ReadonlyMap<number, Node<T>>;
}

const commonEnd = (entries: readonly Entry<unknown>[], from: number): number => {
  const [first, ...others] = entries;
  let end = first?.literal.length ?? from;
  for (const { literal } of others) {
    let at = from;
    while (at < end && literal.charCodeAt(at) === first?.literal.charCodeAt(at)) at += 1;
    end = at;
  }
  return end;
};

const build = <T>(entries: readonly Entry<T>[], from: number): Node<T> => {
  const end = commonEnd(entries, from);
  const byCode = new Map<number, Entry<T>[]>();
  for (const entry of entries) {
    if (entry.literal.length === end) continue;
    const code = entry.literal.charCodeAt(end);
    byCode.set(code, [...(byCode.get(code) ?? []), entry]);
  }
  return {
    label: entries[0]?.literal.slice(from, end) ?? '',
    values: entries.filter(({ literal }) => literal.length === end).map(({ value }) => value),
    next: new Map([...byCode].map(([code, group]) => [code, build(group, end)])),
  };
};

/** Values found by the literal a text begins with, in time of the literal's length however many there are. */
export class LiteralTrie<T> {
  readonly #root: Node<T>;

  constructor(entries: readonly Entry<T>[]) {
    this.#root = build(entries, 0);
  }

  /** Appends to `found` the values of every literal the text begins with. */
  find(text: string, found: ReusedList<T>): void {
    let at = 0;
    for (let node: Node<T> | undefined = this.#root; node !== undefined; node = node.next.get(text.charCodeAt(at))) {
      if (!text.startsWith(node.label, at)) return;
      at += node.label.length;
      for (const value of node.values) found.push(value);
    }
  }
}
