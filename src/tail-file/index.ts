export { FileFinder } from './find-files.js';
export { isPattern } from './glob.js';
export { isPacked, namesBeforeRotation } from './siblings.js';
export { KnownFiles } from './known-files.js';
export { lineFlags, newCounters, type TailCounters, type TakeLine } from './line-cutter.js';
export { parseTailPosition, type FilePosition, type TailPosition } from './position.js';
export type { TailReport } from './report.js';
export { TailFile } from './tail-file.js';
export { bufferBytesFor, type PollResult, type TailFileOptions } from './tail-options.js';
