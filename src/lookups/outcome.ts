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

/** Reads `address` or `address port`. */
export const readTerm = (text: string): Term => {
  const [address = '', port] = text.split(' ');
  return port === undefined ? { address } : { address, port };
};

/** As alarms show a term: `address`, or `address:port`, an IPv6 address then in brackets (RFC 5952 §6). */
export const shownTerm = (text: string): string => {
  const { address, port } = readTerm(text);
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
};
