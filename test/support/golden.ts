import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';

/** Holds a text against a golden file; with `TOCSIN_WRITE_GOLDEN=1` it writes the file instead, to be looked at in the diff. */
export const golden = (file: URL, text: string): void => {
  if (process.env['TOCSIN_WRITE_GOLDEN'] === '1') {
    writeFileSync(file, text);
    return;
  }
  if (!existsSync(file))
    throw new Error(`there is no golden file ${file.pathname}; write it with TOCSIN_WRITE_GOLDEN=1`);
  expect(text.split('\n')).to.deep.equal(readFileSync(file, 'utf8').split('\n'));
};

/** A file of the shared collection of real logs beside the project; undefined where it is absent. */
export const sharedLog = (name: string): URL | undefined => {
  const url = new URL(`../../../shared/data/${name}`, import.meta.url);
  return existsSync(url) ? url : undefined;
};
