import type { Listener, ListenerContext, ListenerDefinition } from '../listener.js';
import { compileFilter, type Filter } from '../stack/filter.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';
import { messageOf } from '../fault.js';
import type { LanePlaces } from './lane-places.js';

/** A listener of a stack, made. */
export interface CreatedListener {
  readonly name: string;
  readonly listener: Listener;
  readonly filter: Filter | undefined;
  /** Quiet event classes it takes. */
  readonly accepts: readonly string[];
  /** Older events are not tried again. */
  readonly maxAgeMs: number | undefined;
  readonly counters: Map<string, number>;
  /** Where its files are; absent where nothing is kept over a restart. */
  readonly places: LanePlaces | undefined;
}

/** Makes the listeners of a stack. Rejects where one cannot be made. */
export const createListeners = async (
  entries: readonly ResolvedEntry[],
  context: Omit<ListenerContext, 'name' | 'metrics' | 'places'>,
  placesOf: (name: string) => LanePlaces | undefined = () => undefined,
): Promise<CreatedListener[]> => {
  const created: CreatedListener[] = [];
  for (const entry of entries) {
    const { default: definition } = (await import(entry.url)) as { default: ListenerDefinition };
    const places = placesOf(entry.name);
    const counters = new Map<string, number>();
    const metrics = {
      count: (name: string, by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
      gauge: (name: string, value: number) => void counters.set(name, value),
    };
    const compiled = entry.when === undefined ? undefined : compileFilter(entry.when);
    if (compiled !== undefined && 'fault' in compiled)
      throw new Error(`listener ${entry.name}: when: ${compiled.fault}`);
    try {
      const options = definition.options.parse(entry.options);
      const listener = definition.create(options, {
        ...context,
        name: entry.name,
        metrics,
        places,
      }) as Partial<Listener> | null;
      if (!canHandle(listener))
        throw new TypeError('create gave no object with a function handle, which would be right');
      created.push({
        name: entry.name,
        listener,
        filter: compiled?.filter,
        accepts: definition.accepts ?? [],
        maxAgeMs: entry.maxAgeMs,
        counters,
        places,
      });
    } catch (cause) {
      throw new Error(`listener ${entry.name} could not be created: ${messageOf(cause)}`, { cause });
    }
  }
  return created;
};

const canHandle = (made: Partial<Listener> | null): made is Listener => typeof made?.handle === 'function';
