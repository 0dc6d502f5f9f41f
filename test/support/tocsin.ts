import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The built program. */
export const programPath = join(import.meta.dirname, '../../bin/tocsin.js');

/** How the program is run. */
export interface ProgramOptions {
  /** Working directory: stacks, modules and listeners beside it are found. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; nothing where absent. */
  readonly input?: string | Uint8Array;
}

/** What a finished program left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The surroundings of every run: no option of the machine's own, and a time zone that is the same everywhere. */
export const surroundings = (env: ProgramOptions['env'] = {}): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:TOCSIN_|DSIEM_|NODE_OPTIONS$)/u.test(name));
  return { ...Object.fromEntries(inherited), TZ: 'UTC', ...env };
};

/** Gathers what a stream says as text, for as long as it says something. */
export const gather = (stream: NodeJS.ReadableStream | null): { readonly text: () => string } => {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString('utf8') };
};

/** Runs the built program to its end. */
export const tocsin = async (args: readonly string[], options: ProgramOptions): Promise<Finished> => {
  const child: ChildProcess = spawn(process.execPath, [programPath, ...args], {
    cwd: options.cwd,
    env: surroundings(options.env),
  });
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  child.stdin?.on('error', () => undefined); // A program that ends without reading it says so in its exit code.
  child.stdin?.end(options.input ?? '');
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: stdout.text(), stderr: stderr.text() };
};
