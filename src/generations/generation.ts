import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CoreStack } from '../stack/resolve.js';

const format = 1;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const file = z.strictObject({ file: z.string(), text: z.string() });

const contentSchema = z.strictObject({
  format: z.literal(format, { error: 'is of another version of this program' }),
  timeZone: z.string(),
  machineTimeZone: z.string(),
  hosts: z.record(z.string(), z.string()),
  modules: z.array(
    z.strictObject({
      name: z.string(),
      use: z.string(),
      options: z.record(z.string(), z.unknown()),
      /** SHA-256 of a user's code; a module without it is shipped. */
      bundle: hash.optional(),
    }),
  ),
  files: z.array(file),
  plugins: z.array(file),
});

/** A generation without the code of users' modules, which lies beside it. */
export type GenerationContent = z.output<typeof contentSchema>;

/** A generation as it is kept: named by what it says. */
export interface Generation {
  /** SHA-256 of `text`. */
  readonly id: string;
  readonly text: string;
  /** Files of users' code, by the SHA-256 of what is in them. */
  readonly bundles: ReadonlyMap<string, string>;
}

/** SHA-256, 64 hexadecimal digits. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Whether a text can be the id of a generation. */
export const isGenerationId = (text: string): boolean => hash.safeParse(text).success;

/** How an id is shown to people. */
export const shortId = (id: string): string => id.slice(0, 12);

/** The generation of a stack: equal for stacks that give the same outputs, as far as that can be told. */
export const generationOf = (stack: CoreStack): Generation => {
  const bundles = new Map<string, string>();
  const modules = stack.modules.map(({ name, use, options, bundle }) => {
    if (bundle === undefined) return { name, use, options };
    const code = sha256(readFileSync(bundle));
    bundles.set(code, bundle);
    return { name, use, options, bundle: code };
  });
  const { timeZone, machineTimeZone, hosts, files, plugins } = stack;
  const content = { format, timeZone, machineTimeZone, hosts, modules, files, plugins };
  const text = JSON.stringify(content);
  return { id: sha256(text), text, bundles };
};

/** Reads a generation's text. @throws ZodError, SyntaxError where it is none of this version's */
export const readGeneration = (text: string): GenerationContent => contentSchema.parse(JSON.parse(text));
