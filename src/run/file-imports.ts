import { readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { escapeControls } from '../escape.js';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';
import { readRegularFile } from '../read-regular-file.js';
import { nameMatches } from '../stack/config-files.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';

/** Which files a module wants to be given: see `ModuleDefinition.imports`. */
export interface ImportSpec {
  readonly module: string;
  readonly dir: string;
  /** Name relative to `dir`, `*` in its last part standing for any text. */
  readonly pattern: string;
}

/** Where imported files go: a FrameWriter. */
export interface ImportSink {
  readonly full: boolean;
  drained(): Promise<void>;
  durable(): Promise<void>;
  imported(module: string, file: { readonly name: string; readonly json: string }, now: number): void;
}

/** How long what was given may take to be written before the next file is. */
const roomWithinMs = 10_000;

/** What the modules of a stack want to be given from a log directory. */
export const importSpecs = (modules: readonly ResolvedEntry[], dir: string): ImportSpec[] =>
  modules.flatMap(({ name, imports = [] }) => imports.map((pattern) => ({ module: name, dir, pattern })));

/** A file, its name relative to the log directory, and who wants it. */
interface Wanted {
  readonly path: string;
  readonly name: string;
  readonly modules: readonly string[];
}

const namesIn = (dir: string, log: Log): string[] => {
  try {
    return readdirSync(dir);
  } catch (cause) {
    // Most have none.
    const isAbsent = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
    if (!isAbsent) log.error(`cannot look for files to import: ${messageOf(cause)}`);
    return [];
  }
};

const wantedFiles = (specs: readonly ImportSpec[], log: Log): Wanted[] => {
  const found = new Map<string, Wanted>();
  for (const { module, dir, pattern } of specs) {
    const names = namesIn(join(dir, dirname(pattern)), log).filter(
      (name) => !name.startsWith('.') && nameMatches(basename(pattern), name),
    );
    for (const one of names) {
      const name = join(dirname(pattern), one);
      const path = join(dir, name);
      const modules = found.get(path)?.modules ?? [];
      found.set(path, { path, name, modules: modules.includes(module) ? modules : [...modules, module] });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
};

const renamed = async (path: string, suffix: string, log: Log): Promise<void> => {
  try {
    await rename(path, path + suffix);
  } catch (cause) {
    log.error(`cannot rename ${escapeControls(path)} to …${suffix}: ${escapeControls(messageOf(cause))}`);
  }
};

/** The text of a JSON file; undefined where it cannot be had, which is said. One that is no JSON is set aside. */
const readJson = async (path: string, log: Log): Promise<string | undefined> => {
  const shown = escapeControls(path);
  let text: string;
  try {
    text = readRegularFile(path)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (cause) {
    log.error(`${shown} is not imported, and left alone: ${escapeControls(messageOf(cause))}`);
    return undefined;
  }
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    log.error(
      `${shown} is not imported: ${escapeControls(messageOf(cause))}; JSON would be right. It becomes …unusable`,
    );
    await renamed(path, '.unusable', log);
    return undefined;
  }
};

const hasRoom = async (sink: ImportSink): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, roomWithinMs)));
  if (sink.full) await Promise.race([sink.drained(), late]);
  clearTimeout(timer);
  return !sink.full;
};

/**
 * Gives files to the modules that want them, as journal entries. Resolves once all have been given, with a function that
 * resolves once they are as safe as `--fsync` makes them, and renamed. Never rejects: what cannot be imported is said.
 */
export const importFiles = async (
  specs: readonly ImportSpec[],
  { sink, log, now }: { readonly sink: ImportSink; readonly log: Log; readonly now: () => number },
): Promise<() => Promise<void>> => {
  const given: string[] = [];
  for (const { path, name, modules } of wantedFiles(specs, log)) {
    if (!(await hasRoom(sink))) {
      log.error(
        `the journal takes nothing more: ${escapeControls(path)} and what follows it is imported at the next start`,
      );
      break;
    }
    const json = await readJson(path, log);
    if (json === undefined) continue;
    for (const module of modules) sink.imported(module, { name, json }, now());
    given.push(path);
  }
  if (given.length === 0) return async () => undefined;
  const settled = sink.durable().then(
    async () => {
      for (const path of given) await renamed(path, '.imported', log);
    },
    (cause: unknown) => log.error(`imported files are imported again at the next start: ${messageOf(cause)}`),
  );
  return () => settled;
};
