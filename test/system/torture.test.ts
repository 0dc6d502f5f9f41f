import { expect } from 'chai';
import { killPointNames } from '../../src/kill-point.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { torture } from '../torture/torture.js';

describe('A program that is killed again and again under load', function () {
  this.timeout(400_000);
  const { dir } = temporaryDirs();
  const seed = Date.now() % 1_000_000;

  const keepsItsPromises = async (kills: number, points: boolean): Promise<void> => {
    const said: string[] = [`seed ${seed}`];
    const report = await torture({ seed, kills, points, dir: dir(), say: (line) => said.push(line) });
    expect(report.findings, said.join('\n')).to.deep.equal([]);
    // It had something to lose.
    expect(report.records).to.be.greaterThan(1000);
    expect(report.acknowledged).to.be.greaterThan(10);
    expect(report.alarms).to.be.greaterThan(0);
    expect(report.lookups).to.be.greaterThan(0);
    expect(report.sent).to.be.greaterThan(0);
    expect(report.refused).to.be.greaterThan(0);
  };

  it(`loses nothing and tells nothing twice (seed ${seed})`, () => keepsItsPromises(20, false));
  it(`loses nothing and tells nothing twice, killed between two steps that belong together (seed ${seed})`, () =>
    keepsItsPromises(killPointNames.length, true));
});
