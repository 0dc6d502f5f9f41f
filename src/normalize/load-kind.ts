import type { Fault } from '../fault.js';
import { wouldBeRight } from '../stack/suggest.js';
import { addressInText } from './addresses.js';
import type { LoadedKind } from './loaded-plugin.js';
import { type CheckPattern, compilePattern, type Pattern } from './pattern.js';
import { PatternFault } from './pattern-parts.js';
import { type FieldName, fieldNames, type KindDefinition, type PluginDefinition } from './plugin-schema.js';
import { recordFields } from './scan.js';
import { readTemplate, type TemplatePart } from './template.js';

type Path = readonly (string | number)[];

interface Options {
  readonly plugin: PluginDefinition;
  readonly locate: (path: Path, key?: string) => string;
  readonly check: CheckPattern;
  readonly faults: Fault[];
}

const isPort = (text: string): boolean => /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535;
const isSid = (text: string): boolean =>
  /^[0-9]{1,10}$/.test(text) && Number(text) >= 1 && Number(text) <= 2_147_483_647;
const isAddress = (text: string): boolean => addressInText(text) !== undefined;

/** What a field without places must look like. */
const constants: Partial<Record<FieldName, readonly [(text: string) => boolean, string]>> = {
  sid: [isSid, 'a whole number from 1 to 2147483647, or a template such as "{alert.signature_id}"'],
  src_ip: [isAddress, 'an address, or a template such as "{src}"'],
  dst_ip: [isAddress, 'an address, or a template such as "{dst}"'],
  src_port: [isPort, 'a port 0–65535, or a template such as "{port}"'],
  dst_port: [isPort, 'a port 0–65535, or a template such as "{port}"'],
};

/** Checks the kinds of one plugin, adding what is wrong to the faults. */
export class LoadedKindReader {
  readonly #options: Options;
  /** A pattern written twice (by a YAML alias) is one pattern. */
  readonly #patterns = new Map<string, Pattern | PatternFault>();
  readonly #groups = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Checks the defaults: each is for every kind, so its fields must be those of at least one; to be called after the kinds were read. */
  checkDefaults(): void {
    const { plugin } = this.#options;
    const known = plugin.read === 'text' ? [...this.#groups] : undefined;
    for (const name of fieldNames) {
      const text = plugin.defaults[name];
      if (text === undefined) continue;
      const parts = readTemplate(text);
      if (parts instanceof PatternFault) this.#fault(['defaults', name], parts.message);
      else this.#checkTemplate(name, parts, ['defaults', name], known);
    }
  }

  read(index: number): LoadedKind {
    const kind = this.#options.plugin.kinds[index] ?? { ignore: true };
    const pattern = this.#pattern(kind, index);
    const known = pattern === undefined ? undefined : [...new Set(pattern.groups.filter((name) => name !== ''))];
    const when = Object.entries(kind.when ?? {}).map(([field, values]) => ({ field, values }));
    for (const { field, values } of when) {
      this.#checkField(field, ['kinds', index, 'when', field], known);
      for (const value of values) {
        if (!value.slice(1, -1).includes('*')) continue;
        this.#fault(['kinds', index, 'when', field], `is "${value}"; a * at the start or the end would be right`);
      }
    }
    const templates = kind.ignore ? new Map<FieldName, readonly TemplatePart[]>() : this.#templates(kind, index, known);
    return { pattern, when, ignore: kind.ignore, templates };
  }

  #pattern(kind: KindDefinition, index: number): Pattern | undefined {
    const path = ['kinds', index, 'pattern'];
    const readsText = this.#options.plugin.read === 'text';
    if (kind.pattern === undefined) {
      if (readsText) this.#fault(path, 'is missing; a pattern such as "^login of %{USER:user}" would be right');
      return undefined;
    }
    if (!readsText) {
      this.#fault(
        path,
        `has no use where the plugin reads ${this.#options.plugin.read}; when: {field: value} would be right`,
      );
      return undefined;
    }
    const pattern = this.#patterns.get(kind.pattern) ?? compilePattern(kind.pattern, this.#options.check);
    this.#patterns.set(kind.pattern, pattern);
    if (!(pattern instanceof PatternFault)) {
      for (const name of pattern.groups) this.#groups.add(name);
      return pattern;
    }
    this.#fault(path, pattern.message);
    return undefined;
  }

  #templates(
    kind: KindDefinition,
    index: number,
    known: readonly string[] | undefined,
  ): Map<FieldName, readonly TemplatePart[]> {
    const templates = new Map<FieldName, readonly TemplatePart[]>();
    for (const name of fieldNames) {
      const own = kind[name];
      const text = own ?? this.#options.plugin.defaults[name];
      if (text === undefined) {
        if (name === 'sid' || name === 'category')
          this.#fault(['kinds', index], `has no ${name}, which every kind needs`);
        continue;
      }
      const parts = readTemplate(text);
      const path = ['kinds', index, name];
      if (!(parts instanceof PatternFault)) {
        templates.set(name, parts);
        if (own !== undefined) this.#checkTemplate(name, parts, path, known);
      } else if (own !== undefined) this.#fault(path, parts.message);
    }
    return templates;
  }

  #checkTemplate(
    name: FieldName,
    parts: readonly TemplatePart[],
    path: Path,
    known: readonly string[] | undefined,
  ): void {
    const [only] = parts;
    const constant = constants[name];
    if (parts.length === 1 && typeof only === 'string' && constant !== undefined && only !== '' && !constant[0](only)) {
      this.#fault(path, `is "${only}", ${constant[1]} would be right`);
    }
    for (const part of parts)
      if (typeof part !== 'string') for (const field of part.fields) this.#checkField(field, path, known);
  }

  /** Groups of a pattern are known; fields of other formats are whatever the line has. */
  #checkField(field: string, path: Path, known: readonly string[] | undefined): void {
    const ours = [...Object.keys(recordFields), '@address'];
    if (field.startsWith('@')) {
      if (this.#options.plugin.read === 'key=value') ours.push('@prefix');
      if (!ours.includes(field)) this.#fault(path, `names the field ${field}; ${wouldBeRight(field, ours)}`);
      return;
    }
    if (known !== undefined && !known.includes(field)) {
      this.#fault(
        path,
        `names the field ${field}, which the pattern does not have; ${wouldBeRight(field, [...known, ...ours])}`,
      );
    }
  }

  #fault(path: Path, message: string): void {
    const fault = { where: this.#options.locate(path), message };
    const { faults } = this.#options;
    if (!faults.some(({ where, message: text }) => where === fault.where && text === message)) faults.push(fault);
  }
}
