import { certificateFile, duration, eventTemplate, Secret, secret } from 'tocsin';
import { z } from 'zod';

/** What the addressee is, or what is wrong with it; nothing behind the host is ever shown. */
export const readUrl = (text: string): { readonly url: URL } | { readonly fault: string } => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/u.test(url.protocol)) {
    return { fault: 'it is no http or https address; https://host/path would be right' };
  }
  if (url.username !== '' || url.password !== '') {
    return { fault: 'an address with a password; headers: { authorization: { file: … } } would be right' };
  }
  return { url };
};

/** An address that is no secret. */
class LiteralUrl {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  read(): string {
    return this.#text;
  }
}

const url = z.union([z.string().transform((text) => new LiteralUrl(text)), secret]).superRefine((given, context) => {
  const read = readUrl(given.read());
  if ('fault' in read) context.addIssue({ code: 'custom', message: read.fault });
});

const ours =
  /^(?:host|connection|content-length|content-type|transfer-encoding|expect|upgrade|idempotency-key|webhook-.*)$/iu;
const secretNames = /auth|cookie|token|secret|password|api-?key/iu;

/** What a header cannot hold is said by no part of it: it may be a secret. */
export const headerTextFault = (name: string, text: string): string | undefined =>
  /^[\u0020-\u007e]*$/u.test(text) ? undefined : `the header ${name} holds more than plain ASCII text`;

const headerFault = (name: string, value: string | Secret): string | undefined => {
  if (!/^[A-Za-z0-9-]{1,100}$/u.test(name)) return `${JSON.stringify(name)} is no name of a header`;
  if (ours.test(name)) return `the header ${name} is set by tocsin (contentType, secret); another one would be right`;
  if (typeof value !== 'string') return headerTextFault(name, value.read());
  if (secretNames.test(name))
    return `the header ${name} is a secret; { file: <path> } or { env: <name of a variable> } would be right`;
  if (value.length > 1000) return `the header ${name} is longer than 1000 characters`;
  return headerTextFault(name, value);
};

const headers = z.record(z.string(), z.union([z.string(), secret])).superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const fault = headerFault(name, value);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [name], message: fault });
  }
});

/** Every template in a body, with where it stands. */
const templatesIn = (value: unknown, path: readonly (string | number)[] = []): [(string | number)[], string][] => {
  if (typeof value === 'string') return [[[...path], value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => templatesIn(item, [...path, key]));
};

const body = z.union([z.string(), z.record(z.string(), z.json())]).superRefine((given, context) => {
  for (const [path, source] of templatesIn(given)) {
    try {
      eventTemplate(source);
    } catch (cause) {
      const reason = String(cause instanceof Error ? cause.message : cause).replaceAll(/\s+/gu, ' ');
      context.addIssue({ code: 'custom', path, message: `${reason}; a nunjucks template would be right` });
    }
  }
});

const upToAnHour = [(ms: number) => ms <= 3_600_000, 'longer than 1h; at most 1h would be right'] as const;

/** Options of the webhook listener. */
export const options = z
  .strictObject({
    url: url.describe('Where events are sent; `{ file }` or `{ env }` where the address itself is a secret'),
    method: z.enum(['POST', 'PUT']).default('POST').describe('The HTTP method'),
    headers: headers.prefault({}).describe('Further headers; secret ones as `{ file }` or `{ env }`'),
    body: body.optional().describe('An object whose texts are templates, sent as JSON, or one template, sent as text'),
    contentType: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/u)
      .optional()
      .describe('The Content-Type; else application/json, or text/plain where the body is a text'),
    secret: secret.optional().describe('Signs each request, as `{ file }` or `{ env }`'),
    batch: z.int().min(1).max(100).default(1).describe('How many events go in one request, as a JSON array, from 2 on'),
    timeout: duration
      .refine(...upToAnHour)
      .prefault('10s')
      .describe('How long a request may take'),
    ca: certificateFile.optional().describe('A file of certificates (PEM) that are trusted instead of the usual ones'),
  })
  .superRefine(({ body: given, contentType, batch }, context) => {
    if (typeof given !== 'string') return;
    if (batch > 1)
      context.addIssue({
        code: 'custom',
        path: ['batch'],
        message: 'a text body holds one event; batch: 1, or an object as body, would be right',
      });
    if (contentType?.includes('json') === true) {
      context.addIssue({
        code: 'custom',
        path: ['body'],
        message:
          'a text cannot be kept from breaking out of JSON; an object, whose texts are templates, would be right',
      });
    }
  });

/** Options as the listener gets them. */
export type WebhookOptions = z.output<typeof options>;
