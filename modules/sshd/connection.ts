import { isAddress } from './peer.js';

/** What is known of one connection: plain JSON, kept over restarts. Unknown text is `''`, an unknown port 0. */
export interface Connection {
  readonly id: number;
  readonly host: string;
  addr: string;
  port: number;
  /** Processes that wrote lines about it, the newest last. */
  pids: string[];
  /** Record time of its last line, ms. */
  last: number;
  /** Stack time of its last line, ms, and its place in the order of last lines. */
  seen: number;
  order: number;
  /** The user last tried. */
  user: string;
  invalidUser: boolean;
  /** Failed and refused attempts, each once. */
  failures: number;
  /** Those of them that came before the address was known. */
  unplaced: number;
  /** The last failure was told by a refusal, whose own `Failed` line may still come. */
  refused: boolean;
  /** The last failure was told by `error: PAM: …`, which `Failed keyboard-interactive/pam` may tell once more. */
  pamError: boolean;
  /** PAM module that told of an attempt whose result sshd has not said yet; `''` for none. */
  pamModule: string;
  login: Login | null;
}

/** An authenticated session. */
export interface Login {
  readonly auth: string;
  readonly key: string;
  /** Record time, ms: of `session opened` where PAM says it, else of `Accepted`. */
  start: number;
  opened: boolean;
}

/** Where a line belongs, as far as it says. */
export interface Place {
  readonly host: string;
  readonly pid: string;
  readonly addr: string;
  readonly port: number;
  /** Record time, ms. */
  readonly time: number;
}

/** A connection of which nothing but its host is known. */
export const newConnection = (id: number, host: string): Connection => ({
  id,
  host,
  addr: '',
  port: 0,
  pids: [],
  last: 0,
  seen: 0,
  order: 0,
  user: '',
  invalidUser: false,
  failures: 0,
  unplaced: 0,
  refused: false,
  pamError: false,
  pamModule: '',
  login: null,
});

/** May the two be the same peer? A host name may stand in place of an address, so only two addresses can contradict. */
const mayBeSame = (a: string, b: string): boolean => a === b || a === '' || b === '' || isAddress(a) !== isAddress(b);

/** May a line at `place`, written by a process of this connection, belong to it? If not, the pid is used again. */
export const mayBelong = (connection: Readonly<Connection>, place: Place): boolean =>
  (connection.port === 0 || place.port === 0 || connection.port === place.port) &&
  mayBeSame(connection.addr, place.addr);

/** The address to keep of two for the same peer: a real one before a host name. */
export const betterAddr = (known: string, seen: string): string => {
  if (known === seen || seen === '') return known;
  return known === '' || (isAddress(seen) && !isAddress(known)) ? seen : known;
};

/** Takes over what a process told before it was clear that it belongs to `into`. */
export const joinInto = (into: Connection, from: Readonly<Connection>): void => {
  // What PAM said there has been told by sshd here, if anything has.
  if (into.failures === 0 && into.pamModule === '') into.pamModule = from.pamModule;
  into.failures += from.failures;
  into.unplaced += from.unplaced;
  into.invalidUser ||= from.invalidUser;
  into.refused ||= from.refused;
  into.pamError ||= from.pamError;
  if (into.user === '') into.user = from.user;
};
