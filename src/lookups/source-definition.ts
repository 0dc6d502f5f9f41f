/** What a source is asked about: addresses, or services (address and port). */
export type LookupKind = 'intel' | 'vulnerabilities';

interface Definition {
  readonly kind: LookupKind;
  /** As the user named it: the `provider` of its results. */
  readonly name: string;
}

/** A WISE service, asked per address (dsiem.md §2). */
export interface WiseDefinition extends Definition {
  readonly kind: 'intel';
  readonly plugin: 'Wise';
  readonly url: string;
}

/** A file of addresses and networks. */
export interface ListDefinition extends Definition {
  readonly kind: 'intel';
  readonly plugin: 'list';
  readonly file: string;
  /** How lines are cut; absent: an address, and the rest of the line is text about it. */
  readonly csv?: CsvLayout;
}

/** Where a CSV file has what: columns by the name in the first line, or by number from 1. */
export interface CsvLayout {
  readonly delimiter: string;
  readonly column: string | number;
  readonly textColumn?: string | number;
}

/** A Nesd service, asked per address and port (dsiem.md §2). */
export interface NesdDefinition extends Definition {
  readonly kind: 'vulnerabilities';
  readonly plugin: 'Nesd';
  readonly url: string;
  readonly allowLowSeverity: boolean;
}

/** A source of lookups as configured, checked. */
export type SourceDefinition = WiseDefinition | ListDefinition | NesdDefinition;

/** Name of a source among all: what a `LookupRequest` names. */
export const sourceKey = ({ kind, name }: Pick<SourceDefinition, 'kind' | 'name'>): string =>
  `${kind === 'intel' ? 'intel' : 'vuln'}/${name}`;
