/** Why a source gave no answer; each is counted under its name. */
export type FailureReason =
  | 'unreachable'
  | 'timeout'
  | 'redirect'
  | 'status'
  | 'too-large'
  | 'malformed'
  | 'unreadable'
  | 'queue-full'
  | 'waited-too-long';

/** No answer: why, and in words for the operator. */
export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

/** What a source says of one term: texts, none where it knows nothing; or why it said nothing. */
export type Outcome = { readonly results: readonly string[] } | Failure;

/** What is asked about. */
export interface Term {
  readonly address: string;
  /** Absent for intel. */
  readonly port?: string;
}
