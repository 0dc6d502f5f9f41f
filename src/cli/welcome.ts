import { escapeControls } from '../escape.js';
import type { ResolvedStack } from '../stack/resolve.js';

const tryIt = (port: string): string[] =>
  [
    'Accepted password for alice from 192.0.2.10 port 50022 ssh2',
    'Disconnected from user alice 192.0.2.10 port 50022',
    'Failed password for root from 203.0.113.9 port 40000 ssh2',
    'message repeated 3 times: [ Failed password for root from 203.0.113.9 port 40000 ssh2]',
    'Failed password for invalid user admin from 203.0.113.9 port 40001 ssh2',
    'Connection closed by authenticating user root 203.0.113.9 port 40000 [preauth]',
  ].map((message) => `  logger -n 127.0.0.1 -P ${port} -d -t sshd '${message}'`);

/** What is said once the program receives: where it listens, how others reach it, and lines to try it with. */
export const welcome = (options: {
  readonly stack: ResolvedStack;
  readonly listening: readonly { readonly name: string; readonly address: string }[];
  /** It listens where it does for want of options. */
  readonly standard: boolean;
  readonly dataDir: string;
  readonly logDir: string;
}): string => {
  const { stack, listening, standard, dataDir, logDir } = options;
  const lines = [
    `tocsin: ready; stack ${stack.names.join(',')}, modules ${stack.modules.map(({ name }) => name).join(', ') || 'none'}`,
    ...listening.map(({ name, address }) => `  listening on ${name.endsWith(address) ? name : `${name} (${address})`}`),
    `  state in ${dataDir}, output in ${logDir}`,
  ];
  if (standard) {
    const port = /:(\d+)$/u.exec(listening[0]?.address ?? '')?.[1] ?? '5514';
    lines.push(
      `To receive from other hosts too: npm start -- --udp ${port} --tcp ${port}   (a bare port listens on all interfaces)`,
      'To see a login and a brute force, paste:',
      ...tryIt(port),
    );
  }
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
};
