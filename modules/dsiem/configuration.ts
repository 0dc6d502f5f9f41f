import {
  type CheckResult,
  type ConfigFile,
  type Fault,
  type LoadedSources,
  loadLookupSources,
  missingLists,
} from 'tocsin';
import {
  type Fault as DirectiveFault,
  type LoadedAssets,
  type LoadedDirectives,
  loadAssets,
  loadDirectives,
  neverReachesRisk1,
} from 'tocsin/directives';
import type { DsiemOptions } from './options.js';

/** What the dsiem module reads. */
export const dsiemFiles = ['directives_*.json', 'assets_*.json', 'intel_*.json', 'vuln_*.json'];

const named = (files: readonly ConfigFile[], prefix: string): ConfigFile[] =>
  files.filter(({ file }) => file.slice(file.lastIndexOf('/') + 1).startsWith(prefix));

/** Directives, assets and lookup sources of the files, as far as they are right. */
export const loadConfiguration = (
  { compat }: DsiemOptions,
  files: readonly ConfigFile[],
): { readonly directives: LoadedDirectives; readonly assets: LoadedAssets; readonly lookups: LoadedSources } => ({
  directives: loadDirectives(named(files, 'directives_'), compat === 'dsiem' ? { compat } : {}),
  assets: loadAssets(named(files, 'assets_')),
  lookups: loadLookupSources(files),
});

const shown = ({ file, line, column, path, message }: DirectiveFault): Fault => ({
  where: `${file}:${line}:${column} ${path}`.trimEnd(),
  message,
});

/** Every fault of directives, assets and lookup sources; with `lenient`, those of directives are warnings. */
export const checkConfiguration = (options: DsiemOptions, files: readonly ConfigFile[]): CheckResult => {
  const { directives, assets, lookups } = loadConfiguration(options, files);
  const faults = [...assets.faults, ...lookups.faults, ...(options.lenient ? [] : directives.faults)].map(shown);
  const leftOut = (fault: DirectiveFault): Fault => ({ ...shown(fault), message: `${fault.message}; left out` });
  const skipped = options.lenient ? directives.faults.map(leftOut) : [];
  const warnings = [...skipped, ...[...directives.warnings, ...assets.warnings, ...lookups.warnings].map(shown)];
  warnings.push(...missingLists(lookups.sources));
  if (directives.directives.length === 0 && directives.faults.length === 0) {
    warnings.push({
      where: 'dsiem',
      message: 'no directive: there will be no alarm; --config-dir with directives_*.json would be right',
    });
  }
  for (const directive of directives.directives) {
    if (!neverReachesRisk1(directive, assets.assets.highestValue)) continue;
    const message = `can never reach risk 1, so it raises no alarm: priority × highest reliability × highest asset value (${assets.assets.highestValue}) must be 25 or more`;
    warnings.push({ where: `directive ${directive.id} ${JSON.stringify(directive.name)}`, message });
  }
  return { faults, warnings };
};
