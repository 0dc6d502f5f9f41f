import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
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

describe('DeadLetters', () => {
  const { dir } = temporaryDirs();

  it('keeps events of all listeners in the order in which they were refused', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const letters = new DeadLetters(path, noteLog().log);
    await Promise.all(Array.from({ length: 200 }, (_, n) => letters.add(n % 2 === 0 ? 'a' : 'b', said(n), 'no')));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id)).to.deep.equal(
      Array.from({ length: 200 }, (_, n) => `${n}-0`),
    );
  });

  it('says which event is lost where it cannot be kept, and goes on', async () => {
    const path = join(dir(), 'dead-letter.jsonl');
    const { log, notes } = noteLog();
    const letters = new DeadLetters(path, log);
    await letters.add('a', said(-1), 'no');
    await letters.add('a', said(1), 'no');
    expect(notes).to.deep.equal([`error event -1-0 for listener a is lost: it cannot be kept in ${path}: negative`]);
    expect(readFileSync(path, 'utf8')).to.include('"id":"1-0"');
  });
});
