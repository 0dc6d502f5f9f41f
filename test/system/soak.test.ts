import { expect } from 'chai';
import { soak } from '../soak/soak.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('A program under steady mixed load', function () {
  this.timeout(180_000);
  const { dir } = temporaryDirs();

  it('does not grow: memory, threads, file handles, journal, outbox, checkpoints', async () => {
    const { findings, growth, records } = await soak({ durationMs: 60_000, dir: dir() });
    expect(findings, JSON.stringify(growth)).to.deep.equal([]);
    expect(records).to.be.greaterThan(10_000);
  });
});
