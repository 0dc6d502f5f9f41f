import { BlockReader, BlockWriter, FrameSource, entryKinds } from '../../src/journal/block.js';

const source = new FrameSource({ input: 'test' });

/** A sealed block of frames with these texts, received at this time. */
export const blockOf = (firstSeq: number, texts: readonly string[], receivedAt = 0): Uint8Array => {
  const writer = new BlockWriter({ firstSeq, bytes: 256 });
  for (const text of texts) {
    const bytes = Buffer.from(text);
    writer.add(entryKinds.frame, 0, source, receivedAt, bytes, 0, bytes.length);
  }
  return writer.seal(0);
};

/** The texts of a block made by `blockOf`. */
export const textsOf = (block: Uint8Array): string[] => {
  const reader = new BlockReader(block);
  const texts: string[] = [];
  while (reader.next()) texts.push(reader.bytes.toString('utf8', reader.start, reader.end));
  return texts;
};
