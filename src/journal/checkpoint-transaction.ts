import { killPoint } from '../kill-point.js';
import type { AppendFile } from './append-file.js';
import {
  type Change,
  encodeChange,
  encodeRecord,
  mostBytesOf,
  recordHeaderBytes,
  recordKinds,
  sealRecord,
} from './checkpoint-format.js';

const recordBytes = 256 * 1024;

/**
 * Writes one transaction to a checkpoint's file, in records of about 256 KiB: between two of them the event loop turns.
 * Nothing holds before `commit` has resolved; whoever is rejected takes the file back to where it was.
 */
export class CheckpointTransaction {
  readonly #file: AppendFile;
  readonly #number: number;
  #buffer = Buffer.allocUnsafeSlow(recordBytes);
  #end = recordHeaderBytes;
  #entriesInRecord = 0;
  #entries = 0;

  private constructor(file: AppendFile, number: number) {
    this.#file = file;
    this.#number = number;
  }

  static async begin(file: AppendFile, number: number): Promise<CheckpointTransaction> {
    await file.write(encodeRecord({ kind: recordKinds.begin, entries: 0, transaction: number, position: 0 }));
    return new CheckpointTransaction(file, number);
  }

  /** Whether `bytes` more fit; if not, `flush` makes room. */
  hasRoomFor(bytes: number): boolean {
    return this.#end + bytes <= this.#buffer.length;
  }

  /** Takes a change; the bytes it takes in the file. There must be room. */
  add(change: Change): number {
    const start = this.#end;
    this.#end = encodeChange(this.#buffer, start, change);
    this.#entriesInRecord += 1;
    return this.#end - start;
  }

  /** Takes a change as it was encoded elsewhere. There must be room. */
  addEncoded(bytes: Buffer): void {
    this.#end += bytes.copy(this.#buffer, this.#end);
    this.#entriesInRecord += 1;
  }

  /** Writes what was taken, and makes room for so many bytes. @throws JournalError `write-failed`, `sync-failed` */
  async flush(room: number): Promise<void> {
    if (this.#entriesInRecord > 0) {
      const entries = this.#entriesInRecord;
      const head = { kind: recordKinds.changes, entries, transaction: this.#number, position: 0 };
      await this.#file.write(sealRecord(this.#buffer.subarray(0, this.#end), head));
      this.#entries += entries;
    }
    this.#entriesInRecord = 0;
    this.#end = recordHeaderBytes;
    const wanted = Math.max(recordBytes, recordHeaderBytes + room);
    if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(wanted);
  }

  /** Resolves when the transaction holds and is on the disk. @throws JournalError `write-failed`, `sync-failed` */
  async commit(position: number, extra: string): Promise<void> {
    await this.flush(0);
    killPoint('checkpoint-half-written');
    const head = { kind: recordKinds.commit, entries: this.#entries, transaction: this.#number, position };
    await this.#file.write(encodeRecord(head, extra));
    await this.#file.sync();
  }
}

/** Adds a change, writing what is full before; the bytes it takes in the file. */
export const addChange = async (transaction: CheckpointTransaction, change: Change): Promise<number> => {
  const most = mostBytesOf(change);
  if (!transaction.hasRoomFor(most)) await transaction.flush(most);
  return transaction.add(change);
};
