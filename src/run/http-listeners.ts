import { join } from 'node:path';
import { ConfigDir } from '../api/config-dir.js';
import { configChecker } from '../api/config-checker.js';
import type { CheckConfig } from '../api/config-routes.js';
import { addRoutes, type Routes } from '../api/routes.js';
import { EventIntake } from '../inputs/http-events/event-intake.js';
import { RateLimit, type RateLimits } from '../inputs/http-events/rate-limit.js';
import { RejectedFile } from '../inputs/http-events/rejected-file.js';
import { HttpEventsInput } from '../inputs/http-events.js';
import type { FrameSink } from '../inputs/input.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';

/** One address to serve HTTP at. */
export interface HttpSpec {
  readonly kind: 'http';
  readonly host: string | undefined;
  readonly port: number;
  readonly maxConnections: number;
  /** `POST /events` and nothing else. */
  readonly ingestOnly: boolean;
  /** Nobody asked for it: where the port is taken, the program goes on without it. */
  readonly optional: boolean;
}

/** What HTTP shows of the configuration, which may change while it is served. */
export interface ShownConfiguration {
  /** Who reads the configuration files. */
  readonly modules: readonly ResolvedEntry[];
  readonly dsiemConfig: { readonly status: readonly string[]; readonly tags: readonly string[] };
}

/** What all HTTP listeners share, as plain data for the io thread. */
export interface HttpSettings extends ShownConfiguration {
  readonly limits: RateLimits;
  /** Where `rejected.jsonl` goes. */
  readonly dataDir: string;
  readonly configDir: string | undefined;
  readonly configWritable: boolean;
}

const observeEveryMs = 1000;

/**
 * The HTTP side of the io thread. Events must be taken there, since they are acknowledged when its journal has them; what
 * is served beside them needs little, and is served there, too: counters arrive from the main thread four times a second,
 * and a check of configuration has a thread of its own.
 */
export class HttpListeners {
  /** All there are, as the main thread last told. */
  counters: Json = {};
  shown: ShownConfiguration;
  readonly #settings: HttpSettings;
  readonly #log: Log;
  readonly #received: () => number;
  readonly #intake: EventIntake;
  readonly #rejected: RejectedFile;
  readonly #observing: NodeJS.Timeout;

  constructor(options: {
    readonly settings: HttpSettings;
    readonly sink: FrameSink;
    /** How old the oldest frame is that is not worked on yet. */
    readonly delaySeconds: () => number;
    /** Frames received so far, through all inputs. */
    readonly received: () => number;
    readonly log: Log;
  }) {
    const { settings, sink, delaySeconds, received, log } = options;
    this.#settings = settings;
    this.shown = settings;
    this.#log = log;
    this.#received = received;
    this.#rejected = new RejectedFile({ path: join(settings.dataDir, 'rejected.jsonl'), log });
    const limit = new RateLimit(settings.limits, performance.now());
    this.#intake = new EventIntake({ sink, rejected: this.#rejected, limit });
    this.#observing = setInterval(() => limit.observe(delaySeconds(), performance.now()), observeEveryMs);
    this.#observing.unref();
  }

  /** An input for the address, not started. */
  input({ host, port, maxConnections, ingestOnly }: HttpSpec): HttpEventsInput {
    const routes = ingestOnly ? undefined : (app: Parameters<typeof addRoutes>[0]) => addRoutes(app, this.#routes());
    return new HttpEventsInput({ host, port, maxConnections, intake: this.#intake, routes, log: this.#log });
  }

  /** To be called when no input takes events any more. */
  async close(): Promise<void> {
    clearInterval(this.#observing);
    await this.#rejected.close();
  }

  /** Events neither taken nor kept. */
  get unkept(): number {
    return this.#rejected.unkept;
  }

  #routes(): Routes {
    const { configDir, configWritable } = this.#settings;
    const dir = configDir === undefined ? undefined : new ConfigDir(configDir);
    const check: CheckConfig | undefined =
      configWritable && configDir !== undefined
        ? (name, text) => configChecker({ modules: this.shown.modules, dir: configDir })(name, text)
        : undefined;
    return {
      dir,
      check,
      dsiemConfig: () => this.shown.dsiemConfig,
      counters: () => this.counters,
      received: this.#received,
    };
  }
}
