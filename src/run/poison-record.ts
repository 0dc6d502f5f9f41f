import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../fault.js';

const seq = z.number().int().nonnegative();
const schema = z.object({
  version: z.literal(1),
  suspects: z.array(z.object({ first: seq, last: seq, deaths: z.number().int().positive() })),
  aside: z.array(z.object({ seq, by: z.string(), reason: z.string(), kept: z.boolean() })),
  off: z.array(z.object({ name: z.string(), from: seq, until: seq.optional(), reason: z.string() })),
});

/** What is known of entries that ended the core: suspects, and what was decided. `kept`: its bytes are in `poison.jsonl`. */
export type PoisonRecord = z.infer<typeof schema>;

/** Nothing is known. */
export const emptyRecord: PoisonRecord = { version: 1, suspects: [], aside: [], off: [] };

/** `poison.json` of a data directory, or what is wrong with it. Rejects where it cannot be read. */
export const readPoisonRecord = async (path: string): Promise<PoisonRecord | { readonly damage: string }> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return emptyRecord;
    throw new Error(`cannot read ${path}: ${messageOf(cause)}; a file, or none, would be right`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    return { damage: messageOf(cause).replaceAll(/\s+/gu, ' ').slice(0, 200) };
  }
};

/** Replaces `poison.json`; resolves when it is safe on disk. Rejects where it cannot be written. */
export const writePoisonRecord = async (path: string, record: PoisonRecord): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
};
