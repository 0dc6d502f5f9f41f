import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { Secret, SecretError, secret } from '../src/secret.js';
import { noteLog } from './support/note-log.js';
import { temporaryDirs } from './support/temporary-dir.js';

describe('secret', () => {
  const { dir } = temporaryDirs();
  const write = (text: string, mode = 0o600): string => {
    const path = join(dir(), 'secret');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('reads a file, or a variable, anew each time, without the line break at its end', () => {
    const kept = secret.parse({ file: write('one\r\n') });
    expect(kept.read()).to.equal('one');
    write('two');
    expect(kept.read()).to.equal('two');
    process.env['TOCSIN_TEST_SECRET'] = 'three';
    expect(secret.parse({ env: 'TOCSIN_TEST_SECRET' }).read()).to.equal('three');
    delete process.env['TOCSIN_TEST_SECRET'];
  });

  it('warns of a file that others may read, and only of such', () => {
    for (const [mode, warnings] of [
      [0o600, 0],
      [0o400, 0],
      [0o640, 1],
      [0o604, 1],
    ] as const) {
      const { log, notes } = noteLog();
      new Secret({ file: write('x', mode) }).read(log);
      expect(notes, mode.toString(8)).to.have.length(warnings);
    }
  });

  it('refuses what is no secret, and shows nothing of it', () => {
    mkdirSync(join(dir(), 'sub'));
    const file = write('');
    const reasons: Readonly<Record<string, string>> = {
      '': 'is empty',
      '\n\n': 'is empty',
      'hunter2\nmore': 'holds control characters',
      'hunter2\0': 'holds control characters',
    };
    for (const [text, reason] of Object.entries(reasons)) {
      write(text);
      expect(() => new Secret({ file }).read())
        .to.throw(SecretError, reason)
        .with.property('message')
        .that.does.not.include('hunter2');
    }
    write('x'.repeat(20_000));
    expect(() => new Secret({ file }).read()).to.throw(SecretError, 'no file of at most 16384 bytes');
    expect(() => new Secret({ file: join(dir(), 'sub') }).read()).to.throw(SecretError, 'no file of at most');
    expect(() => new Secret({ file: join(dir(), 'none') }).read()).to.throw(SecretError, 'ENOENT');
  });

  it('refuses all but one file or one variable', () => {
    for (const given of [
      'hunter2',
      7,
      {},
      { file: '' },
      { file: 'a', env: 'B' },
      { file: { env: 'A' } },
      { path: 'a' },
    ]) {
      const [issue] = secret.safeParse(given).error?.issues ?? [];
      expect(issue?.message).to.include('{ file: <path> } or { env: <name of a variable> } would be right');
      expect(issue?.message).not.to.include('hunter2');
    }
  });

  it('is nowhere in what is shown of it', () => {
    const kept = secret.parse({ file: write('hunter2') });
    kept.read();
    expect(inspect(kept, { showHidden: true }) + JSON.stringify({ kept })).not.to.include('hunter2');
  });
});
