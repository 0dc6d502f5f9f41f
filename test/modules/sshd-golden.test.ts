import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import sshd from '../../modules/sshd.js';
import { golden, sharedLog } from '../support/golden.js';
import { ModuleHarness } from '../support/module-harness.js';

const goldenFile = (name: string): URL => new URL(`../golden/sshd/${name}`, import.meta.url);

/** Events by class, as `replay --json` counts them. */
const countsOf = (harness: ModuleHarness): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const event of harness.events) counts[event.class.name] = (counts[event.class.name] ?? 0) + 1;
  return counts;
};

describe('sshd on sample logs', () => {
  for (const name of ['sessions', 'failures', 'guessing', 'old', 'probes', 'hosts']) {
    it(`gives the golden events of ${name}.log, and knows every line`, () => {
      const harness = new ModuleHarness(sshd, { timeZone: 'Europe/Berlin' }).file(goldenFile(`${name}.log`)).end();
      golden(goldenFile(`${name}.events.jsonl`), harness.jsonl);
      expect(harness.counters.get('unknown_lines') ?? 0).to.equal(0);
    });
  }
});

describe('sshd on real logs', () => {
  const shared = (name: string, year: number, test: (harness: ModuleHarness, file: URL) => void): void => {
    const file = sharedLog(name);
    if (file === undefined) it.skip(`${name}: ../shared/data is absent`);
    else it(name, () => test(new ModuleHarness(sshd, { year }).file(file).end(), file));
  };

  shared('sshd-1.cap', 2023, (harness) => {
    expect(countsOf(harness)).to.deep.equal({ SshdSessionOpened: 2, SshdLogin: 2, SshdLoginFailed: 1, SshdStats: 1 });
    expect(harness.fieldsOf('SshdLogin').map(({ user, auth, duration }) => [user, auth, duration])).to.deep.equal([
      ['timp', 'publickey', 81.299],
      ['testguy', 'password', 6.508],
    ]);
    expect(harness.fieldsOf('SshdLoginFailed')[0]).to.include({ user: 'testguy', failures: 3, port: 60142 });
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ open: 0, expired: 0 });
  });

  // Counted by hand: 518 lines "Failed password", two repeated 5 times, and 3 connections of an invalid user with no
  // password tried are 531 failures; the last connection has one and no end, so 530 are told, of 495 connections.
  shared('OpenSSH_2k.log', 2015, (harness, file) => {
    expect(countsOf(harness)).to.deep.equal({
      SshdSessionOpened: 1,
      SshdLogin: 1,
      SshdLoginFailed: 495,
      SshdAttemptsExceeded: 12,
      SshdStats: 1,
    });
    const failures = harness.fieldsOf('SshdLoginFailed').reduce((sum, fields) => sum + Number(fields['failures']), 0);
    expect(failures).to.equal(530);
    const text = readFileSync(file, 'utf8');
    expect(text.match(/\]: Failed password/g)).to.have.length(518);
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ failed: 495, logins: 1, exceeded: 12, expired: 0, open: 2 });
    const told = harness.events.filter(
      ({ class: { name } }) => name === 'SshdAttemptsExceeded' || name === 'SshdLogin',
    );
    golden(
      goldenFile('OpenSSH_2k.exceeded.txt'),
      told.map((event) => `${new Date(event.time).toISOString()} ${event.summary}\n`).join(''),
    );
    expect(harness.counters.get('unknown_lines') ?? 0).to.equal(0);
  });
});
