import type { EventClass } from '../events/event.js';
import { ModuleFailed } from '../frontend/module-failed.js';
import type { ModuleDefinition } from '../module.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';
import type { FindClass } from './stored-event.js';

/** The event classes that a stack's modules declare, by the name the module runs under. */
export const eventClasses = async (modules: readonly ResolvedEntry[]): Promise<FindClass> => {
  const byModule = new Map<string, ReadonlyMap<string, EventClass>>();
  for (const { name, url } of modules) {
    const { default: definition } = (await import(url)) as { default: ModuleDefinition };
    byModule.set(name, new Map((definition.events ?? []).map((eventClass) => [eventClass.name, eventClass])));
  }
  return (module, event) => (event === ModuleFailed.name ? ModuleFailed : byModule.get(module)?.get(event));
};
