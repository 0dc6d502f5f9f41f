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

const shortestHidden = 4;

/**
 * A text in which nothing of the secrets is left: a receiver may repeat what it was sent, in quotes or encoded, so
 * each of their words is hidden too.
 */
const hideSecrets = (text: string, secrets: readonly string[]): string => {
  const words = secrets.flatMap((secret) => secret.split(/[^\w-]+/u)).filter(({ length }) => length >= shortestHidden);
  const hidden = [...secrets, ...words].filter(({ length }) => length > 1).sort((a, b) => b.length - a.length);
  return hidden.reduce((left, one) => left.replaceAll(one, '…'), text);
};

/** What an answer is judged by. */
interface Asked {
  /** Who answered, as it may be shown. */
  readonly to: string;
  /** What was sent and must not be shown. */
  readonly secrets: readonly string[];
  /** ms since epoch */
  readonly now: number;
}

/** The failure an answer is, if it is one: 408, 425, 429 and 5xx may yet succeed, redirects are not followed. */
export const failureOf = (answer: Answer, { to, secrets, now }: Asked): DeliveryError | undefined => {
  const { status, retryAfter, text } = answer;
  if (status >= 200 && status < 300) return undefined;
  const said = escapeControls(hideSecrets(text, secrets).slice(0, longestShown));
  const redirects =
    status >= 300 && status < 400 ? '; redirects are not followed, the final address would be right' : '';
  const message = `${to} answers ${status}, 2xx would be right${redirects}${said === '' ? '' : `: ${said}`}`;
  const again = retryable(status);
  return new DeliveryError(message, {
    retryable: again,
    ...(again ? { retryAfterMs: retryAfterMs(retryAfter, now) } : {}),
  });
};
