import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { CaptureFile } from '../../src/run/capture-file.js';
import { StoredFile } from '../../src/inputs/stored-file.js';
import { CollectingLog, CollectingSink } from '../contracts/input.js';
import { blockOf } from '../support/blocks.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('CaptureFile', () => {
  const { dir } = temporaryDirs();

  it('writes what is read again as the same frames, empty ones too, over a second run', async () => {
    const file = path.join(dir(), 'a.cap');
    const frames = [
      '',
      '<13>one',
      '',
      '7 <13>digits',
      'two\nlines',
      'ends in \r',
      'tocsin capture 1',
      '0 zero',
      'last',
    ];
    for (const part of [frames.slice(0, 4), frames.slice(4)]) {
      const capture = await CaptureFile.open(file, new CollectingLog());
      capture.add(blockOf(1, part));
      await capture.close();
    }
    const sink = new CollectingSink();
    const input = new StoredFile(sink, { path: file, framing: 'auto', maxFrame: 1000 });
    await input.start();
    await input.ended;
    expect(sink.texts).to.deep.equal(frames);
  });

  it('begins anew with its first line after a rotation', async () => {
    const file = path.join(dir(), 'a.cap');
    const capture = await CaptureFile.open(file, new CollectingLog());
    fs.renameSync(file, `${file}.1`);
    await capture.reopen();
    capture.add(blockOf(1, ['one']));
    await capture.close();
    expect(fs.readFileSync(file, 'utf8')).to.equal('tocsin capture 1\none\n');
  });
});
