import { createGunzip } from 'node:zlib';

/** A gzip of zeros unpacks to a thousand times its size: this much of it at once, so that memory stays bounded. */
const packedBytes = 16 * 1024;
const unpackedBytes = 64 * 1024;

/** What a gzip stream has packed. Where it is damaged or ends too early, it gives all that can be unpacked before it throws. */
export const unpack = async function* (packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip({ chunkSize: unpackedBytes });
  const failed = new Promise<never>((_, reject) => gunzip.once('error', reject));
  failed.catch(() => undefined); // Whoever waits for a step is told.
  const ready: Buffer[] = [];
  gunzip.on('data', (bytes: Buffer) => ready.push(bytes));
  const step = (bytes: Buffer | undefined): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      if (bytes === undefined) gunzip.once('end', resolve).end();
      else gunzip.write(bytes, () => resolve());
    });
    return Promise.race([done, failed]);
  };
  /** Takes one step and gives what came of it, also where it failed. */
  const unpacked = async function* (bytes: Buffer | undefined): AsyncGenerator<Buffer, void> {
    let failure: { readonly cause: unknown } | undefined;
    try {
      await step(bytes);
    } catch (cause) {
      failure = { cause };
    }
    yield* ready.splice(0);
    if (failure !== undefined) throw failure.cause;
  };
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length; at += packedBytes) yield* unpacked(chunk.subarray(at, at + packedBytes));
    }
    yield* unpacked(undefined);
  } finally {
    gunzip.destroy();
  }
};
