import type { ReusedList } from '../reused-list.js';
import type { Get } from './template.js';
import { isExact, type When } from './when.js';

interface ByField<F, T> {
  readonly get: Get<F>;
  readonly byValue: Map<string, T[]>;
}

/** Values found by the first of their conditions that asks for equality, with one look-up a field; those without one are always found. */
export class WhenIndex<F, T> {
  readonly #fields = new Map<string, ByField<F, T>>();
  readonly #always: T[] = [];
  readonly #getter: (field: string) => Get<F>;

  constructor(getter: (field: string) => Get<F>) {
    this.#getter = getter;
  }

  add(whens: readonly When[], value: T): void {
    const exact = whens.find((when) => isExact(when) && !when.field.startsWith('@'));
    if (exact === undefined) {
      this.#always.push(value);
      return;
    }
    let field = this.#fields.get(exact.field);
    if (field === undefined) {
      field = { get: this.#getter(exact.field), byValue: new Map() };
      this.#fields.set(exact.field, field);
    }
    for (const text of new Set(exact.values.map((one) => one.toLowerCase()))) {
      const values = field.byValue.get(text) ?? [];
      values.push(value);
      field.byValue.set(text, values);
    }
  }

  /** Appends to `found` the values that may hold for these fields. */
  find(fields: F, found: ReusedList<T>): void {
    for (const { get, byValue } of this.#fields.values()) {
      const values = byValue.get(get(fields).toLowerCase());
      if (values !== undefined) for (const value of values) found.push(value);
    }
    for (const value of this.#always) found.push(value);
  }
}
