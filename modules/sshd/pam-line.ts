import { readUserFrom } from './attempt-line.js';
import { type SshdLine, otherLine, sshdLine } from './line.js';
import { addrEnd } from './peer.js';

const rhost = ' rhost=';
const userWord = ' user=';

/** Reads what a PAM module says itself, `pam_unix(sshd:auth): authentication failure; … rhost=%A  [user=%U]` and the like. */
export const readPamModule = (text: string): SshdLine => {
  const open = text.indexOf('(');
  if (open < 0 || open > 64 || !text.startsWith('(sshd:', open)) return otherLine;
  if (text.startsWith('session): session opened for user ', open + 6)) return sshdLine('opened');
  if (text.startsWith('session): session closed for user ', open + 6)) return sshdLine('ended');
  if (!text.startsWith('auth): authentication failure;', open + 6)) return otherLine;
  // The user is the peer's own word and stands last; the host stands before it.
  const hostAt = text.indexOf(rhost);
  if (hostAt < 0) return sshdLine('pam-failure', { method: text.slice(0, open) });
  const end = addrEnd(text, hostAt + rhost.length);
  const userAt = text.indexOf(userWord, end);
  return sshdLine('pam-failure', {
    method: text.slice(0, open),
    addr: text.slice(hostAt + rhost.length, end),
    user: userAt < 0 ? '' : text.slice(userAt + userWord.length),
  });
};

const service = 'service for ';

/** Reads `PAM: TEXT for [illegal user |invalid user ]%U from %A[ port %P]`; other lines of sshd about PAM are summaries. */
export const readPamError = (text: string): SshdLine => {
  if (!text.startsWith('PAM: ')) return otherLine;
  let start = text.indexOf(' for ') + 5;
  if (start < 5) return otherLine;
  // "Have exhausted maximum number of retries for service" is one of the texts.
  if (text.startsWith(service, start)) start += service.length;
  const invalidUser = text.startsWith('illegal user ', start) || text.startsWith('invalid user ', start);
  const parts = readUserFrom(text, invalidUser ? start + 13 : start);
  return parts === undefined ? otherLine : sshdLine('pam-error', { ...parts, invalidUser });
};
