import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { messageOf } from '../fault.js';
import { readRegularFile } from '../read-regular-file.js';
import { InputError } from './input.js';
import { errorCode } from './listen-error.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The server's certificate, followed by the intermediate ones. */
  readonly cert: string;
  /** Its private key, not encrypted. */
  readonly key: string;
  /** Certificates that client certificates must be signed by. Absent: clients need none. */
  readonly ca?: string | undefined;
}

/** Reads and checks the files. @throws InputError naming the file that is missing, unreadable, no PEM, or does not fit. */
export const loadTlsCredentials = (files: TlsFiles): SecureContextOptions => {
  const cert = readPem('certificate', files.cert);
  const key = readPem('private key', files.key);
  const ca = files.ca === undefined ? undefined : readPem('client CA', files.ca);
  const certificate = parse('certificate', files.cert, cert, (pem) => new X509Certificate(pem));
  const privateKey = parse('private key', files.key, key, (pem) => createPrivateKey(pem));
  if (files.ca !== undefined && ca !== undefined) parse('client CA', files.ca, ca, (pem) => new X509Certificate(pem));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new InputError(
      `cannot use TLS private key ${files.key}: it does not belong to certificate ${files.cert}; give the key the certificate was made for`,
    );
  }
  return { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' };
};

const readPem = (what: string, path: string): Buffer => {
  try {
    return readRegularFile(path);
  } catch (cause) {
    const reason = readFaults.get(errorCode(cause)) ?? messageOf(cause);
    throw new InputError(`cannot read TLS ${what} ${path}: ${reason}; give a PEM file that this user may read`, {
      cause,
    });
  }
};

const readFaults: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
]);

const parse = <T>(what: string, path: string, pem: Buffer, read: (pem: Buffer) => T): T => {
  try {
    return read(pem);
  } catch (cause) {
    const seen = pem.includes('ENCRYPTED') ? 'it is encrypted' : 'it has none in PEM form';
    throw new InputError(`cannot use TLS ${what} ${path}: ${seen}; give a PEM file with an unencrypted ${what}`, {
      cause,
    });
  }
};
