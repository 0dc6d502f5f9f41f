import { isMap, LineCounter, parseDocument } from 'yaml';
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

  /** `file:line:column path` of a value; of its nearest parent where the value is absent. With `key`, of the key instead. */
  locate(path: readonly (string | number)[], key?: string): string {
    const name = [...path, ...(key === undefined ? [] : [key])].join('.');
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node: unknown = depth === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, depth), true);
      const wanted = depth === path.length ? key : String(path[depth]);
      const pair = isMap(node) ? node.items.find((item) => String(item.key) === wanted) : undefined;
      const range = (pair?.key as { range?: readonly number[] } | undefined)?.range ?? rangeOf(node);
      if (range !== undefined) return `${this.#at(range[0] ?? 0)} ${name}`.trimEnd();
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
