import { addressOf } from './libc.js';
import type { ArrivedDatagram } from './ring.js';
import { families, socketAddressBytes } from './socket-address.js';

/** More than any datagram has (65,507 bytes over IPv4, 65,527 over IPv6). */
const largest = 65_536;
const headerBytes = 64;
const vectorBytes = 16;
const nameBytes = 32;

/** Memory for recvmmsg(2) on 64-bit little-endian Linux: an array of `mmsghdr`, each with an address and a buffer of its own. */
export class MessageVector {
  readonly size: number;
  /** What recvmmsg is given. */
  readonly headers: Uint8Array;
  /** Where payloads and addresses are. */
  readonly #memory: Uint8Array;
  readonly #view: DataView;
  readonly #headersView: DataView;
  readonly #namesAt: number;

  constructor(size: number) {
    this.size = size;
    this.#namesAt = size * largest;
    this.#memory = new Uint8Array(size * (largest + nameBytes));
    this.#view = new DataView(this.#memory.buffer);
    this.headers = new Uint8Array(size * (headerBytes + vectorBytes));
    this.#headersView = new DataView(this.headers.buffer);
    const memoryAddress = addressOf(this.#memory);
    const vectorsAddress = addressOf(this.headers) + BigInt(size * headerBytes);
    for (let index = 0; index < size; index += 1) this.#describe(index, memoryAddress, vectorsAddress);
  }

  /** The datagram received at an index; its place is ready for the next call then. */
  take(index: number): ArrivedDatagram {
    const header = index * headerBytes;
    const name = this.#namesAt + index * nameBytes;
    const isV6 = this.#view.getUint16(name, true) === families.ipv6;
    this.#headersView.setUint32(header + 8, socketAddressBytes, true);
    return {
      memory: this.#memory,
      start: index * largest,
      length: this.#headersView.getUint32(header + 56, true),
      family: isV6 ? 6 : 4,
      scope: isV6 ? this.#view.getUint32(name + 24, true) : 0,
      addressAt: name + (isV6 ? 8 : 4),
    };
  }

  /** msghdr: name, its length, vector, its length, control, its length, flags; then the bytes received (recvmsg(2)). */
  #describe(index: number, memoryAddress: bigint, vectorsAddress: bigint): void {
    const view = this.#headersView;
    const header = index * headerBytes;
    const vector = this.size * headerBytes + index * vectorBytes;
    view.setBigUint64(header, memoryAddress + BigInt(this.#namesAt + index * nameBytes), true);
    view.setUint32(header + 8, socketAddressBytes, true);
    view.setBigUint64(header + 16, vectorsAddress + BigInt(index * vectorBytes), true);
    view.setBigUint64(header + 24, 1n, true);
    view.setBigUint64(vector, memoryAddress + BigInt(index * largest), true);
    view.setBigUint64(vector + 8, BigInt(largest), true);
  }
}
