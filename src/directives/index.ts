export type { NormalizedEvent } from '../normalize/normalized-event.js';
