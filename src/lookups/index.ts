/** Lookups: what modules need to ask sources, and to check their configuration. */
export { type LoadedSources, loadLookupSources } from './load-sources.js';
export { missingLists } from './missing-lists.js';
export { type LookupFindings, type LookupQuery, readLookupFindings } from './lookup-question.js';
export { type SourceDefinition, sourceKey } from './source-definition.js';
export { isSpecialPurpose } from './special-purpose.js';
