import { DeliveryError, escapeControls } from 'tocsin';

/** What nodemailer tells of a failure, as far as it is looked at. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Those that are about this mail; all others are about the server, the connection or the login. */
const aboutMail = new Set(['EENVELOPE', 'EMESSAGE']);
const longestShown = 300;
/** A login that is refused again and again may lock the account. */
const afterRefusedLoginMs = 60_000;

/** Whether a reply of the server is its last word (RFC 5321 §4.2.1). */
export const isPermanent = (responseCode: number | undefined): boolean =>
  responseCode === undefined || responseCode >= 500;

/** A failure to send a mail: for good where the server refuses the mail itself with 5xx, else to be tried again. */
export const failureOf = (thrown: unknown, server: string): DeliveryError => {
  const { code = '', responseCode, message } = thrown as SmtpError;
  if (code === 'EAUTH') {
    // The reply is not shown: it may repeat what was sent.
    const reply = responseCode === undefined ? '' : ` (${responseCode})`;
    return new DeliveryError(`${server} refuses the login${reply}; the right user and password would be right`, {
      retryable: true,
      retryAfterMs: afterRefusedLoginMs,
    });
  }
  const said = escapeControls(message.slice(0, longestShown));
  const forGood = aboutMail.has(code) && isPermanent(responseCode);
  return new DeliveryError(`${server} ${forGood ? 'refuses a mail' : 'took no mail'}: ${said}`, {
    retryable: !forGood,
    cause: thrown,
  });
};
