import { DeliveryError, escapeControls } from 'tocsin';

/** What a receiver answered: the beginning of it. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const retryable = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;
const longestShown = 200;

/** How long a receiver asks to be left alone, ms: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3). */
const retryAfterMs = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/u.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
};

/** The failure an answer is, if it is one: 408, 425, 429 and 5xx may yet succeed, redirects are not followed. */
export const failureOf = (answer: Answer, to: string, now: number): DeliveryError | undefined => {
  const { status, retryAfter, text } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = escapeControls(text.slice(0, longestShown));
  const redirects =
    status >= 300 && status < 400 ? '; redirects are not followed, the final address would be right' : '';
  const message = `${to} answers ${status}, 2xx would be right${redirects}${said === '' ? '' : `: ${said}`}`;
  const again = retryable(status);
  return new DeliveryError(message, {
    retryable: again,
    ...(again ? { retryAfterMs: retryAfterMs(retryAfter, now) } : {}),
  });
};
