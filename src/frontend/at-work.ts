/** What may be at work on an entry beside modules. */
const idle = 0;
const core = 1;
const firstModule = 8;
const firstPlugin = 1 << 24;

/** Calls into a module, by their number in the heartbeat. */
export const moduleCalls = {
  onRecord: 0,
  onEvent: 1,
  onTick: 2,
  onResult: 3,
  onEnd: 4,
  dispatch: 5,
  checkpoint: 6,
  create: 7,
} as const;

/** A call into a module. */
export type ModuleCall = keyof typeof moduleCalls;

const callNames = Object.keys(moduleCalls) as ModuleCall[];

/** Who is or was at work. */
export type Working =
  | { readonly kind: 'idle' }
  | { readonly kind: 'core' }
  | { readonly kind: 'module'; readonly index: number; readonly call: ModuleCall }
  | { readonly kind: 'plugin'; readonly index: number };

/** One look at the heartbeat. */
export interface Pulse {
  /** Number of the journal entry begun last. */
  readonly seq: number;
  readonly working: Working;
  /** Another number than at the last look: work has gone on. */
  readonly beats: number;
}

/** The number by which a module's calls are told of: add the call's. */
export const moduleNumber = (index: number): number => firstModule + index * 8;

/** Names of modules and of the normalizer's patterns, by their numbers. */
export interface Names {
  readonly modules: readonly string[];
  readonly patterns: readonly string[];
}

/** Who works, by name; `core` where that is nobody in particular. */
export const nameOf = (working: Working, { modules, patterns }: Names): string => {
  if (working.kind === 'module') return modules[working.index] ?? 'core';
  return working.kind === 'plugin' ? (patterns[working.index] ?? 'core') : 'core';
};

const workingOf = (number: number): Working => {
  if (number === idle) return { kind: 'idle' };
  if (number >= firstPlugin) return { kind: 'plugin', index: number - firstPlugin };
  if (number < firstModule) return { kind: 'core' };
  const index = (number - firstModule) >> 3;
  return { kind: 'module', index, call: callNames[(number - firstModule) & 7] ?? 'onRecord' };
};

/**
 * The core's heartbeat, in memory that another thread can look at: the entry at work, and who works on it. Plain stores:
 * a look that comes a moment late is as good, and one at a thread that has ended sees everything.
 */
export class AtWork {
  readonly shared: SharedArrayBuffer;
  readonly #seq: Float64Array;
  readonly #cells: Int32Array;
  #beats = 0;

  constructor(shared = new SharedArrayBuffer(16)) {
    this.shared = shared;
    this.#seq = new Float64Array(shared, 0, 1);
    this.#cells = new Int32Array(shared, 8, 2);
  }

  /** An entry of the journal is begun. */
  entry(seq: number): void {
    this.#seq[0] = seq;
    this.#begins(core);
  }

  /** A module is called; its number and the call's. */
  module(number: number): void {
    this.#begins(number);
  }

  /** A plugin of the normalizer tries a record. */
  plugin(index: number): void {
    this.#begins(firstPlugin + index);
  }

  /** The core itself works. */
  core(): void {
    this.#begins(core);
  }

  /** Nothing is being done. */
  idle(): void {
    this.#begins(idle);
  }

  look(): Pulse {
    return { seq: this.#seq[0] ?? 0, working: workingOf(this.#cells[0] ?? idle), beats: this.#cells[1] ?? 0 };
  }

  #begins(number: number): void {
    this.#cells[0] = number;
    this.#cells[1] = this.#beats = (this.#beats + 1) | 0;
  }
}
