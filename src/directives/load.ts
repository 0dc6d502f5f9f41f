import { checkDirective } from './check-directive.js';
import type { Directive } from './directive.js';
import { byPlace, type ConfigFile, type Fault, type Finding, placeFindings } from './fault.js';
import { quote } from './quote.js';
import { findSyntaxError, type JsonPath } from './json-positions.js';
import { type Findings, isObject, ObjectReader } from './object-reader.js';

/** How strictly directives are read (dsiem.md §2). */
export interface LoadOptions {
  /** dsiem's silent repairs are made, each with a warning. */
  readonly compat?: 'dsiem';
}

/** Everything read from the directive files; where `faults` is not empty, nothing may start unless `--lenient` was asked. */
export interface LoadedDirectives {
  /** By ascending id; disabled and faulty ones are not among them. */
  readonly directives: readonly Directive[];
  readonly disabled: number;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Parses a file that must be `{"<key>":[…]}`, noting what is wrong; undefined where there is no such list. */
export const parseList = (
  source: ConfigFile,
  key: string,
  noted: { readonly faults: Fault[]; readonly warnings: Fault[] },
): readonly unknown[] | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(source.text);
  } catch (cause) {
    const error = findSyntaxError(source.text);
    if (error === undefined) throw new Error(`${source.file}: JSON.parse refuses what our scanner reads`, { cause });
    const { line, column, message } = error;
    noted.faults.push({ file: source.file, line, column, path: '', message: `not JSON: ${message}` });
    return undefined;
  }
  const list = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (isObject(value) && Array.isArray(list)) {
    const findings: Findings = { faults: [], warnings: [] };
    new ObjectReader(value, [], findings).onlyKnown([key]);
    noted.warnings.push(...placeFindings(source, findings.warnings));
    return list as unknown[];
  }
  const seen = isObject(value) ? `the keys ${Object.keys(value).slice(0, 5).map(quote).join(', ')}` : quote(value);
  const message = `the file holds ${seen}, {"${key}": […]} would be right`;
  noted.faults.push(...placeFindings(source, [{ path: [], message }]));
  return undefined;
};

/** The file without a byte order mark. */
export const withoutMark = ({ file, text }: ConfigFile): ConfigFile => ({
  file,
  text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
});

interface Seen {
  readonly file: string;
  readonly path: JsonPath;
}

const checkId = (directive: Directive, at: Seen, seen: Map<number, Seen>, faults: Finding[]): void => {
  const first = seen.get(directive.id);
  if (first === undefined) seen.set(directive.id, at);
  else {
    const place = `${first.file} directives[${String(first.path[1])}]`;
    faults.push({
      path: [...at.path, 'id'],
      message: `${directive.id} is the id of ${place}, too, an id of its own would be right`,
    });
  }
};

/** Reads and checks directive files, given in the order of their names. Never throws for what the files hold. */
export const loadDirectives = (files: readonly ConfigFile[], options: LoadOptions = {}): LoadedDirectives => {
  const directives: Directive[] = [];
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const seen = new Map<number, Seen>();
  let disabled = 0;
  for (const given of files) {
    const source = withoutMark(given);
    const list = parseList(source, 'directives', { faults, warnings });
    const all: Findings = { faults: [], warnings: [] };
    for (const [i, value] of (list ?? []).entries()) {
      const findings: Findings = { faults: [], warnings: all.warnings };
      const path = ['directives', i];
      const checked = checkDirective(value, path, { findings, compat: options.compat === 'dsiem' });
      const sound = checked !== undefined && findings.faults.length === 0;
      if (sound) checkId(checked.directive, { file: source.file, path }, seen, findings.faults);
      all.faults.push(...findings.faults);
      if (checked === undefined || findings.faults.length > 0) continue;
      if (checked.disabled) disabled += 1;
      else directives.push(deepFreeze(checked.directive));
    }
    faults.push(...placeFindings(source, all.faults));
    warnings.push(...placeFindings(source, all.warnings));
  }
  directives.sort((a, b) => a.id - b.id);
  return { directives, disabled, faults: faults.sort(byPlace), warnings: warnings.sort(byPlace) };
};

const deepFreeze = (directive: Directive): Directive => {
  for (const rule of directive.rules) {
    Object.freeze(rule.pluginSids);
    Object.freeze(rule.products);
    Object.freeze(rule.subcategories);
    Object.freeze(rule);
  }
  Object.freeze(directive.rules);
  return Object.freeze(directive);
};
