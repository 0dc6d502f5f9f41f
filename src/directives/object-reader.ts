import { type Finding } from './fault.js';
import { quote } from './quote.js';
import type { JsonPath } from './json-positions.js';
import { suggest } from './suggestion.js';

/** What checking found: faults stop the start, warnings are only told. */
export interface Findings {
  readonly faults: Finding[];
  readonly warnings: Finding[];
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the fields of one JSON object, noting everything that is not as it should be and going on. */
export class ObjectReader {
  constructor(
    readonly object: Readonly<Record<string, unknown>>,
    readonly path: JsonPath,
    readonly findings: Findings,
  ) {}

  get(key: string): unknown {
    return Object.hasOwn(this.object, key) ? this.object[key] : undefined;
  }

  fault(key: string, message: string): void {
    this.findings.faults.push({ path: [...this.path, key], message });
  }

  warn(key: string, message: string): void {
    this.findings.warnings.push({ path: [...this.path, key], message });
  }

  refuse(key: string, right: string): void {
    this.fault(key, `${quote(this.get(key))}, ${right} would be right`);
  }

  /** A text; `otherwise` where the key is absent, a fault where that is undefined. */
  text(key: string, otherwise?: string): string {
    const value = this.get(key) ?? otherwise;
    if (typeof value === 'string') return value;
    this.refuse(key, 'a text');
    return '';
  }

  filledText(key: string): string {
    const value = this.get(key);
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.refuse(key, 'a text that is not empty');
    return '';
  }

  flag(key: string): boolean {
    const value = this.get(key) ?? false;
    if (typeof value !== 'boolean') this.refuse(key, 'true or false');
    return value === true;
  }

  /** An integer in the range; `otherwise` where the key is absent, a fault where that is undefined. */
  integer(key: string, range: { readonly from: number; readonly to: number; readonly otherwise?: number }): number {
    const value = this.get(key) ?? range.otherwise;
    const isRight = typeof value === 'number' && Number.isInteger(value) && value >= range.from && value <= range.to;
    if (isRight) return value;
    const open = range.to === Number.MAX_SAFE_INTEGER;
    this.refuse(key, open ? `an integer from ${range.from} on` : `an integer ${range.from}–${range.to}`);
    return range.otherwise ?? range.from;
  }

  /** A list of which every item passes `is`; absent is empty. */
  list<T>(key: string, is: (item: unknown) => item is T, right: string): readonly T[] {
    const value = this.get(key) ?? [];
    if (!Array.isArray(value)) {
      this.refuse(key, 'a list');
      return [];
    }
    const items: T[] = [];
    for (const [i, item] of (value as unknown[]).entries()) {
      if (is(item)) items.push(item);
      else {
        const path = [...this.path, key, i];
        this.findings.faults.push({ path, message: `${quote(item)}, ${right} would be right` });
      }
    }
    return items;
  }

  /** Warns of every key that is not known, with the one that was probably meant. */
  onlyKnown(known: readonly string[]): void {
    for (const key of Object.keys(this.object)) {
      if (known.includes(key)) continue;
      const meant = suggest(key, known);
      this.warn(key, `this key is not known and does nothing${meant === undefined ? '' : `, ${meant} would be right`}`);
    }
  }
}
