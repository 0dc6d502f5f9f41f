import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ModuleDefinition } from '../module.js';
import { bundleFile, linkBundle } from './bundle.js';
import type { Found } from './discover.js';

/** A module or listener file, ready to be imported by any thread. */
export interface Loaded<D> {
  readonly definition: D;
  /** What a worker thread imports to get the same definition. */
  readonly url: string;
  /** The file of its code, see `bundleFile`; absent for what is shipped. */
  readonly bundle: string | undefined;
}

/** Loads a discovered file. Rejects with a message that says what is wrong with it. */
export const loadDefinition = async <D extends ModuleDefinition | ListenerDefinition>(
  found: Found,
  kind: D['kind'],
  cacheDir: string,
): Promise<Loaded<D>> => {
  if (!statSync(found.file).isFile()) throw new Error('is no regular file; TypeScript or JavaScript would be right');
  const bundle = found.origin === 'shipped' ? undefined : await bundleFile(found.file, cacheDir);
  const url = bundle === undefined ? pathToFileURL(found.file).href : linkBundle(bundle, cacheDir);
  const exported = (await import(url)) as { default?: D };
  const definition = exported.default;
  const define = kind === 'module' ? 'defineModule' : 'defineListener';
  if (definition?.kind !== kind) {
    throw new Error(`has no ${kind} as its default export; export default ${define}({…}) would be right`);
  }
  if (definition.name !== found.name) {
    throw new Error(`defines ${kind} ${definition.name}; the name ${found.name}, as of its file, would be right`);
  }
  return { definition, url, bundle };
};

/** One line about a file that could not be loaded. esbuild's messages name line and column. */
export const loadFault = (thrown: unknown): string => {
  const errors = (thrown as { errors?: { text: string; location?: { line: number; column: number } | null }[] }).errors;
  if (!Array.isArray(errors)) return messageOf(thrown);
  return errors
    .map(({ text, location }) => (location ? `${location.line}:${location.column} ${text}` : text))
    .join('; ');
};
