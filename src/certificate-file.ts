import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { messageOf } from './fault.js';
import { readRegularFile } from './read-regular-file.js';

/** zod schema of a file of certificates (PEM) in options, from the working directory on. Gives its bytes. */
export const certificateFile = z
  .string()
  .min(1)
  .transform((path, context): Buffer => {
    try {
      const ca = readRegularFile(path);
      createSecureContext({ ca });
      if (ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
    } catch (cause) {
      context.addIssue({ code: 'custom', message: `${path} cannot be read: ${messageOf(cause)}` });
      return z.NEVER;
    }
    context.addIssue({ code: 'custom', message: `${path} holds no certificate; certificates as PEM would be right` });
    return z.NEVER;
  });
