import { readdirSync, realpathSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** A directory that is searched, and where it comes from, for people. */
export interface SearchDir {
  readonly dir: string;
  readonly origin: 'shipped' | 'user';
  /** It was named by the user: that it cannot be read is a fault. */
  readonly required?: boolean;
}

/** A file that may define something; `name` is its name without extension. */
export interface Found {
  readonly name: string;
  readonly file: string;
  readonly origin: SearchDir['origin'];
}

/** What was found by name, and directories that could not be read. A later directory's file replaces an earlier one's. */
export interface Discovery {
  readonly found: ReadonlyMap<string, Found>;
  readonly unreadable: readonly string[];
}

/** Finds files with one of the extensions, directly in the directories. Names beginning with `.` or `_`, and `.d.ts`, are passed over. */
export const discover = (dirs: readonly SearchDir[], extensions: readonly string[]): Discovery => {
  const found = new Map<string, Found>();
  const unreadable: string[] = [];
  const seen = new Set<string>();
  for (const { dir, origin, required } of dirs) {
    try {
      const real = realpathSync(dir);
      if (seen.has(real)) continue;
      seen.add(real);
      for (const entry of readdirSync(dir, { withFileTypes: true })) {
        const extension = extname(entry.name);
        if (entry.isDirectory() || !extensions.includes(extension)) continue;
        if (/^[._]|\.d\.ts$|\.test\.ts$/u.test(entry.name)) continue;
        const name = basename(entry.name, extension);
        found.set(name, { name, file: join(dir, entry.name), origin });
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (required === true || code !== 'ENOENT') unreadable.push(`${dir}: ${code ?? String(cause)}`);
    }
  }
  return { found, unreadable };
};
