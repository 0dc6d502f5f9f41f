import { readAttempt, readGivenUp, readInvalidUser, readNotAllowed, readRootRefused } from './attempt-line.js';
import {
  readAccessDenied,
  readBadVersion,
  readDisconnecting,
  readPeerAfter,
  readPeerBeforeReason,
  readPeerLast,
  readTimeout,
} from './end-line.js';
import { newLine, otherLine, type SshdLine } from './line.js';
import { readPamError, readPamModule } from './pam-line.js';

type Reader = (text: string) => SshdLine | undefined;

const other: Reader = () => otherLine;

const readClosed = readPeerLast('Connection closed by ');
const readReset = readPeerLast('Connection reset by ');

/** Readers by the first word of a line, so that each line is looked at by one. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['Accepted', readAttempt('accepted')],
  ['Failed', readAttempt('failed')],
  ['Postponed', readAttempt('named')],
  ['Partial', readAttempt('named')],
  ['Invalid', readInvalidUser],
  ['Illegal', readInvalidUser],
  ['User', readNotAllowed],
  ['ROOT', readRootRefused],
  ['maximum', readGivenUp],
  ['PAM:', readPamError],
  ['PAM', other],
  ['Connection', (text) => (text.startsWith('Connection reset') ? readReset(text) : readClosed(text))],
  ['Disconnected', readPeerLast('Disconnected from ')],
  ['Disconnecting', readDisconnecting],
  ['Disconnecting:', readDisconnecting],
  ['Received', readPeerAfter('Received disconnect from ')],
  ['Closing', readPeerAfter('Closing connection to ')],
  ['Timeout', readTimeout],
  ['Timeout,', readTimeout],
  ['Read', readPeerBeforeReason],
  ['ssh_dispatch_run_fatal:', readPeerBeforeReason],
  ['Did', readPeerAfter('Did not receive identification string from ')],
  ['Bad', readBadVersion],
  ['Unable', readPeerAfter('Unable to negotiate with ')],
  ['banner', readPeerAfter('banner exchange: Connection from ')],
  ['Access', readAccessDenied],
  ['kex_exchange_identification:', other],
  ['reverse', other],
  ['Address', other],
  ['drop', other],
  ['srclimit_penalise:', other],
  ['beginning', other],
  ['exited', other],
  ['refused', other],
  ['input_userauth_request:', other],
  ['Server', other],
  ['Starting', other],
  ['Close', other],
  ['Transferred:', other],
  ['debug1:', other],
  ['debug2:', other],
  ['debug3:', other],
]);

const preauth = ' [preauth]';
const error = 'error: ';
const fatal = 'fatal: ';

const readPlain = (message: string): SshdLine | undefined => {
  let text = message.charCodeAt(message.length - 1) > 32 ? message : message.trimEnd();
  if (text.endsWith(preauth)) text = text.slice(0, -preauth.length);
  if (text.startsWith('pam_')) return readPamModule(text);
  const isFatal = text.startsWith(fatal);
  if (isFatal) text = text.slice(fatal.length);
  else if (text.startsWith(error)) text = text.slice(error.length);
  const space = text.indexOf(' ');
  const line = readers.get(space < 0 ? text : text.slice(0, space))?.(text);
  // The process is gone after it, whatever it says.
  return isFatal && line?.kind !== 'ended' ? newLine('ended') : line;
};

const repeated = 'message repeated ';
const timesWord = ' times: [';

/** What a line of `sshd`, `sshd-session` or `sshd-auth` says; undefined where it is none that is known. Linear in its length. */
export const readSshdLine = (message: string): SshdLine | undefined => {
  if (!message.startsWith(repeated)) return readPlain(message);
  const digitsEnd = message.indexOf(timesWord);
  const digits = message.slice(repeated.length, digitsEnd < 0 ? 0 : digitsEnd);
  const end = message.lastIndexOf(']');
  if (!/^[0-9]{1,9}$/.test(digits) || end < digitsEnd + timesWord.length) return undefined;
  const line = readPlain(message.slice(digitsEnd + timesWord.length, end).trimStart());
  return line === undefined ? undefined : { ...line, times: Math.max(1, Number(digits)) };
};
