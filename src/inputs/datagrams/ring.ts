import type { OnDatagram } from './receiver.js';
import { PeerAddresses } from './peer-addresses.js';

const controlBytes = 64;
const words = { head: 0, tail: 1, asleep: 2, stop: 3 } as const;
/** Length, payload length, time of receipt, family, scope, address. */
const headerBytes = 40;
const skipToStart = 0xffff_ffff;
const align = 8;

/** Bytes a datagram takes up, at most. */
export const largestSlot = headerBytes + 65_536;

/** Makes the memory of a ring of so many bytes, a power of two. */
export const createRing = (capacity: number): SharedArrayBuffer => new SharedArrayBuffer(controlBytes + capacity);

/** What both ends of a ring share: one thread writes datagrams, one reads them, neither ever waits for the other. */
class RingEnd {
  protected readonly control: Int32Array<SharedArrayBuffer>;
  protected readonly bytes: Uint8Array;
  protected readonly view: DataView;
  protected readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.capacity = memory.byteLength - controlBytes;
    this.control = new Int32Array(memory, 0, controlBytes / 4);
    this.bytes = Buffer.from(memory, controlBytes, this.capacity);
    this.view = new DataView(memory, controlBytes, this.capacity);
  }

  /** Bytes in it. Positions are 32 bits wide and wrap. */
  get used(): number {
    return (Atomics.load(this.control, words.head) - Atomics.load(this.control, words.tail)) >>> 0;
  }
}

/** A datagram as it comes: where its bytes are, and its sender's address as the kernel writes it. */
export interface ArrivedDatagram {
  readonly memory: Uint8Array;
  readonly start: number;
  readonly length: number;
  readonly family: 4 | 6;
  readonly scope: number;
  /** Where the 4 or 16 bytes of the address begin in `memory`. */
  readonly addressAt: number;
}

/** The end that writes. */
export class RingWriter extends RingEnd {
  /** Datagrams of any size there is room for. */
  get room(): number {
    // One slot more: what is left over at the end of the ring.
    return Math.max(0, Math.floor((this.capacity - this.used) / largestSlot) - 1);
  }

  /** Writes one datagram, for which there must be room; seen by the reader at once. */
  write(datagram: ArrivedDatagram, receivedAt: number): void {
    const { memory, start, length, family, scope, addressAt } = datagram;
    const slot = (headerBytes + length + align - 1) & -align;
    let head = Atomics.load(this.control, words.head) >>> 0;
    let at = head % this.capacity;
    if (at + slot > this.capacity) {
      this.view.setUint32(at, skipToStart, true);
      head += this.capacity - at;
      at = 0;
    }
    const { view, bytes } = this;
    view.setUint32(at, slot, true);
    view.setUint32(at + 4, length, true);
    view.setFloat64(at + 8, receivedAt, true);
    view.setUint32(at + 16, family, true);
    view.setUint32(at + 20, scope, true);
    const addressLength = family === 4 ? 4 : 16;
    for (let i = 0; i < addressLength; i += 1) bytes[at + 24 + i] = memory[addressAt + i] ?? 0;
    const to = at + headerBytes;
    if (length < 256) for (let i = 0; i < length; i += 1) bytes[to + i] = memory[start + i] ?? 0;
    else bytes.set(memory.subarray(start, start + length), to);
    Atomics.store(this.control, words.head, (head + slot) | 0);
  }

  /** Whether the reader has to be woken; said once for each of its sleeps. */
  mustWake(): boolean {
    return Atomics.exchange(this.control, words.asleep, 0) === 1;
  }

  /** Sleeps, but not past a request to stop. */
  nap(ms: number): void {
    Atomics.wait(this.control, words.stop, 0, ms);
  }

  get stopRequested(): boolean {
    return Atomics.load(this.control, words.stop) === 1;
  }
}

/** The end that reads. */
export class RingReader extends RingEnd {
  readonly #peers = new PeerAddresses();

  /** Offers all there is now, in order; gives how many. */
  read(onDatagram: OnDatagram): number {
    const { view, bytes, control } = this;
    const head = Atomics.load(control, words.head) >>> 0;
    let tail = Atomics.load(control, words.tail) >>> 0;
    let count = 0;
    while (tail !== head) {
      const at = tail % this.capacity;
      const slot = view.getUint32(at, true);
      if (slot === skipToStart) {
        tail = (tail + this.capacity - at) >>> 0;
        continue;
      }
      const start = at + headerBytes;
      const peer =
        view.getUint32(at + 16, true) === 4
          ? this.#peers.ipv4(view.getUint32(at + 24))
          : this.#peers.ipv6(bytes.subarray(at + 24, at + 40), view.getUint32(at + 20, true));
      onDatagram(bytes, start, start + view.getUint32(at + 4, true), peer, view.getFloat64(at + 8, true));
      tail = (tail + slot) >>> 0;
      count += 1;
      // Room as soon as it is read: the writer must not find it full for long.
      Atomics.store(control, words.tail, tail | 0);
    }
    Atomics.store(control, words.tail, tail | 0);
    return count;
  }

  /** Asks to be woken by the next datagram; false where there is one already. */
  sleep(): boolean {
    Atomics.store(this.control, words.asleep, 1);
    return this.used === 0;
  }

  /** Asks the writer to stop. */
  stop(): void {
    Atomics.store(this.control, words.stop, 1);
    Atomics.notify(this.control, words.stop);
  }
}
