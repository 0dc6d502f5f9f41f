import { z } from 'zod';

const LONGEST_TEMPLATE = 2_000;
const LONGEST_PATTERN = 4_000;

const seen = (value: unknown): string => ((JSON.stringify(value) as string | undefined) ?? 'nothing').slice(0, 80);

const template = z
  .union([z.string().max(LONGEST_TEMPLATE), z.int()], {
    error: (issue) => `is ${seen(issue.input)}; a text of at most 2000 characters or a whole number would be right`,
  })
  .transform(String);
const literal = z.string().min(1).max(200);
const oneOrMore = <S extends z.ZodType>(item: S) =>
  z
    .union([item, z.array(item).min(1).max(1_000)], {
      error: (issue) => `is ${seen(issue.input)}; one value or a list of values would be right`,
    })
    .transform((value) => (Array.isArray(value) ? value : [value]) as z.output<S>[]);

const fields = {
  sid: template.optional(),
  title: template.optional(),
  category: template.optional(),
  subcategory: template.optional(),
  /** Instead of the record's time: `10/Oct/2026:13:55:36 +0200`, RFC 3339, or seconds or milliseconds since the epoch. */
  time: template.optional(),
  sensor: template.optional(),
  src_ip: template.optional(),
  dst_ip: template.optional(),
  src_port: template.optional(),
  dst_port: template.optional(),
  protocol: template.optional(),
  custom_data1: template.optional(),
  custom_label1: template.optional(),
  custom_data2: template.optional(),
  custom_label2: template.optional(),
  custom_data3: template.optional(),
  custom_label3: template.optional(),
};

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const kind = z.strictObject({
  ...fields,
  /** For `read: text`: a regular expression with named groups and %{NAME:field}. */
  pattern: z.string().min(1).max(LONGEST_PATTERN).optional(),
  /** Field → values of which it must have one; `*` at either end stands for anything; without regard to case. */
  when: z.record(z.string(), oneOrMore(scalar)).optional(),
  /** The line is known and gives no event. */
  ignore: z.boolean().default(false),
});

const selector = z.strictObject({
  app: oneOrMore(literal).optional(),
  host: oneOrMore(literal).optional(),
  input: oneOrMore(literal).optional(),
  facility: oneOrMore(z.int().min(0).max(23)).optional(),
  /** Literal texts of which one must stand in the message. */
  contains: oneOrMore(literal).optional(),
});

/** How a plugin's records are read. */
const readers = ['text', 'json', 'key=value', 'cef', 'leef'] as const;
export type ReaderName = (typeof readers)[number];

/** One plugin as it is written in YAML (docs/plugins.md). */
export const pluginSchema = z.strictObject({
  id: z.int().min(1).max(2_147_483_647),
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, {
    error: (issue) => `is ${seen(issue.input)}; lower-case letters, digits, - and _ would be right`,
  }),
  product: literal,
  description: z.string().optional(),
  /** Alternatives; within one, all conditions hold. */
  records: oneOrMore(selector).default([]),
  read: z.enum(readers).default('text'),
  defaults: z.strictObject(fields).default({}),
  kinds: z.array(kind).min(1).max(10_000),
});

export type PluginDefinition = z.output<typeof pluginSchema>;
export type KindDefinition = z.output<typeof kind>;
export type Selector = z.output<typeof selector>;
export type FieldName = keyof typeof fields;
export const fieldNames = Object.keys(fields) as FieldName[];
