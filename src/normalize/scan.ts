import type { LogRecord } from '../record.js';
import { readCef, readLeef } from './cef.js';
import { type JsonObject, readJsonObject } from './json-path.js';
import { type Pairs, readKeyValues } from './key-values.js';
import type { Get } from './template.js';

/** Formats whose fields are pairs. */
export type PairFormat = 'key=value' | 'cef' | 'leef';

const pairReaders: Readonly<Record<PairFormat, (text: string) => Pairs | undefined>> = {
  'key=value': readKeyValues,
  cef: readCef,
  leef: readLeef,
};

/** Is told which pattern tries a record, by its number. */
export interface Trying {
  plugin(index: number): void;
}

/** The record that is being normalized, and what was read from it so far: each format at most once. */
export class Scan {
  record: LogRecord;
  /** The message without blanks at its end, cut at the bound. */
  message = '';
  /** It began like a JSON object and is none. */
  faultyJson = false;
  #json: JsonObject | undefined;
  #jsonRead = false;
  readonly trying: Trying;
  readonly #pairs = new Map<PairFormat, Pairs | undefined>();

  constructor(record: LogRecord, trying: Trying) {
    this.record = record;
    this.trying = trying;
  }

  begin(record: LogRecord, message: string): void {
    this.record = record;
    this.message = message;
    this.faultyJson = false;
    this.#json = undefined;
    this.#jsonRead = false;
    if (this.#pairs.size > 0) this.#pairs.clear();
  }

  /** The record's JSON object: its message, or the whole line where that is one. */
  json(): JsonObject | undefined {
    if (this.#jsonRead) return this.#json;
    this.#jsonRead = true;
    const { message, raw } = this.record;
    const text = message.startsWith('{') ? message : raw.startsWith('{') ? raw : '';
    if (text === '') return undefined;
    this.#json = readJsonObject(text);
    this.faultyJson = this.#json === undefined;
    return this.#json;
  }

  pairs(format: PairFormat): Pairs | undefined {
    if (!this.#pairs.has(format)) this.#pairs.set(format, pairReaders[format](this.message));
    return this.#pairs.get(format);
  }
}

/** Fields every record has beside those its plugin reads, and what they are. */
export const recordFields: Readonly<Record<string, (scan: Scan) => string>> = {
  '@host': ({ record }) => record.host ?? '',
  '@app': ({ record }) => record.app ?? '',
  '@pid': ({ record }) => record.pid ?? '',
  '@peer': ({ record }) => record.peer ?? '',
  '@input': ({ record }) => record.input,
  '@message': ({ message }) => message,
  '@facility': ({ record }) => record.facility?.toString() ?? '',
  '@severity': ({ record }) => record.severity?.toString() ?? '',
};

/** How a plugin's fields are reached, by their names. */
export type Getter<F> = (field: string) => Get<F>;

/** Fields of a match of a pattern with these groups. */
export const groupGetter =
  (groups: readonly string[]): Getter<RegExpExecArray> =>
  (field) => {
    // Alternatives of a pattern may name the same field; the one that matched has it.
    const indexes = groups.flatMap((name, i) => (name === field ? [i + 1] : []));
    const [first = 0] = indexes;
    if (indexes.length <= 1) return (match) => (first === 0 ? '' : (match[first] ?? ''));
    return (match) => indexes.map((index) => match[index] ?? '').find((text) => text !== '') ?? '';
  };

/** Fields of pairs. */
export const pairGetter: Getter<Pairs> = (field) => (pairs) => pairs.get(field) ?? '';
