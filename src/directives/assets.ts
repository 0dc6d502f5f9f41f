import { type Cidr, formatCidr, parseCidr } from './address.js';
import { AssetMap } from './asset-map.js';
import { byPlace, type ConfigFile, type Fault, placeFindings } from './fault.js';
import { quote } from './quote.js';
import { parseList, withoutMark } from './load.js';
import { type Findings, isObject, ObjectReader } from './object-reader.js';

/** A network or host with a value (dsiem.md §2). */
export interface Asset {
  readonly name: string;
  readonly cidr: Cidr;
  /** Canonical text of `cidr`. */
  readonly network: string;
  readonly value: number;
  readonly whitelisted: boolean;
}

/** Everything read from the asset files; where `faults` is not empty, nothing may start unless `--lenient` was asked. */
export interface LoadedAssets {
  readonly list: readonly Asset[];
  readonly assets: AssetMap;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

const readCidr = (reader: ObjectReader): Cidr | undefined => {
  const text = reader.get('cidr');
  const cidr = typeof text === 'string' ? parseCidr(text) : undefined;
  if (cidr === undefined || !String(text).includes('/')) {
    reader.refuse('cidr', 'an IPv4 or IPv6 network such as "10.0.0.0/8"');
    return undefined;
  }
  if (!cidr.exact) reader.warn('cidr', `${quote(text)} has bits after its length, taken as ${formatCidr(cidr)}`);
  return { base: cidr.base, length: cidr.length };
};

const checkAsset = (reader: ObjectReader): Asset | undefined => {
  reader.onlyKnown(['name', 'cidr', 'value', 'whitelisted']);
  const name = reader.filledText('name');
  const value = reader.integer('value', { from: 1, to: Number.MAX_SAFE_INTEGER });
  if (value > 5) reader.warn('value', `${value} is above 5, 1–5 would be right`);
  const whitelisted = reader.flag('whitelisted');
  const cidr = readCidr(reader);
  return cidr === undefined ? undefined : { name, cidr, network: formatCidr(cidr), value, whitelisted };
};

/** Reads and checks asset files, given in the order of their names; faulty assets are left out. Never throws for what the files hold. */
export const loadAssets = (files: readonly ConfigFile[]): LoadedAssets => {
  const list: Asset[] = [];
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  for (const given of files) {
    const source = withoutMark(given);
    const all: Findings = { faults: [], warnings: [] };
    for (const [i, value] of (parseList(source, 'assets', { faults, warnings }) ?? []).entries()) {
      const findings: Findings = { faults: [], warnings: all.warnings };
      const path = ['assets', i];
      if (!isObject(value)) findings.faults.push({ path, message: `${quote(value)}, an object would be right` });
      else {
        const asset = checkAsset(new ObjectReader(value, path, findings));
        if (asset !== undefined && findings.faults.length === 0) list.push(asset);
      }
      all.faults.push(...findings.faults);
    }
    faults.push(...placeFindings(source, all.faults));
    warnings.push(...placeFindings(source, all.warnings));
  }
  return { list, assets: new AssetMap(list), faults: faults.sort(byPlace), warnings: warnings.sort(byPlace) };
};
