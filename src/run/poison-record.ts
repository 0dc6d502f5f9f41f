import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../fault.js';
import type { Log } from '../module.js';

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

/** Reads `poison.json`; one that is damaged is set aside and said. Rejects where it cannot be read. */
export const readPoisonRecord = async (path: string, log: Log): Promise<PoisonRecord> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return emptyRecord;
    throw cause;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    await rename(path, `${path}.damaged`);
    const seen = messageOf(cause).replaceAll(/\s+/gu, ' ').slice(0, 200);
    log.error(`${path} is damaged (${seen}): kept as poison.json.damaged; what it set aside is worked on again`);
    return emptyRecord;
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
