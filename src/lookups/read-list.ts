import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { escapeControls } from '../escape.js';
import { ownCopy } from '../normalize/own-copy.js';
import { type AddressList, AddressListBuilder, mostEntries } from './address-list.js';
import { listLineReader } from './list-line.js';
import type { CsvLayout } from './source-definition.js';

const longestLine = 64 * 1024;
const longestText = 256;

/** A list file, read. */
export interface ReadList {
  readonly list: AddressList;
  /** Lines that hold no address; the first of them, for the operator. */
  readonly faulty: number;
  readonly firstFaulty: string | undefined;
  /** Entries there was no room for. */
  readonly left: number;
}

/** Gathers the lines of a file whose text comes in pieces. */
class ListLines {
  readonly #read: ReturnType<typeof listLineReader>;
  readonly #builder = new AddressListBuilder();
  #rest = '';
  #line = 0;
  #isSkipping = false;
  #faulty = 0;
  #firstFaulty: string | undefined;
  #left = 0;

  constructor(csv: CsvLayout | undefined) {
    this.#read = listLineReader(csv);
  }

  /** @throws NoColumn */
  add(piece: string): void {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    if (this.#rest.length <= longestLine) return;
    this.#isSkipping = true;
    this.#rest = this.#rest.slice(0, longestLine);
  }

  /** @throws NoColumn */
  end(): ReadList {
    if (this.#rest !== '') this.#take(this.#rest);
    return { list: this.#builder.build(), faulty: this.#faulty, firstFaulty: this.#firstFaulty, left: this.#left };
  }

  #take(line: string): void {
    this.#line += 1;
    const isWhole = !this.#isSkipping && line.length <= longestLine;
    this.#isSkipping = false;
    const entry = isWhole
      ? this.#read(this.#line === 1 && line.startsWith('\ufeff') ? line.slice(1) : line)
      : undefined;
    if (entry === null) return;
    if (entry === undefined) {
      this.#faulty += 1;
      this.#firstFaulty ??= `line ${this.#line}: ${escapeControls(line.slice(0, 60))}`;
    } else if (this.#builder.size >= mostEntries) this.#left += 1;
    else this.#builder.add(entry.cidr, ownCopy(escapeControls(entry.text.slice(0, longestText))));
  }
}

/** Reads a list file, giving way to others as it goes. Rejects where it cannot be read. */
export const readList = async (file: string, csv: CsvLayout | undefined): Promise<ReadList> => {
  const lines = new ListLines(csv);
  if (!(await stat(file)).isFile()) throw new Error('it is no regular file, which would be right');
  for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: 64 * 1024 })) {
    lines.add(piece as string);
  }
  return lines.end();
};
