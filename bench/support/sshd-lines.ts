import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const pad = (n: number): string => String(n).padStart(2, '0');

/** A deterministic stream of numbers in [0, 1): mulberry32. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

/** What sshd logs of one connection, from one of 2,048 addresses: mostly guessing, some logins. */
const connection = (pid: number, next: () => number): string[] => {
  const from = `from 203.0.${Math.floor(next() * 8)}.${Math.floor(next() * 256)} port ${1024 + Math.floor(next() * 60000)}`;
  const closed = from.replace('from ', '').trim();
  if (next() < 0.2) {
    return [
      `sshd[${pid}]: Accepted publickey for deploy ${from} ssh2: ED25519 SHA256:QaxveQJbYmX1Wmx/p2A7q+CJEZEySEl3Cnk79PVUY2A`,
      `sshd[${pid}]: pam_unix(sshd:session): session opened for user deploy(uid=1000) by (uid=0)`,
      `sshd[${pid}]: Received disconnect ${from}:11: disconnected by user`,
      `sshd[${pid}]: Disconnected from user deploy ${closed}`,
      `sshd[${pid}]: pam_unix(sshd:session): session closed for user deploy`,
    ];
  }
  const user = next() < 0.5 ? 'root' : 'invalid user admin';
  return [
    ...(user === 'root' ? [] : [`sshd[${pid}]: Invalid user admin ${from}`]),
    `sshd[${pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${closed.split(' ')[0] ?? ''}`,
    `sshd[${pid}]: Failed password for ${user} ${from} ssh2`,
    `sshd[${pid}]: Failed password for ${user} ${from} ssh2`,
    `sshd[${pid}]: Connection closed by ${user === 'root' ? 'authenticating user root' : user} ${closed} [preauth]`,
  ];
};

/** Traditional syslog lines of sshd, without PRI, in order of time. */
export function* sshdLines(count: number, seed = 1): Generator<string> {
  const next = random(seed);
  let pid = 1000;
  let made = 0;
  while (made < count) {
    pid = 1000 + ((pid + 1) % 30_000);
    for (const line of connection(pid, next)) {
      if (made === count) return;
      const second = Math.floor(made / 100);
      const time = `${pad(Math.floor(second / 3600) % 24)}:${pad(Math.floor(second / 60) % 60)}:${pad(second % 60)}`;
      yield `Dec ${String(1 + (Math.floor(second / 86_400) % 28)).padStart(2, ' ')} ${time} web1 ${line}`;
      made += 1;
    }
  }
}

/** Writes such lines to a file. */
export const writeSshdLog = async (path: string, count: number): Promise<void> => {
  const file = createWriteStream(path, { flush: true });
  let text = '';
  for (const line of sshdLines(count)) {
    text += `${line}\n`;
    if (text.length < 1024 * 1024) continue;
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  file.end(text);
  await once(file, 'close');
};
