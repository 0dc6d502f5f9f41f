import { byPlace, type ConfigFile, type Fault, placeFindings } from '../directives/fault.js';
import { parseList, withoutMark } from '../directives/load.js';
import { type Findings, isObject, ObjectReader } from '../directives/object-reader.js';
import { quote } from '../directives/quote.js';
import { type ConfigReader, listConfig, nesdConfig, wiseConfig } from './source-config.js';
import { type LookupKind, type SourceDefinition, sourceKey } from './source-definition.js';

/** Everything read from the intel and vuln files; where `faults` is not empty, nothing may start. */
export interface LoadedSources {
  /** Enabled and without fault, in the order of the files. */
  readonly sources: readonly SourceDefinition[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** One kind of file. */
interface Family {
  readonly kind: LookupKind;
  readonly prefix: string;
  /** The file is `{"<list>":[…]}`. */
  readonly list: string;
  readonly type: string;
  readonly plugins: ReadonlyMap<string, ConfigReader>;
}

const families: readonly Family[] = [
  {
    kind: 'intel',
    prefix: 'intel_',
    list: 'intel_sources',
    type: 'IP',
    plugins: new Map<string, ConfigReader>([
      ['Wise', wiseConfig],
      ['list', listConfig],
    ]),
  },
  {
    kind: 'vulnerabilities',
    prefix: 'vuln_',
    list: 'vuln_sources',
    type: 'IP-Port',
    plugins: new Map([['Nesd', nesdConfig]]),
  },
];

const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

const checkSource = (reader: ObjectReader, family: Family, file: string): SourceDefinition | undefined => {
  reader.onlyKnown(['name', 'type', 'plugin', 'enabled', 'config']);
  // What is not enabled may be half configured.
  if (!reader.flag('enabled')) return undefined;
  const name = reader.filledText('name');
  const type = reader.text('type', family.type);
  if (type.toLowerCase() !== family.type.toLowerCase()) {
    reader.warn('type', `${quote(type)} means nothing here, ${quote(family.type)} would be right`);
  }
  const readConfig = family.plugins.get(reader.text('plugin', ''));
  if (readConfig === undefined) {
    const known = [...family.plugins.keys()].map(quote).join(' or ');
    reader.fault('plugin', `${quote(reader.get('plugin'))}, ${known} would be right`);
    return undefined;
  }
  return readConfig(reader, name, file);
};

const checkItem = (
  value: unknown,
  place: { readonly path: readonly [string, number]; readonly family: Family; readonly file: string },
  findings: Findings,
): SourceDefinition | undefined => {
  const { path, family, file } = place;
  if (isObject(value)) return checkSource(new ObjectReader(value, path, findings), family, file);
  findings.faults.push({ path, message: `${quote(value)}, an object would be right` });
  return undefined;
};

/** Reads and checks those of the files that are named `intel_*` and `vuln_*` (dsiem.md §2). Never throws for what they hold. */
export const loadLookupSources = (files: readonly ConfigFile[]): LoadedSources => {
  const sources = new Map<string, SourceDefinition>();
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  for (const family of families) {
    for (const given of files.filter(({ file }) => nameOf(file).startsWith(family.prefix))) {
      const source = withoutMark(given);
      const all: Findings = { faults: [], warnings: [] };
      for (const [i, value] of (parseList(source, family.list, { faults, warnings }) ?? []).entries()) {
        const findings: Findings = { faults: [], warnings: all.warnings };
        const path = [family.list, i] as const;
        const found = checkItem(value, { path, family, file: source.file }, findings);
        if (found !== undefined && sources.has(sourceKey(found))) {
          const message = `${quote(found.name)} is the name of an earlier source, too, a name of its own would be right`;
          findings.faults.push({ path: [...path, 'name'], message });
        }
        if (found !== undefined && findings.faults.length === 0) sources.set(sourceKey(found), found);
        all.faults.push(...findings.faults);
      }
      faults.push(...placeFindings(source, all.faults));
      warnings.push(...placeFindings(source, all.warnings));
    }
  }
  return { sources: [...sources.values()], faults: faults.sort(byPlace), warnings: warnings.sort(byPlace) };
};
