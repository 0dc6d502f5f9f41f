import { join } from 'node:path';
import type { Outbox } from '../dispatch/outbox.js';
import { messageOf } from '../fault.js';
import { nameOf, type Pulse } from '../frontend/at-work.js';
import { shortId } from '../generations/generation.js';
import type { ChosenGeneration, Generations } from '../generations/generations.js';
import { loadLookupSources } from '../lookups/load-sources.js';
import { LookupService } from '../lookups/lookup-service.js';
import type { LookupCounters } from '../lookups/source-counters.js';
import type { LookupResult, Log } from '../module.js';
import type { CoreStack } from '../stack/resolve.js';
import { ConfigurationRefused } from './configuration-refused.js';
import { CoreThread } from './core-thread.js';
import type { CoreEnd } from './judge.js';
import type { Supervisor } from './supervisor.js';
import type { CoreConfiguration } from './messages.js';
import { gate } from './threads.js';

/** What the core is run with, and whom it tells what. */
export interface ConfiguredCoreOptions {
  readonly stack: CoreStack;
  /** Absent without a journal: then it runs under the stack it is given, and there is no other. */
  readonly generations: Generations | undefined;
  readonly dataDir: string;
  readonly checkpointMs: number;
  readonly outbox: Outbox;
  readonly log: Log;
  /** What a module asked for, to be a journal entry. */
  readonly answer: (module: string, result: LookupResult) => void;
  readonly supervisor: Supervisor;
  readonly watchdogMs: number | undefined;
  readonly checkpoint: (safePosition: number) => void;
  /** Another core thread goes on: under another configuration, or because the one before had ended. */
  readonly changed: (core: CoreThread) => void;
  readonly died: (message: string) => void;
}

/** How the configuration changed for the core, and what it did under another one than it should have. */
export interface ConfigurationCounters {
  /** What runs. */
  readonly generation: string;
  readonly changes: number;
  /** Records worked on under another configuration than they came under, which could not be used. */
  readonly under_another: number;
}

/** The core with those who answer its questions, always under the configuration that the entries at hand came under. */
export class ConfiguredCore {
  readonly #options: ConfiguredCoreOptions;
  #core: CoreThread | undefined;
  #lookups: LookupService | undefined;
  #chosen: ChosenGeneration | undefined;
  readonly #begun = gate();
  #changing: Promise<void> = this.#begun.passed;
  #over = false;
  #changes = 0;
  /** What the core was started with, and what cores before it did under another configuration. */
  #under: ChosenGeneration | undefined;
  #underAnother = 0;

  constructor(options: ConfiguredCoreOptions) {
    this.#options = options;
  }

  /** Starts it where its last checkpoint was, having tried that it can run under the configuration of now, too. Rejects where it cannot start. */
  start(): Promise<CoreThread> {
    return this.#start(this.#options.stack);
  }

  /** Everything else runs: from here on lookups are made, and it may change. */
  begin(): void {
    this.#lookups?.start();
    this.#begun.pass();
  }

  get counters(): CoreThread['counters'] {
    return this.#core?.counters;
  }

  get lookupCounters(): LookupCounters | undefined {
    return this.#lookups?.counters();
  }

  /** undefined without a journal. */
  get configurationCounters(): ConfigurationCounters | undefined {
    if (this.#under === undefined) return undefined;
    const generation = shortId(this.#under.id);
    return { generation, changes: this.#changes, under_another: this.#underAnother + this.#underAnotherNow };
  }

  /** It changes no more. Lookups end: what they leave unanswered is asked again by the core that goes on. */
  settle(): void {
    this.#over = true;
    this.#lookups?.close();
  }

  /** Ends it behind a last checkpoint. */
  async stop(): Promise<void> {
    this.settle();
    this.#begun.pass();
    await this.#changing;
    await this.#core?.stop().catch((cause: unknown) => this.#options.died(messageOf(cause)));
  }

  /** Ends it at once. */
  async terminate(): Promise<void> {
    this.settle();
    await this.#core?.terminate();
  }

  get #underAnotherNow(): number {
    const { cameUnder, id } = this.#under ?? {};
    return cameUnder === id ? 0 : (this.#core?.counters?.records ?? 0);
  }

  async #start(trial?: CoreStack): Promise<CoreThread> {
    const { generations, dataDir, checkpointMs, outbox, log, supervisor, watchdogMs, died } = this.#options;
    const checkpointDir = generations === undefined ? undefined : join(dataDir, 'checkpoint');
    for (;;) {
      try {
        const core = await CoreThread.start({
          start: { checkpointDir, checkpointMs, supervised: supervisor.supervised() },
          outbox,
          log,
          configuration: async (generation, position) => {
            if (generation !== undefined) await generations?.began({ seq: position, id: generation });
            return this.#configure(generation, trial);
          },
          otherConfiguration: () => this.#change(),
          lookup: (request, module) => this.#lookups?.ask(request, module),
          setAside: (entry) => void supervisor.keep(entry),
          checkpoint: (safePosition, position) => {
            supervisor.saved(position);
            this.#options.checkpoint(safePosition);
          },
          watchdogMs,
          ended: (ended, end) => this.#ended(ended, end),
          died,
        });
        if (this.#chosen !== undefined) generations?.runs(this.#chosen);
        this.#underAnother += this.#underAnotherNow;
        this.#under = this.#chosen;
        this.#core = core;
        return core;
      } catch (cause) {
        if (!(cause instanceof ConfigurationRefused) || this.#chosen === undefined) throw cause;
        if (generations?.failed(this.#chosen, cause.message) !== true) throw cause;
      }
    }
  }

  async #configure(cameUnder: string | undefined, trial: CoreStack | undefined): Promise<CoreConfiguration> {
    const { generations, answer, log } = this.#options;
    this.#chosen = await generations?.choose(cameUnder);
    const { stack = this.#options.stack, id } = this.#chosen ?? {};
    this.#lookups?.close();
    this.#lookups = new LookupService({ sources: loadLookupSources(stack.files).sources, answer, log });
    const generation = this.#chosen?.cameUnder;
    return { generation, stack, ...(id === generations?.currentId ? {} : { trial }) };
  }

  /** The core has ended: another one goes on from its last checkpoint, without what it died of too often. */
  #ended(core: CoreThread, end: CoreEnd): void {
    const { supervisor, outbox, changed, died } = this.#options;
    const restarted = this.#changing.then(async () => {
      const sequel = await supervisor.ended(end, (working) => this.#nameOf(working, core));
      if (this.#over || !sequel.restart) {
        died(sequel.restart ? end.message : sequel.message);
        return;
      }
      if (this.#core !== core) return;
      await new Promise((resolve) => setTimeout(resolve, sequel.afterMs));
      await outbox.sync();
      changed(await this.#start());
      this.#lookups?.start();
    });
    this.#changing = restarted.catch((cause: unknown) => died(messageOf(cause)));
  }

  #nameOf(working: Pulse['working'], { patterns }: CoreThread): string {
    const modules = (this.#chosen?.stack ?? this.#options.stack).modules.map(({ name }) => name);
    return nameOf(working, { modules, patterns });
  }

  /** The core has come to where another configuration begins. */
  #change(): void {
    const changed = this.#changing.then(async () => {
      if (this.#over) return;
      this.#lookups?.close();
      await this.#core?.stop();
      await this.#options.supervisor.turnOnAgain(this.#core?.counters?.seq ?? 0);
      this.#options.changed(await this.#start());
      this.#changes += 1;
      this.#lookups?.start();
      const { cameUnder, id } = this.#chosen ?? {};
      if (cameUnder === id && id === this.#options.generations?.currentId) {
        this.#options.log.info('going on with the changed configuration');
      }
    });
    this.#changing = changed.catch((cause: unknown) => this.#options.died(messageOf(cause)));
  }
}
