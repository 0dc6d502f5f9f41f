import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SearchDir } from './discover.js';

const findRoot = (from: string): string => (existsSync(join(from, 'package.json')) ? from : findRoot(dirname(from)));

/** The directory of this package: where its package.json and stacks lie. */
export const packageRoot = findRoot(import.meta.dirname);

/** Where stacks, modules and listeners are looked for. */
export interface SearchPath {
  readonly stacks: readonly SearchDir[];
  readonly modules: readonly SearchDir[];
  readonly listeners: readonly SearchDir[];
  /** Replaces the stacks' own configuration directories. */
  readonly configDir: string | undefined;
  /** Normalizer plugins beside the stacks' own. */
  readonly pluginDirs: readonly string[];
}

/** Extra directories the user named, and the working directory. */
export interface SearchOptions {
  readonly cwd: string;
  readonly stackDir?: readonly string[] | undefined;
  readonly moduleDir?: readonly string[] | undefined;
  readonly listenerDir?: readonly string[] | undefined;
  readonly configDir?: string | undefined;
  readonly pluginDir?: readonly string[] | undefined;
}

const same = (left: string, right: string): boolean => existsSync(left) && realpathSync(left) === realpathSync(right);

/** Shipped directories first, then those of the working directory, then the named ones: a later file replaces an earlier one's. */
export const searchPath = ({ cwd, stackDir, moduleDir, listenerDir, ...rest }: SearchOptions): SearchPath => {
  const own = same(cwd, packageRoot);
  const path = (kind: string, shipped: string, named: readonly string[] = []): SearchDir[] => [
    { dir: shipped, origin: 'shipped' },
    ...(own ? [] : [{ dir: join(cwd, kind), origin: 'user' as const }]),
    ...named.map((dir) => ({ dir, origin: 'user' as const, required: true })),
  ];
  // Compiled files lie beside the compiled program, sources beside the sources.
  const beside = (kind: string): string => join(import.meta.dirname, '../..', kind);
  return {
    stacks: path('stacks', join(packageRoot, 'stacks'), stackDir),
    modules: path('modules', beside('modules'), moduleDir),
    listeners: path('listeners', beside('listeners'), listenerDir),
    configDir: rest.configDir,
    pluginDirs: rest.pluginDir ?? [],
  };
};

/** Extensions of module and listener files. */
export const codeExtensions = ['.js', '.mjs', '.ts', '.mts'];
/** Extensions of stack files. */
export const stackExtensions = ['.yaml', '.yml'];
