import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createNormalizer, loadPlugins, type LoadedPlugin, type NormalizerOptions } from '../../src/normalize/index.js';
import { clearedPatterns } from '../../src/pattern-check/cleared-patterns.js';
import type { LogRecord } from '../../src/record.js';
import { parseSyslog } from '../../src/syslog-parser/index.js';

export const pluginDir = new URL('../../stacks/dsiem/plugins/', import.meta.url);
export const receivedAt = Date.UTC(2026, 10, 20, 12);

export const shippedFiles = readdirSync(pluginDir)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => ({ file: name, text: readFileSync(new URL(name, pluginDir), 'utf8') }));

const onlyCleared = (source: string): string | undefined =>
  clearedPatterns.has(source) ? undefined : 'it is not cleared';

/** Plugins from texts; a fault fails the test. */
export const pluginsFrom = (...texts: readonly string[]): readonly LoadedPlugin[] => {
  const { plugins, faults } = loadPlugins(
    texts.map((text, i) => ({ file: `${i}.yaml`, text })),
    onlyCleared,
  );
  if (faults.length > 0) throw new Error(faults.map(({ where, message }) => `${where}: ${message}`).join('\n'));
  return plugins;
};

let loaded: readonly LoadedPlugin[] | undefined;
/** The shipped plugins. */
export const shipped = (): readonly LoadedPlugin[] => (loaded ??= pluginsFrom(...shippedFiles.map(({ text }) => text)));

/** A record as the frontend makes one of a line. */
export const recordOf = (raw: string, more: Partial<LogRecord> = {}): LogRecord => ({
  ...parseSyslog(raw, { receivedAt, timeZone: 'UTC', referenceTime: receivedAt }),
  seq: 1,
  receivedAt,
  raw,
  input: basename('udp'),
  normalized: [],
  ...more,
});

/** A record of sshd with this message. */
export const sshd = (message: string, more: Partial<LogRecord> = {}): LogRecord =>
  recordOf(`Nov 20 10:00:00 host1 sshd[42]: ${message}`, more);

/** What the shipped plugins make of one record. */
export const normalizeOne = (record: LogRecord, options: NormalizerOptions = {}) =>
  createNormalizer(shipped(), options).normalize(record);
