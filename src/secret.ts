import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { messageOf } from './fault.js';
import type { Log } from './module.js';

/** A secret cannot be read, or is none. Its text never holds any of it. */
export class SecretError extends Error {
  readonly code = 'SECRET';
  override readonly name = 'SecretError';
}

type Source = { readonly file: string } | { readonly env: string };

const longest = 16 * 1024;
const forOthers = 0o077;

/** Where a secret is kept. It is read when it is needed, and no copy of it stays here to be shown. */
export class Secret {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The secret, without line breaks at its end. `log` is told where others than the owner may read its file. @throws SecretError */
  read(log?: Log): string {
    const source = this.#source;
    const text = 'env' in source ? process.env[source.env] : readFile(source.file, log);
    const where = 'env' in source ? `the variable ${source.env} of the environment` : source.file;
    if (text === undefined) throw new SecretError(`${where} is not set; one that holds the secret would be right`);
    const value = text.replace(/[\r\n]+$/u, '');
    if (value === '') throw new SecretError(`${where} is empty; the secret alone, on one line, would be right`);
    if (/[\u0000-\u001f\u007f]/u.test(value)) {
      throw new SecretError(`${where} holds control characters; the secret alone, on one line, would be right`);
    }
    return value;
  }
}

const readFile = (path: string, log: Log | undefined): string => {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > longest) {
      throw new SecretError(`it is no file of at most ${longest} bytes, which would be right`);
    }
    const mode = stat.mode & 0o777;
    if ((mode & forOthers) !== 0) {
      log?.warn(
        `${path} holds a secret and has mode ${mode.toString(8).padStart(4, '0')}; 0600, for its owner alone, would be right`,
      );
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SecretError(`the secret in ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
};

const right = '{ file: <path> } or { env: <name of a variable> } would be right';

const sourceOf = (value: unknown): Source | undefined => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [[kind, name] = []] = entries;
  if (entries.length !== 1 || typeof name !== 'string' || name === '') return undefined;
  if (kind === 'file') return { file: name };
  return kind === 'env' ? { env: name } : undefined;
};

/**
 * zod schema of a secret in options: `{ file: path }`, from the working directory on, or `{ env: NAME }`. Gives a
 * `Secret` that could be read a moment ago; a text that stands in the stack file itself is a fault.
 */
export const secret = z
  .union([z.string(), z.number(), z.record(z.string(), z.unknown())])
  .transform((value, context): Secret => {
    const source = sourceOf(value);
    if (source === undefined) {
      const seen =
        typeof value === 'object' ? 'this is no place of a secret' : 'a secret does not belong in a stack file';
      context.addIssue({ code: 'custom', message: `${seen}; ${right}` });
      return z.NEVER;
    }
    const kept = new Secret(source);
    try {
      kept.read();
    } catch (cause) {
      context.addIssue({ code: 'custom', message: messageOf(cause) });
      return z.NEVER;
    }
    return kept;
  });
