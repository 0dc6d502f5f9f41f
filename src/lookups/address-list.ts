import { type Cidr, formatAddress, type Ipv6, isHost, maskAddress, parseAddress } from '../directives/address.js';

/** Numbers of texts take this many values, so that an IPv4 network and a text together are an exact number (53 bits). */
const textNumbers = 2 ** 21;

/** IPv4 networks of one length: `base × textNumbers + text`, sorted. */
interface Ipv4Level {
  readonly length: number;
  readonly entries: Float64Array;
}

interface Ipv6Level {
  readonly length: number;
  readonly texts: ReadonlyMap<string, number>;
}

const wordsKey = (words: Ipv6): string => String.fromCharCode(...words.flatMap((word) => [word >>> 16, word & 0xffff]));

const byLength = (a: { readonly length: number }, b: { readonly length: number }): number => b.length - a.length;

/** Place of the first entry that is not smaller. */
const firstFrom = (entries: Float64Array, least: number): number => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Addresses and networks with a text each: the narrowest network an address lies in gives its text. */
export class AddressList {
  readonly #ipv4: readonly Ipv4Level[];
  readonly #ipv6: readonly Ipv6Level[];
  readonly #texts: readonly string[];
  readonly size: number;

  constructor(parts: {
    readonly ipv4: ReadonlyMap<number, readonly number[]>;
    readonly ipv6: ReadonlyMap<number, ReadonlyMap<string, number>>;
    readonly texts: readonly string[];
    readonly size: number;
  }) {
    this.#ipv4 = [...parts.ipv4]
      .map(([length, entries]) => ({ length, entries: Float64Array.from(entries).sort() }))
      .sort(byLength);
    this.#ipv6 = [...parts.ipv6].map(([length, texts]) => ({ length, texts })).sort(byLength);
    this.#texts = parts.texts;
    this.size = parts.size;
  }

  /** The text of the narrowest network with this address, "listed" where it has none; undefined where there is no such network. */
  find(text: string): string | undefined {
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    return typeof address === 'number' ? this.#find4(address) : this.#find6(address);
  }

  #find4(address: number): string | undefined {
    for (const { length, entries } of this.#ipv4) {
      const base = maskAddress(address, length) as number;
      const found = entries[firstFrom(entries, base * textNumbers)];
      if (found === undefined || Math.floor(found / textNumbers) !== base) continue;
      return this.#shown(found % textNumbers, { base, length });
    }
    return undefined;
  }

  #find6(address: Ipv6): string | undefined {
    for (const { length, texts } of this.#ipv6) {
      const base = maskAddress(address, length) as Ipv6;
      const found = texts.get(wordsKey(base));
      if (found !== undefined) return this.#shown(found, { base, length });
    }
    return undefined;
  }

  #shown(text: number, cidr: Cidr): string {
    const found = this.#texts[text] ?? '';
    if (found !== '') return found;
    return isHost(cidr) ? 'listed' : `listed in ${formatAddress(cidr.base)}/${cidr.length}`;
  }
}

/** Gathers what an `AddressList` is made of. */
export class AddressListBuilder {
  readonly #ipv4 = new Map<number, number[]>();
  readonly #ipv6 = new Map<number, Map<string, number>>();
  readonly #texts: string[] = [];
  readonly #textNumbers = new Map<string, number>();
  #size = 0;

  /** Networks added. At most `textNumbers` have room. */
  get size(): number {
    return this.#size;
  }

  /** Adds a network; of several with the same, the first counts. */
  add({ base, length }: Cidr, text: string): void {
    const number = this.#numberOf(text);
    this.#size += 1;
    if (typeof base === 'number') this.#level(this.#ipv4, length, () => []).push(base * textNumbers + number);
    else {
      const level = this.#level(this.#ipv6, length, () => new Map<string, number>());
      const key = wordsKey(base);
      if (!level.has(key)) level.set(key, number);
    }
  }

  build(): AddressList {
    return new AddressList({ ipv4: this.#ipv4, ipv6: this.#ipv6, texts: this.#texts, size: this.#size });
  }

  #level<T>(levels: Map<number, T>, length: number, make: () => T): T {
    const level = levels.get(length) ?? make();
    levels.set(length, level);
    return level;
  }

  #numberOf(text: string): number {
    const known = this.#textNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#textNumbers.set(text, number);
    return number;
  }
}

/** How many networks a list holds at most. */
export const mostEntries = 1_000_000;
