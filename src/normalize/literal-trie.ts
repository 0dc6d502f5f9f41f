interface Node<T> {
  readonly next: Map<number, Node<T>>;
  values: T[] | undefined;
}

/** Values found by the literal a text begins with, in time of the literal's length however many there are. */
export class LiteralTrie<T> {
  readonly #root: Node<T> = { next: new Map(), values: undefined };

  add(prefix: string, value: T): void {
    let node = this.#root;
    for (let i = 0; i < prefix.length; i += 1) {
      const code = prefix.charCodeAt(i);
      let child = node.next.get(code);
      if (child === undefined) {
        child = { next: new Map(), values: undefined };
        node.next.set(code, child);
      }
      node = child;
    }
    node.values ??= [];
    node.values.push(value);
  }

  /** Appends to `found` the values of every prefix the text begins with. */
  find(text: string, found: T[]): void {
    let node: Node<T> | undefined = this.#root;
    for (let i = 0; node !== undefined; i += 1) {
      if (node.values !== undefined) for (const value of node.values) found.push(value);
      if (i === text.length) return;
      node = node.next.get(text.charCodeAt(i));
    }
  }
}
