import { type RecordHead, decodeRecord, headerBytes, recordHeaderBytes, recordLength } from './checkpoint-format.js';
import type { OpenFile } from './file-layer.js';
import { FileWindow } from './file-window.js';

const pieceBytes = 1024 * 1024;

/** An intact record: what it says, its bytes (valid until the next one is asked for), and where it ends in the file. */
export interface CheckpointRecord {
  readonly head: RecordHead;
  readonly bytes: Buffer;
  readonly end: number;
}

/** The records of a generation's file, one after the other, up to the first that is not intact. */
export const readRecords = async function* (file: OpenFile, size: number): AsyncGenerator<CheckpointRecord> {
  const window = new FileWindow(file, pieceBytes);
  for (let offset = headerBytes; ; ) {
    const start = await window.bytes(offset, recordHeaderBytes, size);
    if (start === undefined) return;
    const length = recordLength(start);
    if (length < recordHeaderBytes) return;
    const bytes = await window.bytes(offset, length, size);
    const head = bytes && decodeRecord(bytes);
    if (bytes === undefined || head === undefined) return;
    offset += length;
    yield { head, bytes, end: offset };
  }
};
