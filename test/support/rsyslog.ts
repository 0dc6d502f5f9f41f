import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './eventually.js';
import { gather } from './tocsin.js';
import { place } from './user-stack.js';

/** Skips the calling test, saying so, where a program is absent. (In CI a skipped system test is a failure.) */
export const needs = (test: Mocha.Context, ...programs: readonly string[]): void => {
  const found = (program: string): boolean =>
    spawnSync('sh', ['-c', 'PATH="$PATH:/usr/sbin:/sbin" command -v "$0"', program]).status === 0;
  const absent = programs.filter((program) => !found(program));
  if (absent.length === 0) return;
  if (test.test !== undefined) test.test.title += ` (skipped: ${absent.join(', ')} is not installed)`;
  test.skip();
};

/** A real rsyslogd with a configuration and files of its own, logged to over its own socket. */
export class Rsyslog {
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #said: { readonly text: () => string };

  private constructor(dir: string, child: ChildProcess) {
    this.#dir = dir;
    this.#child = child;
    this.#said = gather(child.stderr);
  }

  /** Starts rsyslogd with actions, and global settings where need be; resolves once it takes messages. */
  static async start(dir: string, actions: string, globals = ''): Promise<Rsyslog> {
    const work = join(dir, 'rsyslog');
    mkdirSync(work, { recursive: true });
    const configuration = place(
      dir,
      'rsyslog/rsyslog.conf',
      [
        `global(workDirectory="${work}" ${globals})`,
        'module(load="imuxsock" SysSock.Use="off")',
        `input(type="imuxsock" Socket="${work}/log" RateLimit.Interval="0")`,
        actions,
        '',
      ].join('\n'),
    );
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
    const child = spawn('rsyslogd', ['-n', '-f', configuration, '-i', join(work, 'pid')], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const rsyslog = new Rsyslog(dir, child);
    await until('rsyslogd takes messages', () => {
      if (child.exitCode !== null) throw new Error(`rsyslogd ended: ${rsyslog.#said.text()}`);
      return existsSync(join(work, 'log')) && existsSync(join(work, 'pid'));
    });
    return rsyslog;
  }

  /** Logs texts, in order, as `logger -t tag` does. */
  async log(tag: string, texts: readonly string[]): Promise<void> {
    const file = join(this.#dir, 'rsyslog', 'to-log');
    writeFileSync(file, texts.map((text) => `${text}\n`).join(''));
    const socket = join(this.#dir, 'rsyslog', 'log');
    const logger = spawn('logger', ['-u', socket, '-t', tag, '-p', 'auth.warning', '--id=77', '-f', file]);
    const said = gather(logger.stderr);
    const [code] = (await once(logger, 'close')) as [number | null];
    if (code !== 0) throw new Error(`logger ended with ${code}: ${said.text()}`);
  }

  /** Has it close and open its files anew. */
  reopen(): void {
    this.#child.kill('SIGHUP');
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await exit;
    clearTimeout(limit);
  }
}
