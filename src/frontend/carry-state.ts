import { type Core, noteCoreState } from './core.js';

/** State of a core: module, key, JSON. */
export type CarriedState = readonly (readonly [module: string, key: string, json: string])[];

/** What a core knows, for another one to go on with as after a checkpoint; `before`: what it was itself given, of which modules it does not have pass through. */
export const carryState = (core: Core, before: CarriedState): CarriedState => {
  noteCoreState(core);
  const carried = before.filter(([module]) => !core.states.has(module));
  for (const [module, state] of core.states) {
    for (const [key, value] of state.entries()) {
      // A function has no JSON, whatever the declaration says.
      const json = JSON.stringify(value) as string | undefined;
      if (json !== undefined) carried.push([module, key, json]);
    }
  }
  return carried;
};
