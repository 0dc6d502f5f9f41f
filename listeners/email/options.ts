import { certificateFile, duration, eventTemplate, secret } from 'tocsin';
import { z } from 'zod';

const plainAddress = String.raw`[^\s<>@,;:"()\\]{1,64}@[^\s<>@,;:"()\\]{1,253}`;
const addressForms = new RegExp(String.raw`^(?:(${plainAddress})|([^<>"\\\p{Cc}]{0,100})<(${plainAddress})>)$`, 'u');

const address = z.string().transform((text, context): { readonly name: string; readonly address: string } => {
  const [, bare, name = '', inBrackets] = addressForms.exec(text) ?? [];
  const found = bare ?? inBrackets;
  if (found !== undefined) return { name: name.trim(), address: found };
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text.slice(0, 100))} is no address; name@example.net or Name <name@example.net> would be right`,
  });
  return z.NEVER;
});

const addresses = z.union([address.transform((one) => [one]), z.array(address).min(1).max(50)]);

const subject = z
  .string()
  .max(1000)
  .superRefine((source, context) => {
    try {
      eventTemplate(source);
    } catch (cause) {
      const reason = String(cause instanceof Error ? cause.message : cause).replaceAll(/\s+/gu, ' ');
      context.addIssue({ code: 'custom', message: `${reason}; a nunjucks template would be right` });
    }
  });

const upTo = (longest: '1h' | '1d') => {
  const ms = longest === '1h' ? 3_600_000 : 86_400_000;
  return duration.refine((given) => given <= ms, `longer than ${longest}; at most ${longest} would be right`);
};

/** Whether what is sent to this host does not leave this machine. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/u.test(host);

/** Options of the email listener. */
export const options = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/u)
      .describe('The SMTP server'),
    port: z.int().min(1).max(65_535).optional().describe('Its port; else 587, with `security: tls` 465, with `off` 25'),
    security: z
      .enum(['starttls', 'tls', 'if-offered', 'off'])
      .default('starttls')
      .describe('`starttls`: TLS or no mail; `tls` from the first byte on; `if-offered`; `off`'),
    ca: certificateFile.optional().describe('A file of certificates (PEM) that are trusted instead of the usual ones'),
    user: z.string().min(1).max(500).optional().describe('Who logs in'),
    password: secret.optional().describe('The password, as `{ file }` or `{ env }`'),
    from: address.describe('The sender'),
    to: addresses.describe('Who gets the mails: one address or a list'),
    subject: subject
      .default('[tocsin] {{ severity }}: {{ summary }}{% if more %} and {{ more }} more{% endif %}')
      .describe('A template over the most severe event and `more`, how many others the mail has'),
    wait: upTo('1d').prefault('5s').describe('How long a first event waits for others'),
    every: upTo('1d').prefault('1m').describe('Least time between two mails, unless there are `most` events'),
    most: z.int().min(1).max(500).default(100).describe('How many events a mail has at most'),
    timeout: upTo('1h').prefault('30s').describe('How long sending a mail may take'),
  })
  .superRefine(({ host, security, user, password }, context) => {
    const fault = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (user === undefined && password !== undefined)
      fault('user', 'there is a password and no user; both or none would be right');
    if (user !== undefined && password === undefined)
      fault('password', 'there is a user and no password; both or none would be right');
    const plain = security === 'off' || security === 'if-offered';
    if (password !== undefined && plain && !isLoopback(host)) {
      fault('security', `the password would go unencrypted to ${host}; starttls or tls would be right`);
    }
  });

/** Options as the listener gets them. */
export type EmailOptions = z.output<typeof options>;
