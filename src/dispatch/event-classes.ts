import { basename } from 'node:path';
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

/** What tells one state of a user's code from another; undefined for what is shipped. */
export const codeOf = ({ bundle }: Pick<ResolvedEntry, 'bundle'>): string | undefined =>
  bundle === undefined ? undefined : basename(bundle).slice(0, 12);

interface Declared {
  readonly code: string | undefined;
  readonly classes: ReadonlyMap<string, EventClass>;
}

/** The event classes that a stack's modules declare, by the name the module runs under. Events of other code than theirs have none: they say what they said. */
export const eventClasses = async (modules: readonly ResolvedEntry[]): Promise<FindClass> => {
  const byModule = new Map<string, Declared>();
  for (const entry of modules) {
    const { default: definition } = (await import(entry.url)) as { default: ModuleDefinition };
    const classes = new Map((definition.events ?? []).map((eventClass) => [eventClass.name, eventClass]));
    byModule.set(entry.name, { code: codeOf(entry), classes });
  }
  return (module, event, code) => {
    const ours = ofCore.get(event);
    if (ours !== undefined) return ours;
    const declared = byModule.get(module);
    return code === undefined || code === declared?.code ? declared?.classes.get(event) : undefined;
  };
};
