import { expect } from 'chai';
import fc from 'fast-check';
import { FrameDecoder, newFramingCounts } from '../../src/inputs/framing.js';
import { frameFlags } from '../../src/inputs/input.js';

interface Decoded {
  readonly frames: [string, number][];
  readonly counts: ReturnType<typeof newFramingCounts>;
  readonly mostCapacity: number;
}

/** Decodes latin1 text given in chunks. */
const decode = (chunks: readonly string[], options: { maxFrame?: number; octetCounting?: boolean } = {}): Decoded => {
  const counts = newFramingCounts();
  const { maxFrame = 20, octetCounting = true } = options;
  const decoder = new FrameDecoder({ maxFrame, octetCounting, counts });
  const frames: [string, number][] = [];
  let mostCapacity = 0;
  const emit = (bytes: Uint8Array, start: number, end: number, flags: number): boolean => {
    frames.push([Buffer.from(bytes.subarray(start, end)).toString('latin1'), flags]);
    return true;
  };
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk, 'latin1');
    expect(decoder.push(bytes, 0, emit)).to.equal(bytes.length);
    mostCapacity = Math.max(mostCapacity, decoder.capacity);
  }
  decoder.finish(emit);
  return { frames, counts, mostCapacity };
};

const { truncated, partial } = frameFlags;
const eachByte = (text: string): string[] => text.split('');

describe('FrameDecoder', () => {
  const table: readonly [string, string, readonly [string, number][]][] = [
    [
      'cuts lines at LF',
      'one\ntwo\n',
      [
        ['one', 0],
        ['two', 0],
      ],
    ],
    [
      'drops the CR before an LF, and no other',
      'one\r\nt\rwo\r\r\n',
      [
        ['one', 0],
        ['t\rwo\r', 0],
      ],
    ],
    [
      'keeps NUL',
      '<1>a\0\nb\n',
      [
        ['<1>a\0', 0],
        ['b', 0],
      ],
    ],
    [
      'reads octet-counted frames',
      '5 hello3 <1>',
      [
        ['hello', 0],
        ['<1>', 0],
      ],
    ],
    [
      'keeps newlines inside octet-counted frames',
      '7 one\ntwo2 ok',
      [
        ['one\ntwo', 0],
        ['ok', 0],
      ],
    ],
    [
      'tells both framings apart frame by frame',
      '<1>a\n4 <2>b<3>c\n4 <4>d',
      [
        ['<1>a', 0],
        ['<2>b', 0],
        ['<3>c', 0],
        ['<4>d', 0],
      ],
    ],
    [
      'skips newlines after octet-counted frames',
      '4 <2>b\n4 <3>c\r\n',
      [
        ['<2>b', 0],
        ['<3>c', 0],
      ],
    ],
    ['skips empty lines', '\n\r\n\none\n\n', [['one', 0]]],
    [
      'takes digits without a space for a line',
      '2024-01-31 x\n12\n1:2\n',
      [
        ['2024-01-31 x', 0],
        ['12', 0],
        ['1:2', 0],
      ],
    ],
    [
      'takes a leading zero for a line',
      '0 a\n05 abcde\n',
      [
        ['0 a', 0],
        ['05 abcde', 0],
      ],
    ],
    [
      'takes a number too large to be a count for a line',
      '20240131 a\n4294967296 b\n',
      [
        ['20240131 a', 0],
        ['4294967296 b', 0],
      ],
    ],
    [
      'cuts a long line and goes on',
      `${'a'.repeat(50)}\nb\n`,
      [
        ['a'.repeat(20), truncated],
        ['b', 0],
      ],
    ],
    [
      'cuts a long counted frame by exactly its octets',
      `50 ${'a'.repeat(50)}3 <1>`,
      [
        ['a'.repeat(20), truncated],
        ['<1>', 0],
      ],
    ],
    [
      'takes a line of exactly the limit whole, whichever its end',
      `${'a'.repeat(20)}\n${'b'.repeat(20)}\r\n`,
      [
        ['a'.repeat(20), 0],
        ['b'.repeat(20), 0],
      ],
    ],
    [
      'cuts a line one over the limit',
      `${'a'.repeat(21)}\nb\n`,
      [
        ['a'.repeat(20), truncated],
        ['b', 0],
      ],
    ],
    [
      'marks a last line without LF',
      'one\ntwo',
      [
        ['one', 0],
        ['two', partial],
      ],
    ],
    ['marks a counted frame the stream ended in', '9 four', [['four', partial]]],
    ['hands on a count without any of its octets as an empty half frame', '9 ', [['', partial]]],
    ['hands on digits at the end as a line', '12', [['12', partial]]],
    ['does not hand on a cut frame twice at the end', 'a'.repeat(50), [['a'.repeat(20), truncated]]],
    ['cuts endless digits as the line they are', '1'.repeat(100), [['1'.repeat(20), truncated]]],
  ];
  for (const [name, stream, frames] of table) {
    it(name, () => {
      expect(decode([stream]).frames).to.deep.equal(frames);
      expect(decode(eachByte(stream)).frames, 'byte by byte').to.deep.equal(frames);
    });
  }

  it('counts what was empty, cut, partial and no count, and the bytes cut off', () => {
    const stream = `\n\r\n99999999 x\n30 ${'a'.repeat(30)}${'b'.repeat(25)}\nhalf`;
    for (const chunks of [[stream], eachByte(stream)]) {
      expect(decode(chunks).counts).to.deep.equal({
        truncated: 2,
        cutBytes: 15,
        partial: 1,
        empty: 2,
        framingErrors: 1,
      });
    }
  });

  it('takes every frame for a line without octet counting', () => {
    expect(decode(['5 hello\n3 a\n'], { octetCounting: false }).frames).to.deep.equal([
      ['5 hello', 0],
      ['3 a', 0],
    ]);
  });

  it('stops after the frame that emit refuses, and goes on from where it stopped', () => {
    const decoder = new FrameDecoder({ maxFrame: 20, octetCounting: true, counts: newFramingCounts() });
    const chunk = Buffer.from('one\n5 helloth');
    const seen: string[] = [];
    const emit = (bytes: Uint8Array, start: number, end: number): boolean => {
      seen.push(Buffer.from(bytes.subarray(start, end)).toString());
      return false;
    };
    expect(decoder.push(chunk, 0, emit)).to.equal(4);
    expect(decoder.push(chunk, 4, emit)).to.equal(11);
    expect(decoder.push(chunk, 11, emit)).to.equal(13);
    expect(decoder.push(Buffer.from('ree\n'), 0, emit)).to.equal(4);
    expect(seen).to.deep.equal(['one', 'hello', 'three']);
  });

  it('does not copy frames that lie within a chunk', () => {
    const decoder = new FrameDecoder({ maxFrame: 20, octetCounting: true, counts: newFramingCounts() });
    const chunk = Buffer.from('one\n3 two');
    decoder.push(chunk, 0, (bytes) => {
      expect(bytes).to.equal(chunk);
      return true;
    });
    expect(decoder.capacity).to.equal(0);
  });

  it('gives a large remainder back once its frame is complete', () => {
    const decoder = new FrameDecoder({ maxFrame: 65_536, octetCounting: true, counts: newFramingCounts() });
    const emit = (): boolean => true;
    decoder.push(Buffer.alloc(60_000, 'x'), 0, emit);
    expect(decoder.capacity).to.be.at.least(60_000);
    decoder.push(Buffer.from('\n'), 0, emit);
    expect(decoder.capacity).to.equal(0);
  });

  describe('whatever the stream', () => {
    const maxFrame = 40;
    const body = fc.string({ unit: 'binary-ascii', minLength: 0, maxLength: 120 });
    const latin = body.map((text) => Buffer.from(text).toString('latin1'));
    const counted = latin.filter((text) => text.length > 0).map((text) => ({ wire: `${text.length} ${text}`, text }));
    const line = fc
      .tuple(latin, fc.constantFrom('\n', '\r\n'))
      .map(([text, end]) => ({ text: `x${text.replaceAll('\n', '_').replace(/\r+$/, '')}`, end }))
      .map(({ text, end }) => ({ wire: text + end, text }));
    const stream = fc.array(fc.oneof(counted, line), { maxLength: 12 });
    const cuts = fc.array(fc.nat(1000), { maxLength: 30 });
    const split = (wire: string, at: readonly number[]): string[] => {
      const places = [0, ...at.map((place) => place % (wire.length + 1)).sort((a, b) => a - b), wire.length];
      return places.slice(1).map((end, index) => wire.slice(places[index], end));
    };

    it('decodes any mix of framings, split anywhere, to the frames sent, cut to exactly the limit', () => {
      fc.assert(
        fc.property(stream, cuts, (frames, at) => {
          const { frames: decoded, mostCapacity } = decode(split(frames.map(({ wire }) => wire).join(''), at), {
            maxFrame,
          });
          expect(decoded).to.deep.equal(
            frames.map(({ text }) => [text.slice(0, maxFrame), text.length > maxFrame ? truncated : 0]),
          );
          expect(mostCapacity).to.be.at.most(maxFrame + 1);
        }),
        { numRuns: 500 },
      );
    });

    it('decodes to the same frames when it is stopped after any of them', () => {
      fc.assert(
        fc.property(stream, cuts, fc.infiniteStream(fc.boolean()), (frames, at, goOn) => {
          const chunks = split(frames.map(({ wire }) => wire).join(''), at);
          const decoder = new FrameDecoder({ maxFrame, octetCounting: true, counts: newFramingCounts() });
          const seen: string[] = [];
          const emit = (bytes: Uint8Array, start: number, end: number): boolean => {
            seen.push(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
            return goOn.next().value === true;
          };
          for (const chunk of chunks) {
            const bytes = Buffer.from(chunk, 'latin1');
            let place = 0;
            while (place < bytes.length) place = decoder.push(bytes, place, emit);
          }
          decoder.finish(emit);
          expect(seen).to.deep.equal(frames.map(({ text }) => text.slice(0, maxFrame)));
        }),
      );
    });

    it('takes any bytes: never throws, holds no more than a frame, and decodes the same however they are split', () => {
      const noise = fc.array(fc.constantFrom('1', '9', '0', ' ', '\n', '\r', '\0', '<', 'é', '12 ', '300 '), {
        maxLength: 200,
      });
      fc.assert(
        fc.property(noise, cuts, (pieces, at) => {
          const wire = pieces.join('');
          const whole = decode([wire], { maxFrame });
          const inParts = decode(split(wire, at), { maxFrame });
          expect(inParts.frames).to.deep.equal(whole.frames);
          expect(inParts.counts).to.deep.equal(whole.counts);
          expect(inParts.mostCapacity).to.be.at.most(maxFrame + 1);
          for (const [text] of whole.frames) expect(text.length).to.be.at.most(maxFrame);
        }),
        { numRuns: 500 },
      );
    });
  });
});
