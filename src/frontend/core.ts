import { messageOf } from '../fault.js';
import type { Json } from '../json.js';
import type { Log, ModuleContext, ModuleDefinition } from '../module.js';
import type { ResolvedEntry } from '../stack/resolve.js';
import { type Clock, Frontend, type Normalize } from './frontend.js';
import { ModuleState } from './keyed-state.js';
import { StackRunner, type TakeEvent, type TakeLookup } from './stack-runner.js';

/** Where the core keeps its own state among the modules'. No module can have this name. */
const ownState = '$core';

/** What a core is made of. */
export interface CoreOptions {
  readonly modules: readonly ResolvedEntry[];
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly event: TakeEvent;
  readonly lookup?: TakeLookup;
  readonly normalize?: Normalize | undefined;
  /** Checkpoints will be taken of it. */
  readonly checkpoints: boolean;
  /** State of a checkpoint: module, key, JSON. */
  readonly restored?: Iterable<readonly [module: string, key: string, json: string]>;
}

/** Modules with their memory, and the loop that runs records through them: the same for a live run, a replay and a test. */
export interface Core {
  readonly frontend: Frontend;
  readonly runner: StackRunner;
  /** Memory by module, the core's own included. */
  readonly states: ReadonlyMap<string, ModuleState>;
  /** Places to go on from, by input and key, as of the last entry worked on. */
  positions(): { readonly input: string; readonly key: string; readonly value: Json }[];
  /** Counters of modules, by module and name. */
  readonly moduleCounters: ReadonlyMap<string, Map<string, number>>;
}

const positionKey = (input: string, key: string): string => JSON.stringify([input, key]);

const restoreStates = (options: CoreOptions): Map<string, ModuleState> => {
  const states = new Map(
    [ownState, ...options.modules.map(({ name }) => name)].map((name) => [
      name,
      new ModuleState(name, options.checkpoints),
    ]),
  );
  for (const [module, key, json] of options.restored ?? []) {
    // State of a module that is not in the stack any more is left alone: it is there again when the module comes back.
    states.get(module)?.restore(key, JSON.parse(json));
  }
  return states;
};

const createModule = async (
  entry: ResolvedEntry,
  context: ModuleContext,
): Promise<{ readonly name: string; readonly module: ReturnType<ModuleDefinition['create']> }> => {
  const { default: definition } = (await import(entry.url)) as { default: ModuleDefinition };
  try {
    return { name: entry.name, module: definition.create(definition.options.parse(entry.options), context) };
  } catch (cause) {
    throw new Error(`module ${entry.name} could not be created: ${messageOf(cause)}`, { cause });
  }
};

/** Builds a core. Rejects where a module cannot be created. */
export const createCore = async (options: CoreOptions): Promise<Core> => {
  const states = restoreStates(options);
  const own = states.get(ownState) ?? new ModuleState(ownState);
  const runner = new StackRunner(options.event);
  const frontend = new Frontend({
    runner,
    clock: options.clock,
    normalize: options.normalize,
    position: (input, key, value) => {
      if (value === undefined) own.delete(positionKey(input, key));
      else own.put(positionKey(input, key), value);
    },
  });
  frontend.now = own.get<number>('now') ?? 0;
  const moduleCounters = new Map<string, Map<string, number>>();
  const modules = [];
  for (const entry of options.modules) {
    const counters = new Map<string, number>();
    moduleCounters.set(entry.name, counters);
    const context: ModuleContext = {
      name: entry.name,
      timeZone: options.timeZone,
      dispatch: (event) => runner.dispatch(event, entry.name),
      lookup: (request) => options.lookup?.(request, entry.name),
      state: states.get(entry.name) ?? new ModuleState(entry.name),
      log: options.log,
      metrics: {
        count: (name, by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
        gauge: (name, value) => void counters.set(name, value),
      },
    };
    modules.push(await createModule(entry, context));
  }
  runner.modules = modules;
  return {
    frontend,
    runner,
    states,
    moduleCounters,
    positions: () =>
      [...own.entries()]
        .filter(([key]) => key.startsWith('['))
        .map(([key, value]) => {
          const [input, name] = JSON.parse(key) as [string, string];
          return { input, key: name, value: value as Json };
        }),
  };
};

/** Notes what the core itself must know after a restart; call it before a checkpoint begins. */
export const noteCoreState = (core: Core): void => {
  const own = core.states.get(ownState);
  if (own !== undefined && own.get('now') !== core.frontend.now) own.put('now', core.frontend.now);
};
