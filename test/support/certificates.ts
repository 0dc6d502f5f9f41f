import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { place } from './user-stack.js';

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const openssl = (dir: string, args: readonly string[]): void => {
  const { status, stderr } = spawnSync('openssl', args, { cwd: dir, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')} ended with ${status}: ${stderr}`);
};

/** Makes a certificate authority and a certificate for `localhost` signed by it, for servers and clients, good for a day. */
export const makeCertificates = (dir: string): Certificates => {
  const extensions =
    'basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n';
  place(dir, 'leaf.ext', extensions);
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(dir, [
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '1',
    '-subj',
    '/CN=Test CA',
  ]);
  openssl(dir, ['req', ...newKey, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=localhost']);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'leaf.pem', '-days', '1'];
  openssl(dir, ['x509', '-req', '-in', 'leaf.csr', ...signed, '-extfile', 'leaf.ext']);
  return { ca: join(dir, 'ca.pem'), cert: join(dir, 'leaf.pem'), key: join(dir, 'leaf.key') };
};
