import { dirname, extname, resolve } from 'node:path';
import { messageOf } from '../fault.js';
import { type Findings, isObject, ObjectReader } from '../directives/object-reader.js';
import { quote } from '../directives/quote.js';
import type {
  CsvLayout,
  ListDefinition,
  NesdDefinition,
  SourceDefinition,
  WiseDefinition,
} from './source-definition.js';
import { templateFault } from './url-template.js';

/** Reads the `config` of one source; what is faulty is noted, and undefined then. */
export type ConfigReader = (reader: ObjectReader, name: string, file: string) => SourceDefinition | undefined;

/** The JSON inside the string `config`: its findings are noted at the string, with the path inside it. */
const readConfig = <T>(
  reader: ObjectReader,
  known: readonly string[],
  read: (config: ObjectReader) => T,
): T | undefined => {
  const text = reader.get('config');
  const right = 'a text that holds a JSON object, such as "{ \\"url\\": … }"';
  if (typeof text !== 'string') {
    reader.refuse('config', right);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    reader.fault('config', `its text is not JSON (${messageOf(cause)}), ${right} would be right`);
    return undefined;
  }
  if (!isObject(value)) {
    reader.fault('config', `its text holds ${quote(value)}, ${right} would be right`);
    return undefined;
  }
  const findings: Findings = { faults: [], warnings: [] };
  const inner = new ObjectReader(value, [], findings);
  inner.onlyKnown(known);
  const result = read(inner);
  for (const { path, message } of findings.faults) reader.fault('config', `${path.join('.')}: ${message}`);
  for (const { path, message } of findings.warnings) reader.warn('config', `${path.join('.')}: ${message}`);
  return findings.faults.length === 0 ? result : undefined;
};

const readUrl = (config: ObjectReader, markers: readonly string[]): string => {
  const url = config.filledText('url');
  const fault = url === '' ? undefined : templateFault(url, markers);
  if (fault !== undefined) config.fault('url', fault);
  return url;
};

/** `{"url":"http://wise:8081/ip/${ip}"}` */
export const wiseConfig: ConfigReader = (reader, name) =>
  readConfig(
    reader,
    ['url'],
    (config): WiseDefinition => ({
      kind: 'intel',
      name,
      plugin: 'Wise',
      url: readUrl(config, ['ip']),
    }),
  );

/** `{"url":"http://nesd:8081/?ip=${ip}&port=${port}","allow_low_severity":false}` */
export const nesdConfig: ConfigReader = (reader, name) =>
  readConfig(
    reader,
    ['url', 'allow_low_severity'],
    (config): NesdDefinition => ({
      kind: 'vulnerabilities',
      name,
      plugin: 'Nesd',
      url: readUrl(config, ['ip', 'port']),
      allowLowSeverity: config.flag('allow_low_severity'),
    }),
  );

const readColumn = (config: ObjectReader, key: string): string | number | undefined => {
  const value = config.get(key);
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  config.refuse(key, 'the name of a column, or its number from 1 on,');
  return undefined;
};

const readLayout = (config: ObjectReader): CsvLayout => {
  const delimiter = config.text('delimiter', ',');
  if (delimiter.length !== 1 || delimiter === '"') config.refuse('delimiter', 'one character');
  const textColumn = readColumn(config, 'text_column');
  return { delimiter, column: readColumn(config, 'column') ?? 1, ...(textColumn === undefined ? {} : { textColumn }) };
};

const formats = ['text', 'csv'];
const csvKeys = ['column', 'text_column', 'delimiter'];

/** `{"file":"bad.csv","column":"ip","text_column":"why"}`; the file is seen from the configuration file. */
export const listConfig: ConfigReader = (reader, name, file) =>
  readConfig(reader, ['file', 'format', ...csvKeys], (config): ListDefinition => {
    const path = config.filledText('file');
    const standard = extname(path).toLowerCase() === '.csv' ? 'csv' : 'text';
    const format = config.text('format', standard);
    if (!formats.includes(format)) config.refuse('format', formats.map(quote).join(' or '));
    if (format === 'text') {
      for (const key of csvKeys) {
        if (config.get(key) !== undefined)
          config.fault(key, 'a text file has no columns, "format": "csv" would be right');
      }
    }
    const csv = format === 'csv' ? readLayout(config) : undefined;
    const list = { kind: 'intel', name, plugin: 'list', file: resolve(dirname(file), path) } as const;
    return csv === undefined ? list : { ...list, csv };
  });
