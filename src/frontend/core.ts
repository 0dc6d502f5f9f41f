import { ConfigurationError, messageOf } from '../fault.js';
import type { Json } from '../json.js';
import type { Log, ModuleContext, ModuleDefinition } from '../module.js';
import type { Normalizer } from '../normalize/index.js';
import { isAskedFor } from '../stack/config-files.js';
import type { CoreStack } from '../stack/resolve.js';
import { makeNormalizer } from './make-normalizer.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';
import type { FailuresThen } from './failure-limit.js';
import { AtWork } from './at-work.js';
import { type Clock, Frontend, type TakeSetAside } from './frontend.js';
import { ModuleState } from './keyed-state.js';
import type { Verdicts } from './verdicts.js';
import { type RunningModule, StackRunner, type TakeEvent, type TakeLookup } from './stack-runner.js';

/** Where the core keeps its own state among the modules'. No module can have this name. */
const ownState = '$core';
const nowKey = 'now';
const clockAheadKey = 'clockAhead';
const equalLinesKey = 'equalLines';
const failuresKey = 'failures';

/** What a core is made of. */
export interface CoreOptions {
  readonly stack: CoreStack;
  readonly clock: Clock;
  readonly log: Log;
  readonly event: TakeEvent;
  /** Whether `event` does anything with those of a quiet class; without it: yes. */
  readonly takesQuiet?: boolean;
  readonly lookup?: TakeLookup;
  /** Checkpoints will be taken of it. */
  readonly checkpoints: boolean;
  /** State of a checkpoint: module, key, JSON. */
  readonly restored?: Iterable<readonly [module: string, key: string, json: string]>;
  /** The entry behind which it begins: what modules dispatch while they are created, as they find their state, has its number. 0 where absent. */
  readonly position?: number;
  /** Entries to pass over, and modules to turn off. */
  readonly verdicts?: Verdicts | undefined;
  readonly setAside?: TakeSetAside;
  /** Told of what is being worked on. */
  readonly atWork?: AtWork;
}

/** Modules with their memory, and the loop that runs records through them: the same for a live run, a replay and a test. */
export interface Core {
  readonly frontend: Frontend;
  readonly runner: StackRunner;
  /** Absent where the stack has no plugins. */
  readonly normalizer: Normalizer | undefined;
  /** Memory by module, the core's own included. */
  readonly states: ReadonlyMap<string, ModuleState>;
  /** Places to go on from, by input and key, as of the last entry worked on. */
  positions(): { readonly input: string; readonly key: string; readonly value: Json }[];
  /** Counters of modules, by module and name. */
  readonly moduleCounters: ReadonlyMap<string, Map<string, number>>;
  /** Their gauges. */
  readonly moduleGauges: ReadonlyMap<string, Map<string, number>>;
}

const positionKey = (input: string, key: string): string => JSON.stringify([input, key]);

const restoreStates = (options: CoreOptions): Map<string, ModuleState> => {
  const states = new Map(
    [ownState, ...options.stack.modules.map(({ name }) => name)].map((name) => [
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

const createModule = async (entry: ResolvedEntry, makeContext: MakeContext): Promise<RunningModule> => {
  const { default: definition } = (await import(entry.url)) as { default: ModuleDefinition };
  const context = makeContext(entry.name, definition.files ?? []);
  try {
    const module: unknown = definition.create(definition.options.parse(entry.options), context);
    if (typeof module !== 'object' || module === null) {
      throw new TypeError(`create gave ${typeof module}, an object with onRecord or onEvent would be right`);
    }
    return { name: entry.name, module };
  } catch (cause) {
    const message = `could not be created: ${messageOf(cause)}`;
    throw new ConfigurationError([{ where: `module ${entry.name}`, message }]);
  }
};

type MakeContext = (name: string, files: readonly string[]) => ModuleContext;

/** Builds a core. Rejects where a module cannot be created. */
export const createCore = async (options: CoreOptions): Promise<Core> => {
  const { stack } = options;
  const states = restoreStates(options);
  const own = states.get(ownState) ?? new ModuleState(ownState);
  const { atWork = new AtWork() } = options;
  const runner = new StackRunner(options.event, atWork, options.takesQuiet);
  const normalizer = makeNormalizer(stack, { state: own.get(equalLinesKey), trying: atWork });
  const frontend = new Frontend({
    runner,
    clock: options.clock,
    timeZone: stack.machineTimeZone,
    normalize: normalizer?.normalize,
    verdicts: options.verdicts,
    setAside: options.setAside,
    turnOff: (names) => {
      runner.turnOff(names);
      normalizer?.turnOff(names);
    },
    position: (input, key, value) => {
      if (value === undefined) own.delete(positionKey(input, key));
      else own.put(positionKey(input, key), value);
    },
  });
  frontend.now = own.get<number>(nowKey) ?? 0;
  frontend.clockAhead = own.get<number>(clockAheadKey) ?? 0;
  runner.failureLimit.then = own.get<FailuresThen>(failuresKey) ?? runner.failureLimit.then;
  const moduleCounters = new Map<string, Map<string, number>>();
  const moduleGauges = new Map<string, Map<string, number>>();
  const makeContext: MakeContext = (name, files) => {
    const counters = new Map<string, number>();
    const gauges = new Map<string, number>();
    moduleCounters.set(name, counters);
    moduleGauges.set(name, gauges);
    return {
      name,
      timeZone: stack.timeZone,
      get now() {
        return frontend.now;
      },
      get wallTime() {
        return frontend.wallTime;
      },
      files: stack.files.filter((file) => isAskedFor(file, files)),
      dispatch: (event) => runner.dispatch(event, name),
      dispatchQuiet: (make) => runner.dispatchQuiet(make, name),
      lookup: (request) => options.lookup?.(request, name),
      state: states.get(name) ?? new ModuleState(name),
      log: options.log,
      metrics: {
        count: (counter, by = 1) => void counters.set(counter, (counters.get(counter) ?? 0) + by),
        gauge: (gauge, value) => void gauges.set(gauge, value),
      },
    };
  };
  const modules: RunningModule[] = [];
  runner.beginEntry(options.position ?? 0, frontend.wallTime);
  for (const entry of stack.modules) modules.push(await createModule(entry, makeContext));
  runner.modules = modules;
  runner.handOut();
  atWork.idle();
  return {
    frontend,
    runner,
    states,
    moduleCounters,
    moduleGauges,
    normalizer,
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
export const noteCoreState = ({ states, frontend, runner, normalizer }: Core): void => {
  const own = states.get(ownState);
  if (own === undefined) return;
  if (own.get(nowKey) !== frontend.now) own.put(nowKey, frontend.now);
  if ((own.get(clockAheadKey) ?? 0) !== frontend.clockAhead) own.put(clockAheadKey, frontend.clockAhead);
  const failures = runner.failureLimit.then;
  if (failures.count > 0 && own.get(failuresKey) !== failures) own.put(failuresKey, failures);
  if (normalizer !== undefined) own.put(equalLinesKey, normalizer.save());
};
