/**
 * What a line of sshd means to somebody who follows connections (sshd.md, "Lines sshd writes"):
 *
 * - `accepted`, `failed`: an authentication attempt and its result;
 * - `named`: an attempt that is no failure (`Postponed`, `Partial`, method `none`): it only says who the peer is;
 * - `refused`: an attempt is turned down before it is tried (no such user, not allowed, root); its `Failed` line may follow;
 * - `pam-error`, `pam-failure`: an attempt as PAM tells of it, once more before its `Failed` line;
 * - `given-up`: too many failures; not a further one;
 * - `opened`: the session begins;
 * - `ended`: the connection is over;
 * - `other`: known, and nothing to a connection (probes, throttling, summaries, DNS, debug).
 */
export type SshdLineKind =
  | 'accepted'
  | 'failed'
  | 'named'
  | 'refused'
  | 'pam-error'
  | 'pam-failure'
  | 'given-up'
  | 'opened'
  | 'ended'
  | 'other';

/** One line of sshd, read. Text is as sshd wrote it; what the line does not say is `''`, port 0, or false. */
export interface SshdLine {
  readonly kind: SshdLineKind;
  /** As the peer sent it: anything may stand in it. At most `userLimit` characters. */
  readonly user: string;
  /** Address, or the host name where sshd writes one (`UseDNS yes`). */
  readonly addr: string;
  readonly port: number;
  /** Method and submethod of an attempt, `keyboard-interactive/pam`; of a PAM line the PAM module, `pam_unix`. */
  readonly method: string;
  /** Key type and fingerprint, or what else stands behind `ssh2: `. */
  readonly key: string;
  /** sshd says that the user does not exist (or may not log in, which it calls the same). */
  readonly invalidUser: boolean;
  /** The connection ended because its attempts failed, so there was at least one. */
  readonly tooMany: boolean;
  /** The process the line is about, where that is not the one that wrote it. */
  readonly pid: string;
  /** How many times it happened (`message repeated N times: […]`). */
  readonly times: number;
}

/** Longest user name kept; sshd itself writes at most 100 bytes of one. */
const userLimit = 256;

/** A line that is being read. */
export type OpenLine = { -readonly [K in keyof SshdLine]: SshdLine[K] };

/** A line of this kind that says nothing more yet. One shape for all, since one is made for every record. */
export const newLine = (kind: SshdLineKind): OpenLine => ({
  kind,
  user: '',
  addr: '',
  port: 0,
  method: '',
  key: '',
  invalidUser: false,
  tooMany: false,
  pid: '',
  times: 1,
});

/** The part of a text that is a user's name, cut to `userLimit`; empty where `end` is not behind `start`. */
export const userIn = (text: string, start: number, end: number): string =>
  end <= start ? '' : text.slice(start, Math.min(end, start + userLimit));

/** A line that nothing follows from. */
export const otherLine: SshdLine = newLine('other');
