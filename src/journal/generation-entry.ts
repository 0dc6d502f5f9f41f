import { blockHeaderBytes, BlockReader, entryKinds } from './block.js';

/** Where another configuration begins: all entries behind `seq` came under the one of this id. */
export interface GenerationEntry {
  readonly seq: number;
  readonly id: string;
}

/** The bytes of such an entry, which has a block of its own. */
export const generationBytes = (id: string): Buffer => Buffer.from(JSON.stringify({ id }));

/** What a block says about the configuration; undefined where it is one of frames. @throws RangeError where the bytes are no block */
export const readGenerationEntry = (block: Uint8Array): GenerationEntry | undefined => {
  if (block[blockHeaderBytes] !== entryKinds.generation) return undefined;
  const reader = new BlockReader(block);
  reader.next();
  const { id } = JSON.parse(reader.bytes.toString('utf8', reader.start, reader.end)) as { readonly id: string };
  return { seq: reader.seq, id };
};
