import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../fault.js';
import { linkBundle } from '../stack/bundle.js';
import { discover } from '../stack/discover.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';
import type { CoreStack } from '../stack/resolve.js';
import { codeExtensions, packageRoot, searchPath } from '../stack/search-path.js';
import { generationOf, type GenerationContent, isGenerationId, readGeneration, sha256 } from './generation.js';

const contentName = 'stack.json';
const bundleName = (hash: string): string => `${hash}.bundle`;
const unfinished = '.new-';

/** A generation ready to run, or why it is not. */
export type LoadedGeneration = { readonly stack: CoreStack } | { readonly fault: string };

const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeSafely = async (path: string, bytes: string | Uint8Array): Promise<void> => {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Generations on disk, `<dir>/<id>/`: all that the core needs to run as it did, whatever becomes of the user's files. */
export class GenerationStore {
  readonly #dir: string;
  readonly #cacheDir: string;

  /** `cacheDir`: for users' code in the form in which this process imports it. */
  constructor({ dir, cacheDir }: { readonly dir: string; readonly cacheDir: string }) {
    this.#dir = dir;
    this.#cacheDir = cacheDir;
  }

  /** Makes the directory, and clears away what a crash left unfinished. */
  async open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#dir)) {
      if (name.startsWith(unfinished)) await rm(join(this.#dir, name), { recursive: true, force: true });
    }
  }

  /** Keeps the generation of a stack, if it is not kept yet; resolves with its id once it is safe on disk. Rejects where it cannot be written. */
  async save(stack: CoreStack): Promise<string> {
    const { id, text, bundles } = generationOf(stack);
    const target = join(this.#dir, id);
    if ('stack' in (await this.load(id))) return id;
    const made = join(this.#dir, unfinished + randomBytes(6).toString('hex'));
    try {
      await mkdir(made, { mode: 0o700 });
      for (const [hash, file] of bundles) await writeSafely(join(made, bundleName(hash)), await readFile(file));
      await writeSafely(join(made, contentName), text);
      await syncPath(made);
      // What is there under this name is damaged: it could not be loaded.
      await rm(target, { recursive: true, force: true });
      await rename(made, target);
      await syncPath(this.#dir);
    } catch (cause) {
      await rm(made, { recursive: true, force: true });
      throw new Error(`cannot keep the configuration in ${target}: ${messageOf(cause)}`, { cause });
    }
    return id;
  }

  /** Makes a generation ready to run. Never rejects: what is missing or damaged is said. */
  async load(id: string): Promise<LoadedGeneration> {
    if (!isGenerationId(id)) return { fault: 'its name is no SHA-256' };
    const dir = join(this.#dir, id);
    try {
      const text = await readFile(join(dir, contentName), 'utf8');
      if (sha256(text) !== id) return { fault: `${join(dir, contentName)} is damaged` };
      const content = readGeneration(text);
      return { stack: await this.#link(dir, content) };
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      return { fault: missing ? `${dir} is missing, or not whole` : `${dir}: ${messageOf(cause)}` };
    }
  }

  /** The ids of what is kept. */
  async list(): Promise<string[]> {
    return (await readdir(this.#dir)).filter(isGenerationId);
  }

  async remove(id: string): Promise<void> {
    if (isGenerationId(id)) await rm(join(this.#dir, id), { recursive: true, force: true });
  }

  async #link(dir: string, { modules, ...rest }: GenerationContent): Promise<CoreStack> {
    const shipped = discover(searchPath({ cwd: packageRoot }).modules, codeExtensions).found;
    const linked: ResolvedEntry[] = [];
    for (const { name, use, options, bundle: hash } of modules) {
      if (hash === undefined) {
        const found = shipped.get(use);
        if (found === undefined) throw new Error(`this version of the program has no module ${use}`);
        linked.push({ name, use, options, url: pathToFileURL(found.file).href });
        continue;
      }
      const bundle = join(dir, bundleName(hash));
      if (sha256(await readFile(bundle)) !== hash) throw new Error(`${bundle} is damaged`);
      linked.push({ name, use, options, bundle, url: linkBundle(bundle, this.#cacheDir) });
    }
    const { timeZone, machineTimeZone, hosts, files, plugins } = rest;
    return { timeZone, machineTimeZone, hosts, files, plugins, modules: linked };
  }
}
