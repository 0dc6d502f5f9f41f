import { z } from 'zod';
import type { Fault } from '../fault.js';
import { wouldBeRight } from './suggest.js';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

/** The schema as JSON Schema, as users write it; what has no JSON form is left open. */
export const optionsSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

const knownKeys = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => {
  let at: JsonSchema | undefined = optionsSchema(schema);
  for (const key of path) at = typeof key === 'number' ? at?.items : at?.properties?.[String(key)];
  return Object.keys(at?.properties ?? {});
};

/** Where a value stands, for messages. */
export type Locate = (path: readonly (string | number)[], key?: string) => string;

/** Of a value that may be of several kinds: the faults of the kind that was meant, where its type shows which. */
const meant = (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
  if (issue.code !== 'invalid_union') return [issue];
  const faults = issue.errors.find((kind) => !kind.some(({ code, path }) => code === 'invalid_type' && !path.length));
  if (faults === undefined) return [issue];
  return faults.flatMap((fault) => meant({ ...fault, path: [...issue.path, ...fault.path] }));
};

/** Options held against their schema: the options with their defaults, or every fault. */
export const checkOptions = <S extends z.ZodType>(
  schema: S,
  value: unknown,
  locate: Locate,
): { readonly options: z.output<S> } | { readonly faults: readonly Fault[] } => {
  const result = schema.safeParse(value ?? {});
  if (result.success) return { options: result.data };
  const faults = result.error.issues.flatMap(meant).flatMap((issue): Fault[] => {
    const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        where: locate(path, key),
        message: `unknown option ${key}; ${wouldBeRight(key, knownKeys(schema, issue.path))}`,
      }));
    }
    return [{ where: locate(path), message: issue.message }];
  });
  return { faults };
};
