/** What went wrong with the journal, an outbox, a checkpoint or the data directory. */
export type JournalErrorCode =
  | 'write-failed'
  | 'sync-failed'
  | 'read-failed'
  | 'damaged'
  | 'out-of-order'
  | 'not-a-block'
  | 'unknown-version'
  | 'not-loaded'
  | 'closed'
  | 'locked';

/** A broken promise of the storage; `code` says which, `systemCode` what the operating system said (`ENOSPC`, `EIO`, …). */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: JournalErrorCode;
  readonly systemCode: string | undefined;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.systemCode = systemCodeOf(cause);
  }
}

/** The operating system's code of an error (`ENOSPC`), or undefined where there is none. */
export const systemCodeOf = (error: unknown): string | undefined => {
  if (error instanceof JournalError) return error.systemCode;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
};
