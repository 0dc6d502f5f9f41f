import type { Pattern } from './pattern.js';
import type { FieldName, ReaderName, Selector } from './plugin-schema.js';
import type { TemplatePart } from './template.js';
import type { When } from './when.js';

/** One kind of line of a plugin, checked. */
export interface LoadedKind {
  /** Only where the plugin reads text. */
  readonly pattern: Pattern | undefined;
  readonly when: readonly When[];
  /** The line is known and gives no event. */
  readonly ignore: boolean;
  readonly templates: ReadonlyMap<FieldName, readonly TemplatePart[]>;
}

/** A plugin that was read and checked. */
export interface LoadedPlugin {
  readonly file: string;
  readonly id: number;
  readonly name: string;
  readonly product: string;
  readonly read: ReaderName;
  readonly records: readonly Selector[];
  readonly kinds: readonly LoadedKind[];
}
