import { crc32 } from 'node:zlib';

/**
 * A generation of the checkpoint: a header, then records.
 *
 *   header: 0 u32 magic   4 u32 crc32 of the rest   8 u32 format version   12 u32 1: begun empty   16 f64 generation
 *   record: 0 u32 crc32 of the rest   4 u32 length, all included   8 u32 kind   12 u32 entries
 *           16 f64 transaction   24 f64 position (of a commit)   32 the entries, or a commit's extra as JSON
 *   entry:  0 u32 bytes of the module's name   4 u32 bytes of the key   8 u32 bytes of the JSON text
 *           12 u32 1: put, 2: deleted   16 f64 number of the write   24 module, key (UTF-16, so that any string comes back), JSON (UTF-8)
 *
 * Little endian. A commit counts the entries of its transaction; what no commit follows does not hold.
 */
export const headerBytes = 24;
export const recordHeaderBytes = 32;
const magic = 0x50434354; // "TCCP"
const entryHeaderBytes = 24;
const put = 1;
const deleted = 2;

/** The format this code writes and reads. */
export const checkpointFormatVersion = 1;

/** What a record is. */
export const recordKinds = { begin: 1, changes: 2, commit: 3 } as const;

/** One change of a key; `number` grows with every write, over all generations. */
export interface Change {
  readonly module: string;
  readonly key: string;
  /** JSON text; undefined: the key is gone. */
  readonly json: string | undefined;
  readonly number: number;
}

/** What a record says besides its entries. */
export interface RecordHead {
  readonly kind: number;
  readonly entries: number;
  readonly transaction: number;
  readonly position: number;
}

/** What a header says. */
export interface GenerationHeader {
  readonly generation: number;
  /** There may be no commit yet; a generation made by compaction appears with one. */
  readonly begunEmpty: boolean;
}

/** The beginning of a generation's file. */
export const encodeHeader = ({ generation, begunEmpty }: GenerationHeader): Buffer => {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(checkpointFormatVersion, 8);
  bytes.writeUInt32LE(begunEmpty ? 1 : 0, 12);
  bytes.writeDoubleLE(generation, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
};

/** A header and its format version; undefined where these are not the bytes of one. */
export const decodeHeader = (bytes: Buffer): (GenerationHeader & { readonly version: number }) | undefined => {
  if (bytes.readUInt32LE(0) !== magic || bytes.readUInt32LE(4) !== crc32(bytes.subarray(8, headerBytes)))
    return undefined;
  return {
    version: bytes.readUInt32LE(8),
    begunEmpty: bytes.readUInt32LE(12) === 1,
    generation: bytes.readDoubleLE(16),
  };
};

/** A record from its head and body, which are in `bytes` behind room for the head. */
export const sealRecord = (bytes: Buffer, head: RecordHead): Buffer => {
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt32LE(head.kind, 8);
  bytes.writeUInt32LE(head.entries, 12);
  bytes.writeDoubleLE(head.transaction, 16);
  bytes.writeDoubleLE(head.position, 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
};

/** A record without entries, with this text as its body. */
export const encodeRecord = (head: RecordHead, body = ''): Buffer => {
  const text = Buffer.from(body);
  return sealRecord(Buffer.concat([Buffer.alloc(recordHeaderBytes), text]), head);
};

/** The length a record claims, from its head. */
export const recordLength = (bytes: Buffer): number => bytes.readUInt32LE(4);

/** What a whole record says; undefined where its bytes are not what was written. */
export const decodeRecord = (bytes: Buffer): RecordHead | undefined => {
  if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4))) return undefined;
  return {
    kind: bytes.readUInt32LE(8),
    entries: bytes.readUInt32LE(12),
    transaction: bytes.readDoubleLE(16),
    position: bytes.readDoubleLE(24),
  };
};

/** The body of a commit, as JSON text. */
export const decodeBody = (bytes: Buffer): string => bytes.toString('utf8', recordHeaderBytes);

/** The most bytes a change can take. */
export const mostBytesOf = ({ module, key, json }: Change): number =>
  entryHeaderBytes + 2 * (module.length + key.length) + 3 * (json?.length ?? 0);

/** Writes a change where there is room for `mostBytesOf` it; where it ends. */
export const encodeChange = (bytes: Buffer, start: number, change: Change): number => {
  let at = start + entryHeaderBytes;
  const moduleBytes = bytes.write(change.module, at, 'utf16le');
  at += moduleBytes;
  const keyBytes = bytes.write(change.key, at, 'utf16le');
  at += keyBytes;
  const jsonBytes = change.json === undefined ? 0 : bytes.write(change.json, at, 'utf8');
  bytes.writeUInt32LE(moduleBytes, start);
  bytes.writeUInt32LE(keyBytes, start + 4);
  bytes.writeUInt32LE(jsonBytes, start + 8);
  bytes.writeUInt32LE(change.json === undefined ? deleted : put, start + 12);
  bytes.writeDoubleLE(change.number, start + 16);
  return at + jsonBytes;
};

/** Walks the entries of an intact record; strings are made only when asked for. */
export class ChangeReader {
  start = recordHeaderBytes;
  end = recordHeaderBytes;
  number = 0;
  isPut = false;
  #keyStart = 0;
  #jsonStart = 0;
  readonly #bytes: Buffer;

  constructor(record: Buffer) {
    this.#bytes = record;
  }

  next(): boolean {
    const bytes = this.#bytes;
    if (this.end >= bytes.length) return false;
    const start = this.end;
    this.start = start;
    this.#keyStart = start + entryHeaderBytes + bytes.readUInt32LE(start);
    this.#jsonStart = this.#keyStart + bytes.readUInt32LE(start + 4);
    this.end = this.#jsonStart + bytes.readUInt32LE(start + 8);
    this.isPut = bytes.readUInt32LE(start + 12) === put;
    this.number = bytes.readDoubleLE(start + 16);
    return true;
  }

  get module(): string {
    return this.#bytes.toString('utf16le', this.start + entryHeaderBytes, this.#keyStart);
  }

  get key(): string {
    return this.#bytes.toString('utf16le', this.#keyStart, this.#jsonStart);
  }

  get json(): string | undefined {
    return this.isPut ? this.#bytes.toString('utf8', this.#jsonStart, this.end) : undefined;
  }
}
