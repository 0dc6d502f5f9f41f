import { type Building, EventBuilder } from './event-builder.js';
import type { LoadedKind, LoadedPlugin } from './loaded-plugin.js';
import type { NormalizedEvent } from './normalized-event.js';
import { type Getter, recordFields } from './scan.js';
import { compileWhen } from './when.js';

/** What a line became: an event, or none by intent (`ignored`) or for want of a sid (`withoutSid`). */
export type Outcome = NormalizedEvent | 'ignored' | 'withoutSid';

/** One kind of line, compiled. */
export interface Kind<F> {
  accepts(fields: F): boolean;
  make(fields: F): Outcome;
}

/** A field by its name: what the line has, or, with `@`, what the record has. */
const withRecordFields =
  <F>(getter: Getter<F>, { scan, hosts }: Building): Getter<F> =>
  (field) => {
    if (field === '@address') return () => hosts.of(scan.record);
    const ofRecord = Object.hasOwn(recordFields, field) ? recordFields[field] : undefined;
    return ofRecord === undefined ? getter(field) : () => ofRecord(scan);
  };

/** Compiles one kind of a plugin's lines. */
export const compileKind = <F>(
  plugin: LoadedPlugin,
  kind: LoadedKind,
  options: { readonly getter: Getter<F>; readonly building: Building },
): Kind<F> => {
  const getter = withRecordFields(options.getter, options.building);
  const accepts = kind.when.length === 0 ? () => true : compileWhen(kind.when, getter);
  if (kind.ignore) return { accepts, make: () => 'ignored' };
  const builder = new EventBuilder(plugin, kind, { getter, building: options.building });
  return { accepts, make: (fields) => builder.build(fields) ?? 'withoutSid' };
};
