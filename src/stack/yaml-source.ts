import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Fault } from '../fault.js';

/** A YAML text that knows on which line each of its values stands. Duplicate keys, alias bombs and syntax errors are faults. */
export class YamlSource {
  readonly file: string;
  readonly value: unknown;
  readonly faults: readonly Fault[];
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const faults: Fault[] = this.#document.errors.map((error) => ({
      where: this.#at(error.pos[0]),
      message: `${error.message}; valid YAML would be right`,
    }));
    visit(this.#document, {
      Pair: (_key, { key }) => {
        if (!isScalar(key) || key.value !== '__proto__') return;
        const where = this.#at(key.range?.[0] ?? 0);
        faults.push({ where, message: 'the name __proto__ has a meaning of its own; any other would be right' });
      },
    });
    this.value = undefined;
    if (faults.length === 0) {
      try {
        this.value = this.#document.toJS({ maxAliasCount: 100 }) as unknown;
      } catch (cause) {
        faults.push({ where: `${file}:1:1`, message: cause instanceof Error ? cause.message : String(cause) });
      }
    }
    this.faults = faults;
  }

  /** `file:line:column path` of a value's key; of its nearest parent's where the value is absent. `key` comes behind the path. */
  locate(path: readonly (string | number)[], key?: string): string {
    const whole = key === undefined ? path : [...path, key];
    const name = whole.join('.');
    for (let depth = whole.length; depth > 0; depth -= 1) {
      const last = whole[depth - 1];
      const parent: unknown =
        depth === 1 ? this.#document.contents : this.#document.getIn(whole.slice(0, depth - 1), true);
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(last)) : undefined;
      const node: unknown = pair?.key ?? this.#document.getIn(whole.slice(0, depth), true);
      const range = rangeOf(node);
      if (range !== undefined) return `${this.#at(range[0] ?? 0)} ${name}`;
    }
    return `${this.file}:1:1 ${name}`.trimEnd();
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.file}:${line}:${col}`;
  }
}

const rangeOf = (node: unknown): readonly number[] | undefined =>
  typeof node === 'object' && node !== null && 'range' in node
    ? ((node.range as readonly number[] | null | undefined) ?? undefined)
    : undefined;
