/** Keys in the order in which they were last touched, with the time of it: the oldest is found at once. */
export class Recency {
  private readonly touched = new Map<string, number>();

  get size(): number {
    return this.touched.size;
  }

  /** Makes the key the newest. */
  touch(key: string, time: number): void {
    this.touched.delete(key);
    this.touched.set(key, time);
  }

  delete(key: string): void {
    this.touched.delete(key);
  }

  /** The key that was touched longest ago. */
  oldest(): string | undefined {
    return this.touched.keys().next().value;
  }

  /** The key that was touched longest ago, if that was before `time`. */
  oldestBefore(time: number): string | undefined {
    const first = this.touched.entries().next().value;
    return first !== undefined && first[1] < time ? first[0] : undefined;
  }
}
