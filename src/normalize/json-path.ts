import type { Get } from './template.js';

/** An object as JSON.parse gives it; only its own properties are looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest text that is parsed as JSON, in UTF-16 units. */
const LONGEST = 1_048_576;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Reads a text that is one JSON object; undefined where it is not. */
export const readJsonObject = (text: string): JsonObject | undefined => {
  if (!text.startsWith('{') || text.length > LONGEST) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    // Not JSON is an expected answer here; anything else is not.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return '';
};

const step = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return /^-?[0-9]{1,6}$/.test(key) ? (value as unknown[]).at(Number(key)) : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
};

/** Compiles a path such as `rule.groups.-1`: keys, and positions in lists (negative from the end). A key that contains the dots is found too. Only texts, numbers and booleans have a value. */
export const compilePath = (path: string): Get<JsonObject> => {
  const keys = path.split('.');
  if (keys.length === 1) return (object) => textOf(step(object, path));
  return (object) => {
    let value: unknown = object;
    for (const key of keys) value = step(value, key);
    return textOf(value === undefined ? step(object, path) : value);
  };
};
