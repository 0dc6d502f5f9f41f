import { expect } from 'chai';
import type { FrameSource } from '../../src/journal/block.js';
import type { Json } from '../../src/json.js';
import { type FrameSink, frameFlags, type Input } from '../../src/inputs/input.js';
import type { Log } from '../../src/module.js';

/** A frame as the sink took it. */
export interface TakenFrame {
  readonly text: string;
  readonly bytes: Buffer;
  readonly source: FrameSource;
  readonly receivedAt: number;
  readonly flags: number;
}

/** A sink that keeps everything, can be full, and counts what was pushed while it was. */
export class CollectingSink implements FrameSink {
  readonly frames: TakenFrame[] = [];
  readonly positions = new Map<string, Json | undefined>();
  /** Full as soon as it holds so many frames. */
  capacity = Number.POSITIVE_INFINITY;
  pushedWhileFull = 0;
  #wakers: (() => void)[] = [];
  #drainedWakers: (() => void)[] = [];

  get full(): boolean {
    return this.frames.length >= this.capacity;
  }

  push(frame: Parameters<FrameSink['push']>[0]): void {
    if (this.full) this.pushedWhileFull += 1;
    const bytes = Buffer.from(frame.bytes.subarray(frame.start, frame.end));
    const { source, receivedAt, flags } = frame;
    this.frames.push({ bytes, text: bytes.toString('latin1'), source, receivedAt, flags });
    for (const wake of this.#wakers.splice(0)) wake();
  }

  position(input: string, key: string, value: Json | undefined): void {
    this.positions.set(`${input} ${key}`, value);
  }

  together(fill: () => void): void {
    fill();
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  drained(): Promise<void> {
    return this.full ? new Promise((resolve) => this.#drainedWakers.push(resolve)) : Promise.resolve();
  }

  /** Room for so many frames in all. */
  allow(capacity: number): void {
    this.capacity = capacity;
    if (!this.full) for (const wake of this.#drainedWakers.splice(0)) wake();
  }

  /** Resolves once it holds so many frames. */
  async holds(count: number): Promise<void> {
    while (this.frames.length < count) await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }

  get texts(): string[] {
    return this.frames.map((frame) => frame.text);
  }
}

/** Keeps what was said. */
export class CollectingLog implements Log {
  readonly lines: string[] = [];
  info = (message: string): void => void this.lines.push(`info ${message}`);
  warn = (message: string): void => void this.lines.push(`warn ${message}`);
  error = (message: string): void => void this.lines.push(`error ${message}`);
}

/** An input and the other end of it. */
export interface InputHarness {
  readonly input: Input;
  /** Sends whole frames, in order; resolves once they are on their way. */
  send(frames: readonly Buffer[]): Promise<void>;
  /** Sends the beginning of a frame and no more. Absent where there is no such thing. */
  sendHalf?(half: Buffer): Promise<void>;
  /** Ends the sending side. */
  close(): Promise<void>;
}

/** Bytes a frame may have in the contract suite. */
export const contractMaxFrame = 512;

/**
 * What every input promises. `open` makes an input over the sink, not started, with `contractMaxFrame`; `waits` says
 * that it stops reading while the sink is full, and that a frame can come in parts (`sendHalf`); `keepsHalves` that
 * half a frame is not pushed on stop but left for the next run.
 */
export const inputContract = (
  title: string,
  open: (sink: FrameSink, log: Log) => Promise<InputHarness>,
  { waits, keepsHalves = false }: { readonly waits: boolean; readonly keepsHalves?: boolean },
): void => {
  describe(`${title}, as an input`, () => {
    let sink: CollectingSink;
    let harness: InputHarness;
    const lines = (count: number, from = 0): Buffer[] =>
      Array.from({ length: count }, (_, index) => Buffer.from(`<34>line ${from + index}`));

    beforeEach(async () => {
      sink = new CollectingSink();
      harness = await open(sink, new CollectingLog());
      await harness.input.start();
    });

    afterEach(async () => {
      sink.allow(Number.POSITIVE_INFINITY);
      await harness.close();
      await harness.input.stop();
    });

    it('pushes every frame once, in order, under its own name and with the time of receipt', async () => {
      const before = Date.now();
      await harness.send(lines(50));
      await sink.holds(50);
      expect(sink.texts).to.deep.equal(lines(50).map(String));
      for (const { source, receivedAt, flags } of sink.frames) {
        expect(source.input).to.equal(harness.input.name);
        expect(flags).to.equal(0);
        expect(receivedAt).to.be.within(before, Date.now());
      }
    });

    it('leaves the bytes of a frame as they are: NUL, invalid UTF-8, several-byte characters, spaces at the ends', async () => {
      const odd = [Buffer.from([60, 0, 255, 254, 128, 7, 27]), Buffer.from(' é€𝄞 '), Buffer.from('<1>\ttab\rcr')];
      await harness.send(odd);
      await sink.holds(odd.length);
      expect(sink.frames.map(({ bytes }) => bytes.toString('hex'))).to.deep.equal(odd.map((b) => b.toString('hex')));
    });

    it('cuts a frame over the limit to the limit, marks and counts it, and goes on with the next', async () => {
      const long = Buffer.alloc(contractMaxFrame * 3, 'x');
      const exact = Buffer.alloc(contractMaxFrame, 'y');
      await harness.send([long, exact, Buffer.from('<34>after')]);
      await sink.holds(3);
      expect(sink.texts).to.deep.equal(['x'.repeat(contractMaxFrame), exact.toString(), '<34>after']);
      expect(sink.frames.map(({ flags }) => flags)).to.deep.equal([frameFlags.truncated, 0, 0]);
      expect(harness.input.counters().truncated).to.equal(1);
      expect(harness.input.counters().cut_bytes).to.equal(contractMaxFrame * 2);
    });

    it('counts what it received', async () => {
      await harness.send(lines(20));
      await sink.holds(20);
      const counters = harness.input.counters();
      expect(counters.received).to.equal(20);
      expect(counters.bytes).to.be.at.least(lines(20).reduce((sum, line) => sum + line.length, 0));
      for (const value of Object.values(counters)) expect(value).to.satisfy(Number.isSafeInteger);
    });

    it('pushes on stop what was sent before, and nothing after', async () => {
      await harness.send(lines(100));
      await harness.input.stop();
      expect(sink.texts).to.deep.equal(lines(100).map(String));
      await harness.send(lines(5)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sink.frames).to.have.length(100);
    });

    it('may be stopped twice, and at the same time', async () => {
      await Promise.all([harness.input.stop(), harness.input.stop()]);
      await harness.input.stop();
    });

    it('says where it listens', () => {
      expect(harness.input.address).to.match(/\S/);
      expect(harness.input.name).to.match(/\S/);
    });

    if (!waits) return;

    if (keepsHalves) {
      it('leaves half a frame to the next run', async () => {
        await harness.send(lines(1));
        await harness.sendHalf?.(Buffer.from('<34>half'));
        await harness.input.stop();
        expect(sink.texts).to.deep.equal(['<34>line 0']);
      });
    } else
      it('pushes half a frame on stop, marked', async () => {
        await harness.send(lines(1));
        await harness.sendHalf?.(Buffer.from('<34>half'));
        await harness.input.stop();
        expect(sink.texts).to.deep.equal(['<34>line 0', '<34>half']);
        expect(sink.frames[1]?.flags).to.equal(frameFlags.partial);
        expect(harness.input.counters().partial).to.equal(1);
      });

    it('stops reading at the very frame that fills the sink, and goes on without loss once it is drained', async () => {
      sink.allow(3);
      await harness.send(lines(40));
      await sink.holds(3);
      for (let room = 10; room <= 40; room += 10) {
        sink.allow(room);
        await sink.holds(room);
      }
      expect(sink.texts).to.deep.equal(lines(40).map(String));
      expect(sink.pushedWhileFull).to.equal(0);
    });

    it('pushes nothing at all into a full sink', async () => {
      sink.allow(0);
      await harness.send(lines(10));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sink.frames).to.have.length(0);
      sink.allow(10);
      await sink.holds(10);
      expect(sink.pushedWhileFull).to.equal(0);
    });
  });
};
