import { type Address, type Ipv6, isHost, maskAddress, parseAddress } from './address.js';
import type { Asset } from './assets.js';

/** What the assets say of one address. */
export interface AddressFacts {
  readonly address: Address | undefined;
  /** Inside any asset that is not whitelisted (dsiem.md §3.3). */
  readonly isHome: boolean;
  readonly isWhitelisted: boolean;
  /** Highest value of any asset containing it, whitelisted or not; 0 where there is none (dsiem.md §5). */
  readonly value: number;
  /** Canonical CIDRs of the assets containing it that are neither hosts nor whitelisted, narrowest first. */
  readonly networks: readonly string[];
  /** Name of the first host asset with this address. */
  readonly hostName: string | undefined;
}

const REMEMBERED = 65_536;

type Key = number | string;
type Level = { readonly length: number; readonly assets: Map<Key, Asset[]> };

const keyOf = (address: Address): Key => (typeof address === 'number' ? address : wordsKey(address));
const wordsKey = (words: Ipv6): string => `${words[0]}:${words[1]}:${words[2]}:${words[3]}`;

const levelsOf = (assets: readonly Asset[], family: 'number' | 'object'): readonly Level[] => {
  const levels = new Map<number, Level>();
  for (const asset of assets) {
    const { base, length } = asset.cidr;
    if (typeof base !== family) continue;
    const level = levels.get(length) ?? { length, assets: new Map<Key, Asset[]>() };
    levels.set(length, level);
    const key = keyOf(base);
    const same = level.assets.get(key);
    if (same === undefined) level.assets.set(key, [asset]);
    else same.push(asset);
  }
  return [...levels.values()].sort((a, b) => b.length - a.length);
};

/** Finds what is known of an address in a time that grows with the number of different prefix lengths, not of assets. */
export class AssetMap {
  readonly #ipv4: readonly Level[];
  readonly #ipv6: readonly Level[];
  readonly #known = new Map<string, AddressFacts>();
  /** False where no asset is whitelisted, so that nobody needs to look. */
  readonly hasWhitelisted: boolean;
  readonly highestValue: number;

  constructor(assets: readonly Asset[]) {
    this.#ipv4 = levelsOf(assets, 'number');
    this.#ipv6 = levelsOf(assets, 'object');
    this.hasWhitelisted = assets.some((asset) => asset.whitelisted);
    this.highestValue = assets.reduce((highest, asset) => Math.max(highest, asset.value), 0);
  }

  /** The facts of an address in canonical form; an address that cannot be read is in no asset. */
  factsOf(text: string): AddressFacts {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const facts = this.#look(text);
    // Attackers can send any number of addresses; forgetting all of them now and then bounds memory and costs little.
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(text, facts);
    return facts;
  }

  #look(text: string): AddressFacts {
    const address = parseAddress(text);
    const found = address === undefined ? [] : this.#containing(address);
    const networks = found.filter((asset) => !asset.whitelisted && !isHost(asset.cidr)).map((asset) => asset.network);
    return {
      address,
      isHome: found.some((asset) => !asset.whitelisted),
      isWhitelisted: found.some((asset) => asset.whitelisted),
      value: found.reduce((highest, asset) => Math.max(highest, asset.value), 0),
      networks: [...new Set(networks)],
      hostName: found.find((asset) => isHost(asset.cidr))?.name,
    };
  }

  #containing(address: Address): Asset[] {
    const levels = typeof address === 'number' ? this.#ipv4 : this.#ipv6;
    return levels.flatMap((level) => level.assets.get(keyOf(maskAddress(address, level.length))) ?? []);
  }
}
