import type { Connection } from './connection.js';
import type { SshdLine } from './line.js';

/**
 * Which attempt does a line tell of? sshd tells of one by up to four lines, in this order:
 *
 *     Invalid user … / User … not allowed …     at once for the connection: counted when it comes
 *     pam_unix(sshd:auth): authentication …     PAM's view: counted only if nothing else follows
 *     error: PAM: …                             counted, unless a refusal above was
 *     Failed …                                  counted, unless one above was
 */

const isInteractive = (method: string): boolean => method.startsWith('keyboard-interactive');

/** The attempt PAM told of last will not be told by sshd: how many failures that makes, 0 or 1. */
export const unanswered = (connection: Connection): number => {
  if (connection.pamModule === '') return 0;
  connection.pamModule = '';
  const told = connection.refused;
  connection.refused = false;
  return told ? 0 : 1;
};

/** How many new failures `pam_…(sshd:auth): authentication failure` makes: that of the attempt before, if only PAM told of it. */
const byPam = (connection: Connection, line: SshdLine): number => {
  // A second module of the same PAM stack speaks of the same attempt.
  if (connection.pamModule !== '' && connection.pamModule !== line.method) return 0;
  const before = unanswered(connection);
  connection.pamModule = line.method;
  return before + line.times - 1;
};

const byPamError = (connection: Connection, line: SshdLine): number => {
  const told = connection.refused ? 1 : 0;
  connection.refused = false;
  connection.pamModule = '';
  connection.pamError = true;
  return line.times - told;
};

const byFailed = (connection: Connection, line: SshdLine): number => {
  const interactive = isInteractive(line.method);
  const told = connection.refused || (connection.pamError && interactive) ? 1 : 0;
  connection.refused = false;
  connection.pamError = false;
  if (interactive || line.method.startsWith('password')) connection.pamModule = '';
  return line.times - told;
};

/** sshd gave up after too many failures: there was one, even where none was logged. */
const byGivenUp = (connection: Connection): number => {
  const before = unanswered(connection);
  connection.refused = false;
  return connection.failures + before === 0 ? 1 : before;
};

/** How many failures the line adds to those its connection has; notes in the connection what the next line may repeat. */
export const newFailures = (connection: Connection, line: SshdLine): number => {
  switch (line.kind) {
    case 'refused':
      connection.refused = true;
      return line.times;
    case 'pam-failure':
      return byPam(connection, line);
    case 'pam-error':
      return byPamError(connection, line);
    case 'failed':
      return byFailed(connection, line);
    case 'given-up':
      return byGivenUp(connection);
    case 'ended':
      return line.tooMany ? byGivenUp(connection) : unanswered(connection);
    default:
      return 0;
  }
};
