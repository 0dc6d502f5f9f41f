import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';

/** A socket as bound. */
export interface BoundSocket {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** The `local_address` column of /proc/net/udp and udp6: the address as 32-bit words of the machine in hex, and the port. */
export const localAddressHex = ({ address, port, family }: BoundSocket): string => {
  const bytes = ipaddr.parse(address.replace(/%.*$/, '')).toByteArray();
  const words: string[] = [];
  for (let at = 0; at < (family === 4 ? 4 : 16); at += 4) {
    const word = bytes.slice(at, at + 4);
    words.push(Buffer.from(endianness() === 'LE' ? word.reverse() : word).toString('hex'));
  }
  return `${words.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
};

/** The `drops` column of the socket with that local address, and, where inodes are given, one of these; undefined where there is none. */
export const findDrops = (table: string, local: string, inodes: ReadonlySet<string>): number | undefined => {
  for (const line of table.split('\n')) {
    if (!line.includes(local)) continue;
    const fields = line.trim().split(/\s+/);
    const inode = fields[9] ?? '';
    if (fields[1] !== local || (inodes.size > 0 && !inodes.has(inode))) continue;
    const drops = Number(fields[12]);
    if (Number.isInteger(drops)) return drops;
  }
  return undefined;
};

/** Counts the datagrams the kernel dropped because a socket's receive buffer was full. Linux only: elsewhere it knows nothing. */
export class KernelDrops {
  /** Datagrams since the socket was bound; undefined where the kernel does not say. */
  total: number | undefined;
  readonly #path: string;
  readonly #local: string;
  readonly #inodes: ReadonlySet<string>;
  #last = 0;

  constructor(socket: BoundSocket) {
    this.#path = socket.family === 4 ? '/proc/net/udp' : '/proc/net/udp6';
    this.#local = localAddressHex(socket);
    this.#inodes = ownSocketInodes();
    this.poll();
  }

  /** Reads the kernel's count again. */
  poll(): void {
    const drops = findDrops(readTable(this.#path), this.#local, this.#inodes);
    if (drops === undefined) return;
    // The kernel's counter is 32 bits wide and wraps.
    this.total = (this.total ?? 0) + ((drops - this.#last) >>> 0);
    this.#last = drops;
  }
}

const readTable = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Not Linux, no /proc, or no descriptor free just now: the count stays, and a later poll catches up.
    return '';
  }
};

const ownSocketInodes = (): ReadonlySet<string> => {
  const inodes = new Set<string>();
  try {
    for (const descriptor of readdirSync('/proc/self/fd')) {
      const inode = /^socket:\[(\d+)\]$/.exec(readDescriptor(descriptor))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // Not Linux, or no /proc: the local address has to do.
    inodes.clear();
  }
  return inodes;
};

const readDescriptor = (descriptor: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // Closed since it was listed: the descriptor of the listing itself.
    return '';
  }
};
