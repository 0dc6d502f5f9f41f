import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DeadLetter } from '../../src/dispatch/dead-letter-line.js';
import { DeadLetters } from '../../src/dispatch/dead-letters.js';
import { NoticeEvent } from '../../src/events/event.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { n: 'number' } as const;
  get summary(): string {
    if (this.fields.n < 0) throw new Error('negative');
    return `said ${this.fields.n}`;
  }
}

const said = (n: number): Said => Object.assign(new Said({ n }), { id: `${n}-0` });

const letter = (event: Said, listener = 'a'): DeadLetter => ({
  listener,
  number: event.fields.n,
  event,
  reason: 'no',
});

describe('DeadLetters', () => {
  const { dir } = temporaryDirs();

  it('keeps events of all listeners in the order in which they were refused', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const letters = await DeadLetters.open({ path, log: noteLog().log });
    await Promise.all(Array.from({ length: 200 }, (_, n) => letters.add(letter(said(n), n % 2 === 0 ? 'a' : 'b'))));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)).to.deep.equal(
      Array.from({ length: 200 }, (_, n) => `${n}-0`),
    );
  });

  it('says which event is lost where it cannot be kept, and goes on', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const { log, notes } = noteLog();
    const letters = await DeadLetters.open({ path, log });
    await letters.add(letter(said(-1)));
    await letters.add(letter(said(1)));
    expect(notes).to.deep.equal([`error event -1-0 for listener a is lost: it cannot be kept in ${path}: negative`]);
    expect(readFileSync(path, 'utf8')).to.include('"id":"1-0"');
  });

  it('begins anew past its bound, keeps the file before, and says and counts what is gone', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const { log, notes } = noteLog();
    const letters = await DeadLetters.open({ path, log, maxBytes: 1000 });
    for (let n = 0; n < 20; n += 1) expect(await letters.add(letter(said(n)))).to.equal(true);
    const lines = (name: string): string[] => readFileSync(name, 'utf8').trimEnd().split('\n');
    const kept = [...lines(`${path}.1`), ...lines(path)];
    expect(statSync(path).size).to.be.at.most(1000);
    expect(letters.counters).to.deep.equal({ kept: 20, replaced: 20 - kept.length, lost: 0 });
    expect(kept.at(-1)).to.include('"id":"19-0"');
    expect(letters.counters.replaced).to.be.above(0);
    expect(notes.at(-1)).to.match(
      /^warn .*dead-letter\.jsonl is full \(1000 bytes\) and is now .*\.1; \d+ older events/,
    );
    for (const name of [path, `${path}.1`]) expect(statSync(name).mode & 0o777).to.equal(0o600);
  });

  it('keeps no raw control character of a reason or an event, and cuts a long reason', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const hostile = Object.assign(said(1), { module: 'a\u009b\u202e\nb' });
    const letters = await DeadLetters.open({ path, log: noteLog().log });
    await letters.add({ ...letter(hostile), reason: `\u001b[2J\u2028${'x'.repeat(100_000)}` });
    const text = readFileSync(path, 'utf8');
    expect(text).to.match(/^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e]*\n$/);
    expect(text.length).to.be.below(5000);
  });
});
