import { createTransport, type Transporter } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import { DeliveryError, defineListener, type Event, eventTemplate, type Listener, type ListenerContext } from 'tocsin';
import { failureOf, isPermanent } from './email/failure.js';
import { composeMail, type Mail } from './email/mail.js';
import { type EmailOptions, isLoopback, options } from './email/options.js';

type Transport = Transporter<SMTPTransport.SentMessageInfo>;

const usualPorts = { starttls: 587, tls: 465, 'if-offered': 587, off: 25 } as const;

const transportOf = (given: EmailOptions, { log }: ListenerContext): Transport => {
  const { host, security, user, password, ca, timeout, port = usualPorts[security] } = given;
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'off',
    ...(user === undefined ? {} : { auth: { user, pass: password?.read(log) ?? '' }, forceAuth: true }),
    tls: { ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' },
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
};

class Email implements Listener {
  readonly gathering: Listener['gathering'];
  readonly #options: EmailOptions;
  readonly #context: ListenerContext;
  readonly #server: string;
  readonly #compose: (events: readonly Event[]) => Mail;
  #transport: Transport;
  /** Who has yet to get a mail that others have: its Message-ID, and their addresses. */
  #partly: { readonly messageId: string; readonly to: readonly string[] } | undefined;

  constructor(given: EmailOptions, context: ListenerContext) {
    this.#options = given;
    this.#context = context;
    this.#transport = transportOf(given, context);
    const { host, security, from, most, wait, every } = given;
    this.#server = `the mail server ${host}`;
    const subject = eventTemplate(given.subject);
    const domain = from.address.slice(from.address.indexOf('@') + 1);
    this.#compose = (events) => composeMail(events, subject, domain);
    this.gathering = { most, waitMs: wait, everyMs: every, deliver: (events) => this.#send(events) };
    if (security !== 'starttls' && security !== 'tls' && !isLoopback(host)) {
      const how = security === 'off' ? 'go' : 'may go';
      context.log.warn(
        `${context.name}: mails ${how} to ${host} unencrypted; security: starttls or tls would be right`,
      );
    }
  }

  handle(event: Event): Promise<void> {
    return this.#send([event]);
  }

  /** The password may have been renewed. */
  async reopen(): Promise<void> {
    const renewed = transportOf(this.#options, this.#context);
    this.#transport.close();
    this.#transport = renewed;
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  async #send(events: readonly Event[]): Promise<void> {
    const mail = this.#composed(events);
    const all = this.#options.to.map(({ address }) => address);
    const left = this.#partly?.messageId === mail.messageId ? this.#partly.to : undefined;
    const refused = await this.#sendTo(left ?? all, mail, left !== undefined);
    const later = refused.filter(({ permanent }) => !permanent).map(({ address }) => address);
    const never = refused.filter(({ permanent }) => permanent).map(({ address }) => address);
    if (never.length > 0) {
      this.#context.metrics.count('recipients_refused', never.length);
      this.#context.log.warn(`${this.#server} refuses the recipient ${never.join(', ')}; the others have the mail`);
    }
    this.#partly = later.length === 0 ? undefined : { messageId: mail.messageId, to: later };
    if (later.length === 0) return;
    throw new DeliveryError(`${this.#server} does not take mail for ${later.join(', ')} now; the others have it`, {
      retryable: true,
    });
  }

  #composed(events: readonly Event[]): Mail {
    try {
      return this.#compose(events);
    } catch (cause) {
      const what = events.map(({ id }) => id).join(', ');
      throw new DeliveryError(`cannot make a mail of event ${what}: ${String(cause)}`, { retryable: false, cause });
    }
  }

  /** Sends a mail; gives who of those it is for was refused. @throws DeliveryError where nobody took it */
  async #sendTo(
    to: readonly string[],
    mail: Mail,
    others: boolean,
  ): Promise<{ address: string; permanent: boolean }[]> {
    const { from, to: named, timeout } = this.#options;
    const signal = AbortSignal.timeout(timeout);
    try {
      const { rejected, rejectedErrors = [] } = await this.#transport.sendMail({
        ...mail,
        from: { ...from },
        to: named.map((one) => ({ ...one })),
        envelope: { from: from.address, to: [...to] },
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
      return rejected.map((address, index) => ({
        address,
        permanent: isPermanent(rejectedErrors[index]?.responseCode),
      }));
    } catch (thrown) {
      const failure = signal.aborted
        ? new DeliveryError(`${this.#server} took no mail within ${timeout} ms`, { retryable: true, cause: thrown })
        : failureOf(thrown, this.#server);
      // What others have already is delivered, though the rest of them is refused.
      if (others && !failure.retryable) return to.map((address) => ({ address, permanent: true }));
      throw failure;
    }
  }
}

/** Sends events as mail: the first soon, more of them together. */
export default defineListener({
  name: 'email',
  description: 'Events as mail over SMTP, many in one',
  options,
  create: (given, context) => new Email(given, context),
});
