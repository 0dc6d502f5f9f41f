import type { AppendFile } from './append-file.js';
import { ChangeReader, recordKinds } from './checkpoint-format.js';
import type { FoundCommit } from './checkpoint-read.js';
import { readRecords } from './checkpoint-records.js';
import { CheckpointTransaction } from './checkpoint-transaction.js';
import type { FileLayer } from './file-layer.js';
import { JournalError } from './journal-error.js';
import type { LiveEntries } from './live-entries.js';

/** What is copied: a generation's file up to its last commit, of which only what holds. */
export interface CompactionSource {
  readonly path: string;
  readonly size: number;
  readonly live: LiveEntries;
  readonly commit: FoundCommit;
}

/**
 * Copies what holds of one generation into the next as one transaction with the same position, a record at a time.
 * `cancelled` is asked between records. @throws JournalError `damaged` where not every entry is found again; `closed` where cancelled
 */
export const copyLiveEntries = async (options: {
  readonly fs: FileLayer;
  readonly from: CompactionSource;
  readonly to: AppendFile;
  readonly cancelled: () => boolean;
}): Promise<void> => {
  const { fs, from, to, cancelled } = options;
  const { path, size, live, commit } = from;
  const transaction = await CheckpointTransaction.begin(to, commit.transaction);
  const file = await fs.open(path, 'read');
  let copied = 0;
  try {
    for await (const { head, bytes } of readRecords(file, size)) {
      if (cancelled()) throw new JournalError('closed', `gave up compacting ${path}: the checkpoint is being closed`);
      if (head.kind === recordKinds.changes) copied += await copyRecord(bytes, live, transaction);
    }
  } finally {
    await file.close();
  }
  if (copied !== live.size) {
    throw new JournalError(
      'damaged',
      `cannot compact ${path}: ${copied} of ${live.size} entries can be read again; an earlier commit would be used after a restart`,
    );
  }
  await transaction.commit(commit.position, commit.extra);
};

const copyRecord = async (bytes: Buffer, live: LiveEntries, transaction: CheckpointTransaction): Promise<number> => {
  let copied = 0;
  const entries = new ChangeReader(bytes);
  while (entries.next()) {
    if (!entries.isPut || !live.has(entries.module, entries.key, entries.number)) continue;
    const length = entries.end - entries.start;
    if (!transaction.hasRoomFor(length)) await transaction.flush(length);
    transaction.addEncoded(bytes.subarray(entries.start, entries.end));
    copied += 1;
  }
  return copied;
};
