import type { Event } from '../events/event.js';
import { BlockReader } from '../journal/block.js';

/** Events with their numbers, one after the other. */
export interface EventBatch {
  readonly firstNumber: number;
  readonly json: readonly string[];
  /** Filled by whoever revives them first. */
  readonly revived: (Event | undefined)[];
}

/** The events of an outbox block, as they are stored. */
export const readBatch = (bytes: Uint8Array): EventBatch => {
  const reader = new BlockReader(bytes);
  const json: string[] = [];
  while (reader.next()) json.push(reader.bytes.toString('utf8', reader.start, reader.end));
  return { firstNumber: reader.header.firstSeq, json, revived: [] };
};
