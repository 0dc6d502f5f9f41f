import { BlockWriter, entryKinds, FrameSource } from '../../src/journal/block.js';

const blockBytes = 256 * 1024;
const source = new FrameSource({ input: 'bench' });

/** A failed login from one of so many sources, unlike all others. */
const failedLogin = (number: number, sources: number): string => {
  const address = number % sources;
  const from = `10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address & 255}`;
  return `<38>Nov 20 10:00:00 gate sshd[7]: Failed password for root from ${from} port ${1024 + Math.floor(number / sources)} ssh2`;
};

/** Failed logins, numbered from `from` up to `to`, each from the next source. With the shipped directives each source begins four backlogs. */
export function* failedLogins(from: number, to: number, sources: number): Generator<string> {
  for (let number = from; number < to; number += 1) yield failedLogin(number, sources);
}

/** Messages received now as sealed blocks of a journal, numbered on from `lastSeq`. */
export function* blocksOf(messages: Iterable<string>, lastSeq: number): Generator<Uint8Array> {
  const now = Date.now();
  let block = new BlockWriter({ firstSeq: lastSeq + 1, bytes: blockBytes });
  for (const message of messages) {
    const bytes = Buffer.from(message);
    if (!block.fits(bytes.length)) {
      yield block.seal(now);
      block = new BlockWriter({ firstSeq: block.firstSeq + block.count, bytes: blockBytes });
    }
    block.add(entryKinds.frame, 0, source, now, bytes, 0, bytes.length);
  }
  if (block.count > 0) yield block.seal(now);
}
