import type { EventClass } from '../events/event.js';
import { ModuleFailed } from '../frontend/module-failed.js';
import { FrameSetAside, ModuleTurnedOff } from '../frontend/verdict-events.js';
import type { ModuleDefinition } from '../module.js';
import type { ResolvedEntry } from '../stack/resolve-entry.js';
import type { FindClass } from './stored-event.js';

/** What the core itself says, in the name of a module. */
const ofCore = new Map<string, EventClass>(
  [ModuleFailed, FrameSetAside, ModuleTurnedOff].map((one) => [one.name, one]),
);

/** The event classes that a stack's modules declare, by the name the module runs under. */
export const eventClasses = async (modules: readonly ResolvedEntry[]): Promise<FindClass> => {
  const byModule = new Map<string, ReadonlyMap<string, EventClass>>();
  for (const { name, url } of modules) {
    const { default: definition } = (await import(url)) as { default: ModuleDefinition };
    byModule.set(name, new Map((definition.events ?? []).map((eventClass) => [eventClass.name, eventClass])));
  }
  return (module, event) => ofCore.get(event) ?? byModule.get(module)?.get(event);
};
