import type { Fault } from '../fault.js';
import { checkOptions } from '../stack/check-options.js';
import { YamlSource } from '../stack/yaml-source.js';
import { LoadedKindReader } from './load-kind.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import type { CheckPattern } from './pattern.js';
import { type PluginDefinition, pluginSchema } from './plugin-schema.js';

/** A plugin file as text. */
export interface PluginFile {
  readonly file: string;
  readonly text: string;
}

type Path = readonly (string | number)[];

const selectorFaults = (plugin: PluginDefinition, locate: (path: Path) => string): Fault[] => {
  const empty = plugin.records.flatMap((selector, i) =>
    Object.keys(selector).length > 0
      ? []
      : [
          {
            where: locate(['records', i]),
            message: 'selects every record; app, host, input, facility or contains would be right',
          },
        ],
  );
  if (plugin.records.length > 0 || (plugin.read !== 'text' && plugin.read !== 'key=value')) return empty;
  const message = `is missing, so nothing says which records to read as ${plugin.read}; records: {app: …} or {contains: …} would be right`;
  return [{ where: locate(['records']), message }];
};

interface Reading {
  readonly source: YamlSource;
  readonly check: CheckPattern;
  readonly faults: Fault[];
}

const readPlugin = ({ source, check, faults }: Reading, value: unknown, path: Path): LoadedPlugin | undefined => {
  const locate = (inner: Path, key?: string): string => source.locate([...path, ...inner], key);
  const checked = checkOptions(pluginSchema, value, locate);
  if ('faults' in checked) {
    faults.push(...checked.faults);
    return undefined;
  }
  const { options: plugin } = checked;
  const before = faults.length;
  faults.push(...selectorFaults(plugin, locate));
  const reader = new LoadedKindReader({ plugin, locate, check, faults });
  const kinds = plugin.kinds.map((_, i) => reader.read(i));
  reader.checkDefaults();
  if (faults.length > before) return undefined;
  const { id, name, product, read, records } = plugin;
  return { file: source.file, id, name, product, read, records, kinds };
};

const readFile = (
  file: PluginFile,
  check: CheckPattern,
  faults: Fault[],
): readonly { plugin: LoadedPlugin; where: string }[] => {
  const source = new YamlSource(file.file, file.text);
  faults.push(...source.faults);
  if (source.faults.length > 0) return [];
  const { value } = source;
  const entries: (readonly [unknown, Path])[] = Array.isArray(value)
    ? value.map((item: unknown, i) => [item, [i]])
    : [[value, []]];
  return entries.flatMap(([item, path]) => {
    const plugin = readPlugin({ source, check, faults }, item, path);
    return plugin === undefined ? [] : [{ plugin, where: source.locate(path, 'name') }];
  });
};

/**
 * Reads plugin files (docs/plugins.md), each one plugin or a list of them. Every fault of every file is listed with its place;
 * `plugins` has those without fault. `check` decides on patterns that are not linear for a plain reason.
 */
export const loadPlugins = (
  files: readonly PluginFile[],
  check: CheckPattern,
): { readonly plugins: readonly LoadedPlugin[]; readonly faults: readonly Fault[] } => {
  const faults: Fault[] = [];
  const byName = new Map<string, string>();
  const plugins: LoadedPlugin[] = [];
  for (const file of files) {
    for (const { plugin, where } of readFile(file, check, faults)) {
      const other = byName.get(plugin.name);
      if (other === undefined) {
        byName.set(plugin.name, where);
        plugins.push(plugin);
        continue;
      }
      faults.push({
        where,
        message: `${plugin.name} is the name of the plugin at ${other} already; another name would be right`,
      });
    }
  }
  return { plugins, faults };
};
