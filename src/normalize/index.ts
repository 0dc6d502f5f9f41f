export type { Counters } from './counters.js';
export type { EqualLines } from './line-counts.js';
export { type PluginFile, loadPlugins } from './load-plugins.js';
export type { LoadedPlugin } from './loaded-plugin.js';
export type { NormalizedEvent } from './normalized-event.js';
export { createNormalizer, type Normalizer, type NormalizerOptions } from './normalizer.js';
export type { CheckPattern } from './pattern.js';
