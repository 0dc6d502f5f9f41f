import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TailInput } from '../../src/inputs/tail.js';
import { BlockReader, entryKinds } from '../../src/journal/block.js';
import { FrameWriter } from '../../src/run/frame-writer.js';
import { CollectingLog } from '../contracts/input.js';
import { until } from '../support/eventually.js';
import { temporaryDirs } from '../support/temporary-dir.js';

/** The frames of a block, and the place in the file that the last of its entries tells, in bytes. */
const contentsOf = (block: Uint8Array): { readonly lines: number; readonly place: number | undefined } => {
  const reader = new BlockReader(block);
  let lines = 0;
  let place: number | undefined;
  while (reader.next()) {
    if (reader.kind === entryKinds.frame) {
      lines += 1;
      place = undefined;
    } else if (reader.kind === entryKinds.position) {
      const { value } = JSON.parse(reader.bytes.toString('utf8', reader.start, reader.end)) as {
        value: { files: { offset: number }[] };
      };
      place = value.files.reduce((sum, { offset }) => sum + offset, 0);
    }
  }
  return { lines, place };
};

describe('A followed file in the journal', () => {
  const { dir } = temporaryDirs();
  const lineBytes = 100;
  const lines = (count: number): string => `${'x'.repeat(lineBytes - 1)}\n`.repeat(count);

  it('has its place in the very block of its lines: whichever block is the last before a crash, no line comes again', async () => {
    const path = join(dir(), 'a.log');
    writeFileSync(path, lines(20_000));
    const blocks: Uint8Array[] = [];
    const writer = new FrameWriter({
      nextSeq: 1,
      write: async (block) => {
        blocks.push(block);
        await new Promise((resolve) => setImmediate(resolve));
      },
      sync: async () => undefined,
      failed: (cause) => expect.fail(String(cause)),
    });
    const input = new TailInput(writer, { pattern: path, log: new CollectingLog(), pollMs: 10 });
    await input.start();
    await until('the file is read', () => writer.frames === 20_000);
    renameSync(path, `${path}.1`);
    appendFileSync(path, lines(5000));
    await until('the new file is read', () => writer.frames === 25_000);
    await input.stop();
    await writer.idle();

    expect(blocks.length).to.be.greaterThan(5);
    let read = 0;
    for (const block of blocks) {
      const contents = contentsOf(block);
      read += contents.lines;
      if (contents.lines > 0)
        expect(contents.place, 'the place behind the lines of a block').to.equal(read * lineBytes);
    }
    expect(read).to.equal(25_000);
  });
});
