import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { messageOf } from '../fault.js';
import type { ListenerDefinition } from '../listener.js';
import type { ModuleDefinition } from '../module.js';
import type { Found } from './discover.js';

/** A module or listener file, ready to be imported by any thread. */
export interface Loaded<D> {
  readonly definition: D;
  /** What a worker thread imports to get the same definition. */
  readonly url: string;
}

/** Plugins may say `import … from 'tocsin'` or `'zod'` wherever they lie: the names lead to this program's own copies. */
const ownName: Plugin = {
  name: 'tocsin',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^(tocsin(\/[a-z]+)?|zod)$/ }, ({ path }) => ({
      path: import.meta.resolve(path),
      external: true,
    }));
  },
};

/** Bundles a user's file, TypeScript included, with what it imports, and gives the URL of the content-named result. */
const bundle = async (file: string, cacheDir: string): Promise<string> => {
  const result = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
    absWorkingDir: dirname(resolve(file)),
    plugins: [ownName],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const text = result.outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 24);
  const target = join(cacheDir, `${hash}.mjs`);
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  if (!existsSync(target)) writeFileSync(target, text, { mode: 0o600 });
  return pathToFileURL(target).href;
};

/** Loads a discovered file. Rejects with a message that says what is wrong with it. */
export const loadDefinition = async <D extends ModuleDefinition | ListenerDefinition>(
  found: Found,
  kind: D['kind'],
  cacheDir: string,
): Promise<Loaded<D>> => {
  const url = found.origin === 'shipped' ? pathToFileURL(found.file).href : await bundle(found.file, cacheDir);
  const exported = (await import(url)) as { default?: D };
  const definition = exported.default;
  const define = kind === 'module' ? 'defineModule' : 'defineListener';
  if (definition?.kind !== kind) {
    throw new Error(`has no ${kind} as its default export; export default ${define}({…}) would be right`);
  }
  if (definition.name !== found.name) {
    throw new Error(`defines ${kind} ${definition.name}; the name ${found.name}, as of its file, would be right`);
  }
  return { definition, url };
};

/** One line about a file that could not be loaded. esbuild's messages name line and column. */
export const loadFault = (thrown: unknown): string => {
  const errors = (thrown as { errors?: { text: string; location?: { line: number; column: number } | null }[] }).errors;
  if (!Array.isArray(errors)) return messageOf(thrown);
  return errors
    .map(({ text, location }) => (location ? `${location.line}:${location.column} ${text}` : text))
    .join('; ');
};
