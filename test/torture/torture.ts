import { join } from 'node:path';
import type { RunCounters } from '../../src/run/run-counters.js';
import { until } from '../support/eventually.js';
import { tocsin } from '../support/tocsin.js';
import { checkLedger } from './ledger-checks.js';
import { difference, entriesOf, outputNames, rotateOutputs, rowsOf, wholeOutput } from './outputs.js';
import { type Load, startLoad } from './load.js';
import { placeConfiguration } from './place-files.js';
import { planRounds, type Round } from './plan.js';
import { pause } from './senders/sender.js';
import { Victim } from './victim.js';
import { checkWebhook } from './webhook-receiver.js';

/** What is to be done. */
export interface TortureOptions {
  readonly seed: number;
  readonly kills: number;
  /** Every round ends at a named point instead of a random moment. */
  readonly points: boolean;
  /** An empty directory for all files. */
  readonly dir: string;
  /** Takes a line for whoever watches. */
  readonly say: (line: string) => void;
}

/** What came out of it. */
export interface TortureReport {
  /** What is wrong; none where all that is promised was kept. */
  readonly findings: readonly string[];
  /** Figures that show that there was something to lose. */
  readonly records: number;
  readonly acknowledged: number;
  readonly alarms: number;
  readonly lookups: number;
  /** Events that the webhook's receiver took, and requests that it failed. */
  readonly sent: number;
  readonly refused: number;
}

const pointWithinMs = 8000;
const settleWithinMs = 60_000;

/** One run: a program that is killed again and again under load, and what it must have kept. */
class Torture {
  readonly #options: TortureOptions;
  readonly #load: Load;
  readonly #args: readonly string[];
  readonly #findings: string[] = [];
  /** How long a start takes on this machine now. */
  #startMs = 0;
  #config = 0;

  constructor(options: TortureOptions, load: Load) {
    this.#options = options;
    this.#load = load;
    this.#args = [...load.args, '--journal-max', '64MB', '--keep', '20GB'];
  }

  async run(): Promise<TortureReport> {
    const { kills, say } = this.#options;
    try {
      await this.#firstLife();
      for (const [index, round] of planRounds(this.#options).entries()) {
        const what = await this.#round(round);
        say(`${index + 1}/${kills}: ${what}`);
      }
      await this.#comeToRest();
    } finally {
      await this.#load.close();
    }
    return this.#judge();
  }

  /** The followed file is known from here on: a rotation of a file that was never seen would be no loss. */
  async #firstLife(): Promise<void> {
    const victim = new Victim(this.#options.dir, this.#args);
    const began = performance.now();
    if (!(await victim.ready())) throw new Error(`the program did not start:\n${victim.said}`);
    this.#startMs = performance.now() - began;
    await until('the file is read', () => this.#output('events.jsonl').includes('"text":"file-0-0"'));
    victim.signal('SIGKILL');
    await victim.ended();
  }

  /** One life of the program; what it came to, in words. */
  async #round(round: Round): Promise<string> {
    const { kill } = round;
    await pause(round.pauseMs);
    if (round.change === 'before') this.#change();
    const env = kill.kind === 'point' ? { TOCSIN_TORTURE_KILL_AT: `${kill.name}:${kill.count}` } : {};
    const victim = new Victim(this.#options.dir, this.#args, env);
    const acts = this.#acts(round, victim);
    const what = await this.#kill(kill, victim);
    await victim.ended();
    await acts;
    const stopped = kill.kind === 'stopping' && victim.end === 0;
    if (victim.end !== 'SIGKILL' && !stopped) {
      this.#findings.push(`the program ended by itself (${String(victim.end)}):\n${victim.said.slice(-3000)}`);
    }
    return what;
  }

  /** What happens around the program while it lives; what it dies before happens then. */
  async #acts({ rotateInputAfterMs, rotateOutputsAfterMs, change }: Round, victim: Victim): Promise<void> {
    const rotateInput = rotateInputAfterMs.map((ms) => victim.age(ms).then(() => this.#load.file.rotate()));
    const rotateOutput = async (): Promise<void> => {
      if (rotateOutputsAfterMs === undefined) return;
      await victim.age(rotateOutputsAfterMs);
      rotateOutputs(join(this.#options.dir, 'logs'));
    };
    const changeConfiguration = async (): Promise<void> => {
      if (typeof change !== 'object') return;
      if (await victim.ready()) await victim.within(change.afterMs);
      this.#change();
      victim.signal('SIGHUP');
    };
    await Promise.all([...rotateInput, rotateOutput(), changeConfiguration()]);
  }

  async #kill(kill: Round['kill'], victim: Victim): Promise<string> {
    if (kill.kind === 'point') {
      await victim.within(pointWithinMs);
      const reached = victim.over;
      victim.signal('SIGKILL');
      return `${kill.name}, time ${kill.count}${reached ? '' : ': not come to'}`;
    }
    if (kill.kind === 'starting') {
      await victim.age(kill.share * this.#startMs);
      victim.signal('SIGKILL');
      return `starting, after ${kill.share.toFixed(2)} of a start`;
    }
    if (await victim.ready()) await victim.within(kill.afterMs);
    if (kill.kind === 'stopping') {
      victim.signal('SIGTERM');
      await victim.within(kill.stopMs);
    }
    victim.signal('SIGKILL');
    return `${kill.kind}, after ${kill.afterMs} ms`;
  }

  #change(): void {
    this.#config += 1;
    placeConfiguration(this.#options.dir, this.#config, this.#load.webhook.url);
  }

  /** Lets a last life work off all there is, and ends it as an administrator does. */
  async #comeToRest(): Promise<void> {
    const victim = new Victim(this.#options.dir, this.#args);
    try {
      if (!(await victim.ready())) throw new Error('the program did not start');
      await this.#load.stopSending();
      const isAtRest = async (): Promise<boolean> => this.#isAtRest(await victim.counters());
      await until('all is worked on and delivered', isAtRest, settleWithinMs);
      this.#checkCounters(await victim.counters());
    } catch (cause) {
      this.#findings.push(`the last life: ${String(cause)}:\n${victim.said.slice(-4000)}`);
    }
    victim.signal('SIGTERM');
    await victim.ended();
    if (victim.end !== 0) this.#findings.push(`the last stop ended with ${String(victim.end)}`);
  }

  #isAtRest({ io, core, lookups, listeners }: RunCounters): boolean {
    const isIdle =
      io?.waitingBytes === 0 &&
      core !== undefined &&
      lookups?.unanswered === 0 &&
      listeners.every(({ lag }) => lag === 0);
    const lastLine = `"text":"file-0-${this.#load.file.lines - 1}"`;
    return isIdle && this.#output('events.jsonl').includes(lastLine);
  }

  #checkCounters({ io, listeners }: RunCounters): void {
    if (Object.keys(io?.lost ?? {}).length > 0) this.#findings.push(`lost: ${JSON.stringify(io?.lost)}`);
    for (const { name, failed, dropped, trouble } of listeners) {
      if (failed > 0 || dropped > 0 || trouble !== undefined) {
        this.#findings.push(`listener ${name}: ${failed} failed, ${dropped} dropped, trouble ${String(trouble)}`);
      }
    }
  }

  #output(name: string): Buffer {
    return wholeOutput(join(this.#options.dir, 'logs'), name);
  }

  async #judge(): Promise<TortureReport> {
    const { dir } = this.#options;
    const sent = { acknowledged: this.#load.acknowledged, fileLines: this.#load.file.lines };
    const entries = entriesOf(this.#output('events.jsonl'));
    const findings = [...this.#findings, ...checkLedger(entries, sent).map((found) => `events.jsonl: ${found}`)];
    findings.push(
      ...checkLedger(rowsOf(this.#output('audit/ledger.csv')), sent).map((found) => `ledger.csv: ${found}`),
    );
    findings.push(...checkWebhook(this.#output('events.jsonl'), this.#load.webhook));
    findings.push(...(await this.#replayed(dir)));
    return {
      findings,
      records: entries.length,
      acknowledged: this.#load.acknowledged.size,
      alarms: this.#output('siem_alarms.json').toString('utf8').split('\n').length - 1,
      lookups: this.#load.lookups(),
      sent: this.#load.webhook.taken.size,
      refused: this.#load.webhook.refused(),
    };
  }

  async #replayed(dir: string): Promise<string[]> {
    const { code, stderr } = await tocsin(['replay', '--journal', join(dir, 'data'), '--out', 'replayed', '--json'], {
      cwd: dir,
    });
    if (code !== 0) return [`the journal could not be replayed (exit code ${String(code)}):\n${stderr.slice(-2000)}`];
    const replayed = join(dir, 'replayed');
    return outputNames.flatMap((name) => difference(name, this.#output(name), wholeOutput(replayed, name)) ?? []);
  }
}

/** Kills the program as planned, and says what of its promises it has not kept. */
export const torture = async (options: TortureOptions): Promise<TortureReport> =>
  new Torture(options, await startLoad(options.dir)).run();
