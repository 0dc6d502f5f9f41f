/** The directive engine: everything a module may import from `tocsin/directives`. */
export type { NormalizedEvent } from '../normalize/normalized-event.js';
export { canonicalAddress } from './address.js';
export type { AlarmEventLine, AlarmLine, AlarmRule } from './alarm.js';
export type { AddressFacts, AssetMap } from './asset-map.js';
export { type Asset, type LoadedAssets, loadAssets } from './assets.js';
export type { Backlog, LookupHit } from './backlog.js';
export { type Directive, neverReachesRisk1, type Rule, type StickyField } from './directive.js';
export { createEngine, type Engine } from './engine.js';
export type { AlarmCause, EngineOutput, EngineParts, EngineStats } from './engine-parts.js';
export { type ConfigFile, type Fault, formatFault } from './fault.js';
export type { ImportedBacklogs } from './import-backlogs.js';
export { type LoadedDirectives, type LoadOptions, loadDirectives } from './load.js';
export type { LookupAnswer, LookupQuestion } from './lookup.js';
export {
  DEFAULT_OPTIONS,
  type EngineLimits,
  type EngineOptions,
  type GivenOptions,
  optionFaults,
} from './options.js';
export type { Reason } from './reason.js';
export { readEvent, WireFault, writeEvent } from './wire.js';
