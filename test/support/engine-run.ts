import {
  type AlarmCause,
  type AlarmEventLine,
  type AlarmLine,
  createEngine,
  type Directive,
  type Engine,
  formatFault,
  type GivenOptions,
  loadAssets,
  loadDirectives,
  type LoadOptions,
  type LookupQuestion,
  type Reason,
} from '../../src/directives/index.js';
import { MemoryState } from './memory-state.js';

/** Everything an engine wrote and counted. */
export class Recorder {
  readonly events: AlarmEventLine[] = [];
  readonly alarms: AlarmLine[] = [];
  readonly causes: AlarmCause[] = [];
  readonly questions: LookupQuestion[] = [];
  readonly counts = new Map<Reason, number>();

  alarmEvent(line: AlarmEventLine): void {
    this.events.push(line);
  }

  alarm(line: AlarmLine, cause: AlarmCause): void {
    this.alarms.push(line);
    this.causes.push(cause);
  }

  lookup(question: LookupQuestion): void {
    this.questions.push(question);
  }

  /** The bytes of both files. */
  get bytes(): string {
    return [...this.events, '', ...this.alarms].map((line) => JSON.stringify(line)).join('\n');
  }
}

const refuseFaults = (faults: readonly Parameters<typeof formatFault>[0][]): void => {
  if (faults.length > 0) throw new Error(faults.map(formatFault).join('\n'));
};

/** Loads directives that must be right. */
export const directivesOf = (value: unknown, options: LoadOptions = {}): readonly Directive[] => {
  const loaded = loadDirectives([{ file: 'directives_x.json', text: JSON.stringify(value) }], options);
  refuseFaults(loaded.faults);
  return loaded.directives;
};

/** Loads assets that must be right. */
export const assetsOf = (value: unknown) => {
  const loaded = loadAssets([{ file: 'assets_x.json', text: JSON.stringify(value) }]);
  refuseFaults(loaded.faults);
  return loaded;
};

/** An engine with its recorder, over a state that may come from a former one. */
export const startEngine = (parts: {
  readonly directives: readonly Directive[];
  readonly assets: ReturnType<typeof assetsOf>['assets'];
  readonly options?: GivenOptions;
  readonly state?: MemoryState;
  readonly recorder?: Recorder;
}): { readonly engine: Engine; readonly recorder: Recorder; readonly state: MemoryState } => {
  const recorder = parts.recorder ?? new Recorder();
  const state = parts.state ?? new MemoryState();
  const engine = createEngine({
    directives: parts.directives,
    assets: parts.assets,
    ...(parts.options === undefined ? {} : { options: parts.options }),
    state,
    out: recorder,
    count: (reason, by) => recorder.counts.set(reason, (recorder.counts.get(reason) ?? 0) + by),
  });
  return { engine, recorder, state };
};
