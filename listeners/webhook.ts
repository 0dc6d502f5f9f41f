import { DeliveryError, defineListener, type Event, type Listener, type ListenerContext, Secret } from 'tocsin';
import { type Body, bodyMaker } from './webhook/body.js';
import { HttpClient } from './webhook/http-client.js';
import { headerTextFault, options, readUrl, type WebhookOptions } from './webhook/options.js';
import { keyOf, signatureHeaders } from './webhook/signature.js';
import { failureOf } from './webhook/verdict.js';

/** What requests are made with; read again when files are reopened. */
interface Credentials {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: Buffer | undefined;
  /** What of it is sent and must not be shown, though a receiver repeats it. */
  readonly secrets: readonly string[];
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

const readCredentials = (given: WebhookOptions, { log }: ListenerContext): Credentials => {
  const read = readUrl(given.url.read(log));
  if ('fault' in read) throw new Error(`url: ${read.fault}`);
  const headers: Record<string, string> = {};
  const secrets = given.url instanceof Secret ? [`${read.url.pathname}${read.url.search}`] : [];
  for (const [name, value] of Object.entries(given.headers)) {
    const text = value instanceof Secret ? value.read(log) : value;
    const fault = headerTextFault(name, text);
    if (fault !== undefined) throw new Error(fault);
    headers[name.toLowerCase()] = text;
    if (value instanceof Secret) secrets.push(text);
  }
  const key = given.secret === undefined ? undefined : keyOf(given.secret.read(log));
  return { url: read.url, headers, key, secrets };
};

/** The same for every attempt. Two installations, or one begun anew, number alike: the time tells their events apart. */
const keyOfEvents = (events: readonly Event[]): string => {
  const first = events[0];
  const more = events.length > 1 ? `-and-${events.length - 1}` : '';
  return first === undefined ? '' : `${first.id}-${first.time}${more}`;
};

class Webhook implements Listener {
  readonly gathering: Listener['gathering'];
  readonly #options: WebhookOptions;
  readonly #context: ListenerContext;
  readonly #client: HttpClient;
  readonly #makeBody: (events: readonly Event[]) => Body;
  #credentials: Credentials;

  constructor(given: WebhookOptions, context: ListenerContext) {
    this.#options = given;
    this.#context = context;
    this.#credentials = readCredentials(given, context);
    this.#client = new HttpClient({ timeoutMs: given.timeout, ca: given.ca });
    this.#makeBody = bodyMaker(given);
    const deliver = (events: readonly Event[]): Promise<void> => this.#send(events);
    if (given.batch > 1) this.gathering = { most: given.batch, waitMs: 0, everyMs: 0, deliver };
    this.#warnOfPlainHttp();
  }

  handle(event: Event): Promise<void> {
    return this.#send([event]);
  }

  /** Secrets may have been renewed. */
  async reopen(): Promise<void> {
    this.#credentials = readCredentials(this.#options, this.#context);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #send(events: readonly Event[]): Promise<void> {
    const { bytes: body, contentType } = this.#bodyOf(events);
    const { url, key, secrets, headers: own } = this.#credentials;
    const id = keyOfEvents(events);
    const signed = key && signatureHeaders(key, { id, time: Math.floor(Date.now() / 1000), body });
    const headers = { 'user-agent': 'tocsin', ...own, 'content-type': contentType, 'idempotency-key': id, ...signed };
    const answer = await this.#client.send({ url, method: this.#options.method, headers, body });
    const failure = failureOf(answer, { to: url.origin, secrets, now: Date.now() });
    if (failure !== undefined) throw failure;
  }

  #bodyOf(events: readonly Event[]): Body {
    try {
      return this.#makeBody(events);
    } catch (cause) {
      const what = events.map(({ id }) => id).join(', ');
      throw new DeliveryError(`cannot make a request of event ${what}: ${String(cause)}`, { retryable: false, cause });
    }
  }

  #warnOfPlainHttp(): void {
    const { url } = this.#credentials;
    if (url.protocol === 'https:' || loopback.test(url.hostname)) return;
    const { url: given, headers, secret } = this.#options;
    const secrets = [given, secret, ...Object.values(headers)].some((value) => value instanceof Secret);
    const what = secrets ? 'events, and what its secrets are for,' : 'events';
    this.#context.log.warn(`${this.#context.name}: ${what} go to ${url.origin} unencrypted; https would be right`);
  }
}

/** Sends events to an HTTP address: signed, retried by status, at least once. */
export default defineListener({
  name: 'webhook',
  description: 'Events to an HTTP address, as JSON or from a template, signed',
  options,
  create: (given, context) => new Webhook(given, context),
});
