import type { EventClass } from './event.js';

/** Types a declared field can have; a trailing `?` lets it be absent. */
type FieldType = 'string' | 'number' | 'boolean' | 'strings' | 'json';
export type FieldTypes = Readonly<Record<string, FieldType | `${FieldType}?`>>;

interface ValueOf {
  string: string;
  number: number;
  boolean: boolean;
  strings: readonly string[];
  json: unknown;
}
type Optional<F extends FieldTypes> = { [K in keyof F]: F[K] extends `${FieldType}?` ? K : never }[keyof F];
type Value<T> = T extends `${infer B extends FieldType}?` ? ValueOf[B] : T extends FieldType ? ValueOf[T] : never;

/** The values a declaration asks for. */
export type FieldValues<F extends FieldTypes> = { readonly [K in Exclude<keyof F, Optional<F>>]: Value<F[K]> } & {
  readonly [K in Optional<F>]?: Value<F[K]> | undefined;
};

/** An event was built with fields other than its class declares. */
export class FieldError extends Error {
  readonly code = 'EVENT_FIELDS';
  override readonly name = 'FieldError';
}

interface Declared {
  readonly name: string;
  readonly type: FieldType;
  readonly optional: boolean;
}

const declarations = new WeakMap<FieldTypes, readonly Declared[]>();

const declared = (types: FieldTypes): readonly Declared[] => {
  let list = declarations.get(types);
  if (list === undefined) {
    list = Object.entries(types).map(([name, type]) => ({
      name,
      type: type.replace('?', '') as FieldType,
      optional: type.endsWith('?'),
    }));
    declarations.set(types, list);
  }
  return list;
};

const jsonFields = new WeakMap<FieldTypes, readonly string[]>();

/** Names of the declared fields that may hold any JSON. */
export const jsonFieldsOf = (types: FieldTypes): readonly string[] => {
  let names = jsonFields.get(types);
  if (names === undefined) {
    names = declared(types).flatMap(({ name, type }) => (type === 'json' ? [name] : []));
    jsonFields.set(types, names);
  }
  return names;
};

const hasType = (value: unknown, type: FieldType): boolean => {
  if (type === 'json') return true;
  if (type === 'strings') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof value === type && (type !== 'number' || Number.isFinite(value));
};

/** A value as it is quoted in a message: JSON, cut; its type where it has no JSON form. */
const shown = (value: unknown): string => {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? typeof value : json.slice(0, 100);
  } catch {
    return typeof value;
  }
};

/** Holds the values against the class's declaration. @throws FieldError naming class and field. */
export const checkFields = (eventClass: EventClass, values: Readonly<Record<string, unknown>>): void => {
  const types = eventClass.fields;
  let seen = 0;
  for (const { name, type, optional } of declared(types)) {
    const value = values[name];
    if (value === undefined) {
      if (optional) {
        if (name in values) seen += 1;
        continue;
      }
      throw new FieldError(`${eventClass.name} needs the field ${name} (${type}), which is missing`);
    }
    if (!hasType(value, type)) {
      throw new FieldError(`${eventClass.name}.${name} is ${shown(value)}, a ${type} would be right`);
    }
    seen += 1;
  }
  if (Object.keys(values).length === seen) return;
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(types, name));
  throw new FieldError(
    `${eventClass.name} has no field ${unknown.join(', ')}; declared are ${Object.keys(types).join(', ') || 'none'}`,
  );
};
