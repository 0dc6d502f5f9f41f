import { expect } from 'chai';
import { BlockReader, entryKinds, FrameSource } from '../../src/journal/block.js';
import { FrameWriter } from '../../src/run/frame-writer.js';
import { textsOf } from '../support/blocks.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A disk that writes and syncs when told to. */
class SlowDisk {
  readonly seqs: number[] = [];
  readonly texts: string[] = [];
  syncs = 0;
  #finish: (() => void)[] = [];
  automatic = true;

  readonly write = async (block: Uint8Array): Promise<void> => {
    const reader = new BlockReader(block);
    while (reader.next()) {
      this.seqs.push(reader.seq);
      this.texts.push(reader.bytes.toString('utf8', reader.start, reader.end));
    }
    if (!this.automatic) await new Promise<void>((resolve) => this.#finish.push(resolve));
  };
  readonly sync = async (): Promise<void> => {
    this.syncs += 1;
    await turn();
  };

  finishWrites(): void {
    for (const finish of this.#finish.splice(0)) finish();
  }
}

describe('FrameWriter', () => {
  const source = new FrameSource({ input: 'test' });
  const make = (disk: SlowDisk): FrameWriter =>
    new FrameWriter({ nextSeq: 1, write: disk.write, sync: disk.sync, failed: (cause) => expect.fail(String(cause)) });
  const push = (writer: FrameWriter, text: string): void => {
    const bytes = Buffer.from(text);
    writer.push({ source, bytes, start: 0, end: bytes.length, receivedAt: 0, flags: 0 });
  };

  it('numbers what is pushed and writes all of it, in order', async () => {
    const disk = new SlowDisk();
    const writer = make(disk);
    for (let n = 1; n <= 5000; n += 1) push(writer, `line ${n} ${'x'.repeat(n % 300)}`);
    await writer.idle();
    expect(disk.seqs).to.deep.equal(Array.from({ length: 5000 }, (_, n) => n + 1));
    expect(disk.texts[4999]).to.match(/^line 5000 /u);
  });

  it('gives a change of configuration a block of its own, in order with the frames', async () => {
    const blocks: string[][] = [];
    const write = async (block: Uint8Array): Promise<void> => {
      blocks.push(textsOf(block));
    };
    const sync = async (): Promise<void> => undefined;
    const writer = new FrameWriter({ nextSeq: 1, write, sync, failed: (cause) => expect.fail(String(cause)) });
    push(writer, 'before');
    expect(writer.generation('abc', 1000)).to.equal(2);
    push(writer, 'after');
    await writer.idle();
    expect(blocks).to.deep.equal([['before'], ['{"id":"abc"}'], ['after']]);
  });

  it('gathers into one block what comes while another is written', async () => {
    const disk = new SlowDisk();
    disk.automatic = false;
    const writer = make(disk);
    push(writer, 'first');
    await turn();
    for (let n = 0; n < 100; n += 1) {
      push(writer, `more ${n}`);
      await turn();
    }
    expect(disk.texts).to.deep.equal(['first']);
    disk.automatic = true;
    disk.finishWrites();
    await writer.idle();
    expect(disk.texts).to.have.length(101);
  });

  it('writes an imported file as a result for its module, with the time, whatever is in its name', async () => {
    const found: { kind: number; receivedAt: number; text: string }[] = [];
    const write = async (block: Uint8Array): Promise<void> => {
      const reader = new BlockReader(block);
      while (reader.next()) {
        const { kind, receivedAt, bytes, start, end } = reader;
        found.push({ kind, receivedAt, text: bytes.toString('utf8', start, end) });
      }
    };
    const sync = async (): Promise<void> => undefined;
    const writer = new FrameWriter({ nextSeq: 1, write, sync, failed: (cause) => expect.fail(String(cause)) });
    writer.imported('dsiem', { name: 'a"\\b.json', json: ' [{"__proto__": 1}]\n' }, 5000);
    await writer.idle();
    expect(found.map(({ kind, receivedAt }) => [kind, receivedAt])).to.deep.equal([[entryKinds.lookupResult, 5000]]);
    const { module, result } = JSON.parse(found[0]?.text ?? '') as { module: string; result: { id: string } };
    expect(module).to.equal('dsiem');
    expect(result).to.deep.include({ id: 'import:a"\\b.json', source: 'import' });
    expect(JSON.stringify(result)).to.include('[{"__proto__":1}]');
  });

  it('says durable only when what was pushed before is written and synced, and shares syncs', async () => {
    const disk = new SlowDisk();
    disk.automatic = false;
    const writer = make(disk);
    let durable = 0;
    const wait = (): void => void writer.durable().then(() => (durable += 1));
    push(writer, 'one');
    for (let n = 0; n < 50; n += 1) wait();
    await turn();
    await turn();
    expect(durable).to.equal(0);
    disk.automatic = true;
    disk.finishWrites();
    await writer.idle();
    for (let n = 0; n < 5; n += 1) await turn();
    expect(durable).to.equal(50);
    expect(disk.syncs).to.equal(1);
  });

  it('is full while too much is unwritten, or while held, and lets waiters go then', async () => {
    const disk = new SlowDisk();
    disk.automatic = false;
    const writer = make(disk);
    const big = 'x'.repeat(60_000);
    for (let n = 0; n < 700; n += 1) push(writer, big);
    expect(writer.full).to.equal(true);
    let released = false;
    void writer.drained().then(() => (released = true));
    await turn();
    expect(released).to.equal(false);
    disk.automatic = true;
    disk.finishWrites();
    await writer.idle();
    expect(writer.full).to.equal(false);
    await turn();
    expect(released).to.equal(true);
    writer.hold(true);
    expect(writer.full).to.equal(true);
    writer.hold(false);
    expect(writer.full).to.equal(false);
  });

  it('notes the passing of time only where nothing else was noted', async () => {
    const disk = new SlowDisk();
    const writer = make(disk);
    writer.clock(1000);
    writer.clock(2000);
    push(writer, 'line');
    writer.clock(3000);
    writer.clock(4000);
    await writer.idle();
    expect(disk.texts).to.deep.equal(['', '', 'line', '']);
  });
});
