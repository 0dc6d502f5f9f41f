import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** The key in a secret: the bytes behind `whsec_`, which are base64, or the text itself. */
export const keyOf = (secret: string): Buffer =>
  secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');

/** The headers of a signed request: HMAC-SHA256 over id, time (s since the epoch) and body, as Standard Webhooks has it. */
export const signatureHeaders = (
  key: Buffer,
  { id, time, body }: { readonly id: string; readonly time: number; readonly body: Buffer },
): Record<string, string> => {
  const signature = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': `v1,${signature}` };
};
