import { expect } from 'chai';
import fc from 'fast-check';
import { createRing, largestSlot, RingReader, RingWriter } from '../../../src/inputs/datagrams/ring.js';

const capacity = 512 * 1024;

/** A datagram as the kernel leaves it: the address, then the payload. */
const arrived = (payload: Uint8Array, address: readonly number[], scope = 0) => ({
  memory: Uint8Array.from([...address, ...payload]),
  start: address.length,
  length: payload.length,
  family: address.length === 4 ? (4 as const) : (6 as const),
  scope,
  addressAt: 0,
});

const ends = (): { writer: RingWriter; reader: RingReader; read: () => [string, string, number][] } => {
  const memory = createRing(capacity);
  const reader = new RingReader(memory);
  const read = (): [string, string, number][] => {
    const found: [string, string, number][] = [];
    reader.read((bytes, start, end, peer, at) =>
      found.push([Buffer.from(bytes.subarray(start, end)).toString('hex'), peer, at]),
    );
    return found;
  };
  return { writer: new RingWriter(memory), reader, read };
};

describe('A ring of datagrams', () => {
  it('gives every datagram once, in order, whatever their sizes and whenever they are read', () => {
    const step = fc.oneof(
      fc.record({ size: fc.oneof(fc.nat(300), fc.nat(65_507)), last: fc.nat(255) }),
      fc.constant('read' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { writer, read } = ends();
        const written: [string, string, number][] = [];
        const seen: [string, string, number][] = [];
        for (const [n, one] of steps.entries()) {
          if (one === 'read' || writer.room === 0) seen.push(...read());
          if (one === 'read') continue;
          const payload = new Uint8Array(one.size).fill(n);
          writer.write(arrived(payload, [192, 0, 2, one.last]), n);
          written.push([Buffer.from(payload).toString('hex'), `192.0.2.${one.last}`, n]);
        }
        seen.push(...read());
        expect(seen).to.deep.equal(written);
      }),
      { numRuns: 50 },
    );
  });

  it('goes on where its positions have passed 32 bits', function () {
    const memory = createRing(capacity);
    // As after 4 GiB less a few datagrams.
    new Int32Array(memory, 0, 2).fill(-capacity);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    let expected = 0;
    for (let n = 0; n < 2000; n += 1) {
      writer.write(arrived(new Uint8Array(1000).fill(n % 256), [10, 0, 0, 1]), n);
      if (n % 7 !== 0) continue;
      reader.read((bytes, start, end, _, at) => {
        expect([end - start, bytes[start], at]).to.deep.equal([1000, expected % 256, expected]);
        expected += 1;
      });
    }
    expect(expected).to.equal(1996);
    expect(new Int32Array(memory, 0, 1)[0]).to.be.greaterThan(0);
  });

  it('has no room rather than overwriting what is not read', () => {
    const { writer, read } = ends();
    let count = 0;
    for (; writer.room > 0; count += 1) writer.write(arrived(new Uint8Array(65_507), [10, 0, 0, 1]), count);
    expect(count).to.be.within(5, capacity / largestSlot);
    expect(read()).to.have.length(count);
    expect(writer.room).to.be.greaterThan(0);
  });

  it('names senders over IPv6 shortly, and those over IPv4 as such', () => {
    const { writer, read } = ends();
    const mapped = [...new Array<number>(10).fill(0), 0xff, 0xff, 203, 0, 113, 9];
    writer.write(arrived(new Uint8Array(0), mapped), 0);
    writer.write(arrived(new Uint8Array(0), [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1]), 0);
    writer.write(arrived(new Uint8Array(0), [0xfe, 0x80, ...new Array<number>(13).fill(0), 1], 4711), 0);
    expect(read().map(([, peer]) => peer)).to.deep.equal(['203.0.113.9', '2001:db8::1', 'fe80::1%4711']);
  });

  it('wakes a reader that sleeps, once, and one that has something to read does not sleep', () => {
    const { writer, reader, read } = ends();
    expect(writer.mustWake()).to.equal(false);
    expect(reader.sleep()).to.equal(true);
    writer.write(arrived(new Uint8Array(1), [10, 0, 0, 1]), 0);
    expect([writer.mustWake(), writer.mustWake()]).to.deep.equal([true, false]);
    expect(reader.sleep()).to.equal(false);
    expect(read()).to.have.length(1);
  });
});
