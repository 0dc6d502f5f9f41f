import { type OpenFile, readWhole } from './file-layer.js';

/** Reads a file from front to back in large pieces. */
export class FileWindow {
  readonly #file: OpenFile;
  readonly #pieceBytes: number;
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  constructor(file: OpenFile, pieceBytes: number) {
    this.#file = file;
    this.#pieceBytes = pieceBytes;
  }

  /** The bytes there, valid until the next call; undefined where the file, of which nothing beyond `size` is read, has fewer. */
  async bytes(offset: number, length: number, size: number): Promise<Buffer | undefined> {
    if (offset + length > size) return undefined;
    if (offset < this.#start || offset + length > this.#end) await this.#fill(offset, length, size);
    if (offset + length > this.#end) return undefined;
    return this.#buffer.subarray(offset - this.#start, offset - this.#start + length);
  }

  async #fill(offset: number, length: number, size: number): Promise<void> {
    const wanted = Math.min(Math.max(length, this.#pieceBytes), size - offset);
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafeSlow(wanted);
    this.#start = offset;
    this.#end = offset;
    this.#end += await readWhole(this.#file, this.#buffer.subarray(0, wanted), offset);
  }
}
