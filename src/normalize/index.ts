export type { NormalizedEvent } from './normalized-event.js';
