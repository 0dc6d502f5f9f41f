import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { RejectedFile } from '../../../src/inputs/http-events/rejected-file.js';
import { CollectingLog } from '../../contracts/input.js';
import { temporaryDirs } from '../../support/temporary-dir.js';

describe('RejectedFile', () => {
  const { dir } = temporaryDirs();
  const rejected = (text: string) => ({
    input: 'http *:8080',
    peer: '192.0.2.1',
    receivedAt: Date.UTC(2026, 10, 20, 10),
    reason: 'no time',
    bytes: Buffer.from(text),
  });
  const linesOf = (path: string): Record<string, unknown>[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('keeps each event as received, with reason, peer and time, for its owner alone', async () => {
    const path = join(dir(), 'rejected.jsonl');
    const file = new RejectedFile({ path, log: new CollectingLog() });
    file.add(rejected('{"a":1}'));
    await file.flush();
    expect(linesOf(path)).to.deep.equal([
      {
        time: '2026-11-20T10:00:00.000Z',
        input: 'http *:8080',
        peer: '192.0.2.1',
        reason: 'no time',
        event: '{"a":1}',
      },
    ]);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    await file.close();
  });

  it('escapes control characters and cuts what is too long, saying how long it was', async () => {
    const path = join(dir(), 'rejected.jsonl');
    const file = new RejectedFile({ path, log: new CollectingLog() });
    file.add(rejected('\u001b[2J\u009b\u202e\n'));
    file.add(rejected('x'.repeat(70_000)));
    await file.close();
    expect(readFileSync(path, 'utf8')).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const [first, second] = linesOf(path);
    expect(first?.['event']).to.equal('\u001b[2J\u009b\u202e\n');
    expect(second?.['event']).to.have.length(65_536);
    expect(second?.['bytes']).to.equal(70_000);
  });

  it('begins a new file past its bound, and keeps one old one', async () => {
    const path = join(dir(), 'rejected.jsonl');
    const file = new RejectedFile({ path, log: new CollectingLog(), mostBytes: 10_000 });
    for (let n = 0; n < 300; n += 1) {
      file.add(rejected(`event ${n} ${'x'.repeat(100)}`));
      await file.flush();
    }
    await file.close();
    expect(existsSync(`${path}.2`)).to.equal(false);
    expect(statSync(`${path}.1`).size).to.be.within(10_000, 10_500);
    const kept = [...linesOf(`${path}.1`), ...linesOf(path)].map(({ event }) => /\d+/.exec(String(event))?.[0]);
    expect(kept.at(-1)).to.equal('299');
    expect(kept.map(Number)).to.deep.equal(kept.map((_, at) => Number(kept[0]) + at));
  });

  it('counts what it cannot write, says so once, and goes on when it can', async () => {
    const path = join(dir(), 'rejected.jsonl');
    mkdirSync(path);
    const log = new CollectingLog();
    const file = new RejectedFile({ path, log });
    const large = 'x'.repeat(60_000);
    for (let n = 0; n < 20; n += 1) {
      file.add(rejected(large));
      await file.flush();
    }
    expect(file.unkept).to.be.greaterThan(5);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(/^warn events that could not be taken are not kept: .*regular file/);
    await file.close();
  });
});
