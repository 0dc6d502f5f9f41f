import { readUserFrom } from './attempt-line.js';
import { newLine, otherLine, type SshdLine, userIn } from './line.js';
import { addrEnd, addrIn } from './peer.js';

const rhost = ' rhost=';
/** PAM's names for sshd: builds of OpenSSH 9.8 and later may use that of the program. */
const services = ['(sshd:', '(sshd-session:', '(sshd-auth:'];
const userWord = ' user=';

/** Reads what a PAM module says itself, `pam_unix(sshd:auth): authentication failure; … rhost=%A  [user=%U]` and the like. */
export const readPamModule = (text: string): SshdLine => {
  const open = text.indexOf('(');
  const service = open < 0 || open > 64 ? undefined : services.find((name) => text.startsWith(name, open));
  if (service === undefined) return otherLine;
  const at = open + service.length;
  if (text.startsWith('session): session opened for user ', at)) return newLine('opened');
  if (text.startsWith('session): session closed for user ', at)) return newLine('ended');
  if (!text.startsWith('auth): authentication failure;', at)) return otherLine;
  const line = newLine('pam-failure');
  line.method = text.slice(0, open);
  // The user is the peer's own word and stands last; the host stands before it.
  const hostAt = text.indexOf(rhost);
  if (hostAt < 0) return line;
  const end = addrEnd(text, hostAt + rhost.length);
  line.addr = addrIn(text, hostAt + rhost.length, end);
  const userAt = text.indexOf(userWord, end);
  if (userAt >= 0) line.user = userIn(text, userAt + userWord.length, text.length);
  return line;
};

const retries = 'service for ';

/** Reads `PAM: TEXT for [illegal user |invalid user ]%U from %A[ port %P]`; other lines of sshd about PAM are summaries. */
export const readPamError = (text: string): SshdLine => {
  let start = text.indexOf(' for ') + ' for '.length;
  if (start < ' for '.length) return otherLine;
  // "Have exhausted maximum number of retries for service" is one of the texts.
  if (text.startsWith(retries, start)) start += retries.length;
  const line = newLine('pam-error');
  line.invalidUser = text.startsWith('illegal user ', start) || text.startsWith('invalid user ', start);
  return readUserFrom(line, text, line.invalidUser ? start + 'illegal user '.length : start) ?? otherLine;
};
