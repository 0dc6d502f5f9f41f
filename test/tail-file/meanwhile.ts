import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const asked = ['open', 'stat', 'lstat', 'readdir', 'realpath', 'readlink'] as const;

/** Calls `step` before each question that is put to the file system while `work` runs: the world changes under its hands. */
export const meanwhile = async (step: () => void, work: () => Promise<unknown>): Promise<void> => {
  const real = { ...fs.promises };
  for (const name of asked) {
    const call = real[name] as (...given: readonly unknown[]) => Promise<unknown>;
    Object.assign(fs.promises, {
      [name]: (...given: readonly unknown[]) => {
        step();
        return call(...given);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const name of asked) Object.assign(fs.promises, { [name]: real[name] });
    syncBuiltinESMExports();
  }
};
