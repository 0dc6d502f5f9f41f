import { type Cidr, parseCidr } from '../directives/address.js';
import { csvFields } from './csv-line.js';
import type { CsvLayout } from './source-definition.js';

/** What one line of a list holds. */
interface ListEntry {
  readonly cidr: Cidr;
  readonly text: string;
}

/** Reads one line; undefined where it holds no address, `null` where it need not: empty, a comment, the line of names. */
export type ReadListLine = (line: string) => ListEntry | undefined | null;

const readTextLine: ReadListLine = (line) => {
  const end = line.search(/[\s;,]/);
  const cidr = parseCidr(end < 0 ? line : line.slice(0, end));
  // Lists write `192.0.2.0/24 ; why` and `192.0.2.1 # why`, too.
  return cidr && { cidr, text: end < 0 ? '' : line.slice(end).replace(/^[\s;,#]+/, '') };
};

/** A CSV file has no column of the name that the configuration gives. */
class NoColumn extends Error {
  readonly code = 'NO_COLUMN';
  override readonly name = 'NoColumn';
}

const columnIndex = (column: string | number, names: readonly string[]): number => {
  if (typeof column === 'number') return column - 1;
  const index = names.indexOf(column);
  if (index >= 0) return index;
  const seen = names.slice(0, 10).join(', ').slice(0, 200);
  throw new NoColumn(`its first line has the columns ${seen}; one named ${column} would be right`);
};

const csvReader = ({ delimiter, column, textColumn }: CsvLayout): ReadListLine => {
  const named = typeof column === 'string' || typeof textColumn === 'string';
  let places: { readonly address: number; readonly text: number | undefined } | undefined;
  const placesIn = (names: readonly string[]) => ({
    address: columnIndex(column, names),
    text: textColumn === undefined ? undefined : columnIndex(textColumn, names),
  });
  if (!named) places = placesIn([]);
  return (line) => {
    const fields = csvFields(line, delimiter);
    if (fields === undefined) return undefined;
    if (places === undefined) {
      places = placesIn(fields);
      return null;
    }
    const cidr = parseCidr(fields[places.address] ?? '');
    return cidr && { cidr, text: places.text === undefined ? '' : (fields[places.text] ?? '') };
  };
};

/** How the lines of one file are read, from its first on; one whose CSV names are not there throws NoColumn at that line. */
export const listLineReader = (csv: CsvLayout | undefined): ReadListLine => {
  const read = csv === undefined ? readTextLine : csvReader(csv);
  return (line) => {
    const trimmed = line.trim();
    return trimmed === '' || trimmed.startsWith('#') ? null : read(trimmed);
  };
};
