interface Link {
  readonly key: string;
  time: number;
  older: Link;
  newer: Link;
}

const newRing = (): Link => {
  const ring = { key: '', time: 0 } as Link;
  ring.older = ring;
  ring.newer = ring;
  return ring;
};

/**
 * Keys in the order in which they were last touched, with the time of it: the oldest is found at once. A ring of links,
 * for a Map whose keys are deleted and set again with every line spends more on its own tidying than on the lines.
 */
export class Recency {
  private readonly links = new Map<string, Link>();
  /** Its newer neighbour is the oldest key, its older one the newest. */
  private readonly ring = newRing();

  get size(): number {
    return this.links.size;
  }

  /** Makes the key the newest. */
  touch(key: string, time: number): void {
    let link = this.links.get(key);
    if (link === undefined) {
      link = { key, time, older: this.ring, newer: this.ring };
      this.links.set(key, link);
    } else {
      link.time = time;
      if (this.ring.older === link) return;
      link.older.newer = link.newer;
      link.newer.older = link.older;
    }
    link.older = this.ring.older;
    link.newer = this.ring;
    this.ring.older.newer = link;
    this.ring.older = link;
  }

  delete(key: string): void {
    const link = this.links.get(key);
    if (link === undefined) return;
    this.links.delete(key);
    link.older.newer = link.newer;
    link.newer.older = link.older;
  }

  /** The key that was touched longest ago. */
  oldest(): string | undefined {
    return this.links.size === 0 ? undefined : this.ring.newer.key;
  }

  /** The key that was touched longest ago, if that was before `time`. */
  oldestBefore(time: number): string | undefined {
    const { newer: first } = this.ring;
    return this.links.size > 0 && first.time < time ? first.key : undefined;
  }
}
