import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Stands before the names of this program's own copies, which lie elsewhere in another installation. */
const mark = 'tocsin-program:';
const markedName = new RegExp(`"${mark}(tocsin(?:/[a-z]+)?|zod)"`, 'gu');

/** Plugins may say `import … from 'tocsin'` or `'zod'` wherever they lie: the names lead to this program's own copies. */
const ownNames: Plugin = {
  name: 'tocsin',
  setup: (bundling) => {
    bundling.onResolve({ filter: /^(tocsin(\/[a-z]+)?|zod)$/ }, ({ path }) => ({ path: mark + path, external: true }));
  },
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const keep = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600 });
  return path;
};

/**
 * Bundles a user's file, TypeScript included, with what it imports, into a file of `dir` named by its content. It is the
 * same wherever this program is installed, and cannot be imported before `linkBundle`. Rejects with esbuild's errors.
 */
export const bundleFile = async (file: string, dir: string): Promise<string> => {
  const result = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // A class that names itself is renamed else, and events go by the names of their classes.
    keepNames: true,
    sourcemap: 'inline',
    logLevel: 'silent',
    absWorkingDir: dirname(resolve(file)),
    plugins: [ownNames],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  const text = result.outputFiles[0]?.text ?? '';
  return keep(join(dir, `${sha256(text)}.bundle`), text);
};

/** Puts this program's own places into a bundle, and gives the URL under which any thread imports the result from `dir`. */
export const linkBundle = (bundle: string, dir: string): string => {
  const linked = readFileSync(bundle, 'utf8').replaceAll(markedName, (_all, name: string) =>
    JSON.stringify(import.meta.resolve(name)),
  );
  return pathToFileURL(keep(join(dir, `${sha256(linked)}.mjs`), linked)).href;
};
