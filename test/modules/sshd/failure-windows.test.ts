import { expect } from 'chai';
import { acceptedLine, failedLine, feed, type SshdSample, sshdRun, sshdStart } from '../../support/sshd-lines.js';

const A = '203.0.113.9';
const fails = (...seconds: number[]): SshdSample[] =>
  seconds.map((second, index) => [second, 100 + index, failedLine(A, 1000 + index, `user${index}`)]);
const exceeded = (samples: readonly SshdSample[], options = {}): readonly Readonly<Record<string, unknown>>[] =>
  sshdRun(samples, options).fieldsOf('SshdAttemptsExceeded');

describe('sshd attempts exceeded', () => {
  it('is told at the failureLimit-th failure, over all connections of the address', () => {
    const harness = sshdRun(fails(0, 10, 20, 30, 40, 50));
    expect(harness.fieldsOf('SshdAttemptsExceeded')).to.deep.equal([
      { addr: A, failures: 5, window: 300, users: ['user0', 'user1', 'user2', 'user3', 'user4'] },
    ]);
    expect(harness.events.find((event) => event.class.name === 'SshdAttemptsExceeded')?.time).to.equal(
      sshdStart + 40_000,
    );
  });

  it('counts what lies within failureWindow, to the end of it', () => {
    expect(exceeded(fails(0, 1, 2, 3, 300))).to.have.length(1);
    expect(exceeded(fails(0, 1, 2, 3, 300.001))).to.have.length(0);
    expect(exceeded(fails(0, 100, 200, 290, 310, 320))).to.have.length(1);
  });

  it('is told once until the window has emptied', () => {
    const steady = Array.from({ length: 30 }, (_, index) => index * 60);
    expect(exceeded(fails(...steady))).to.have.length(1);
    expect(exceeded(fails(0, 1, 2, 3, 4, 304, 305, 306, 307, 308, 309))).to.have.length(1);
    expect(exceeded(fails(0, 1, 2, 3, 4, 305, 306, 307, 308, 309))).to.have.length(2);
  });

  it('obeys its options', () => {
    expect(exceeded(fails(0, 1), { failureLimit: 2, failureWindow: 1 })[0]).to.include({ failures: 2, window: 1 });
    expect(exceeded(fails(0, 1.5), { failureLimit: 2, failureWindow: '1s' })).to.have.length(0);
    expect(exceeded(fails(0), { failureLimit: 1 })).to.have.length(1);
  });

  it('is by record time, not by the time of receipt', () => {
    const harness = sshdRun([]);
    harness.tick(sshdStart + 1e9);
    for (const sample of fails(0, 100, 200, 300, 400)) feed(harness, sample);
    expect(harness.fieldsOf('SshdAttemptsExceeded')).to.have.length(0);
  });

  it('counts repeated lines as that many', () => {
    const repeated: SshdSample = [1, 100, `message repeated 4 times: [ ${failedLine(A, 1000)}]`];
    expect(exceeded([[0, 100, failedLine(A, 1000)], repeated])[0]).to.include({ failures: 5 });
    expect(exceeded([repeated])).to.have.length(0);
    expect(exceeded([[0, 1, `message repeated 999999999 times: [ ${failedLine(A, 1)}]`]])).to.have.length(1);
  });

  it('each address counts for itself', () => {
    const two = fails(0, 1, 2, 3).concat(
      fails(4, 5, 6, 7).map(([at, pid, text]) => [at, pid + 50, text.replace(A, '203.0.113.77')]),
    );
    expect(exceeded(two)).to.have.length(0);
  });

  it('one address is the same on all hosts', () => {
    expect(exceeded(fails(0, 1, 2, 3, 4).map(([at, pid, text], index) => [at, pid, text, `h${index}`]))).to.have.length(
      1,
    );
  });

  it('hosts whose clocks are hours apart do not empty each other’s window, nor open it again', () => {
    const hour = 3600;
    const both = (...seconds: number[]): SshdSample[] =>
      seconds.flatMap((second): SshdSample[] => [
        [second + 2 * hour, 100 + second, failedLine(A, 1000 + second), 'fast'],
        [second, 100 + second, failedLine(A, 1000 + second), 'slow'],
      ]);
    expect(exceeded(both(0, 1, 2, 3))).to.have.length(0);
    expect(exceeded(both(0, 1, 2, 3, 4))).to.have.length(2);
    expect(exceeded(both(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))).to.have.length(2);
  });

  it('a host’s lines that come late count with those of others after them', () => {
    const late = fails(0, 1, 2).map(([at, pid, text]): SshdSample => [at, pid + 50, text, 'late']);
    expect(exceeded([...fails(60, 61), ...late])).to.have.length(1);
    expect(exceeded([...fails(460, 461), ...late])).to.have.length(0);
  });

  it('remembers a bounded number of failures, whatever their times', () => {
    const scattered = Array.from(
      { length: 200 },
      (_, index): SshdSample => [index * 7200, 100 + index, failedLine(A, 1000 + index), `h${index}`],
    );
    const harness = sshdRun(scattered, { maxConnections: 1 });
    const kept = JSON.stringify([...harness.state.entries()].find(([key]) => key.startsWith('address ')));
    expect(kept.match(/"time"/g)).to.have.length.below(21);
  });

  it('names at most 20 users, each once', () => {
    const many = fails(...Array.from({ length: 30 }, (_, index) => index));
    expect(exceeded(many, { failureLimit: 30 })[0]?.['users']).to.have.length(20);
    const same = many.map(([at, pid], index) => [at, pid, failedLine(A, 1000 + index, 'root')] as const);
    expect(exceeded(same, { failureLimit: 30 })[0]?.['users']).to.deep.equal(['root']);
  });

  it('a success clears what that user failed from there, and nothing else', () => {
    const bob = (at: number): SshdSample => [at, 200 + at, failedLine(A, 2000 + at, 'bob')];
    const in_: SshdSample = [5, 300, acceptedLine(A, 3000, 'bob')];
    expect(exceeded([bob(0), bob(1), bob(2), bob(3), in_, bob(6)])).to.have.length(0);
    // One valid account buys no further guessing of others.
    expect(exceeded([...fails(0, 1, 2, 3), in_, [6, 400, failedLine(A, 4000, 'eve')]])).to.have.length(1);
    expect(
      exceeded([...fails(0, 1, 2, 3), [4, 290, acceptedLine('192.0.2.5', 1, 'user0')], [6, 400, failedLine(A, 1)]]),
    ).to.have.length(1);
  });

  it('a success of the only user there was empties the window, so that it can be told again', () => {
    const bob = (...seconds: number[]): SshdSample[] =>
      seconds.map((at) => [at, 200 + at, failedLine(A, 2000 + at, 'bob')]);
    const in_: SshdSample = [5, 300, acceptedLine(A, 3000, 'bob')];
    expect(exceeded([...bob(0, 1, 2, 3, 4), in_, ...bob(6, 7, 8, 9, 10)])).to.have.length(2);
    expect(
      exceeded([[0, 900, failedLine(A, 9, 'eve')], ...bob(0, 1, 2, 3, 4), in_, ...bob(6, 7, 8, 9, 10)]),
    ).to.have.length(1);
  });

  it('stays latched while others fail, though there are too many to remember each', () => {
    const samples = fails(...Array.from({ length: 60 }, (_, index) => index));
    const clear = Array.from(
      { length: 20 },
      (_, index): SshdSample => [60, 700 + index, acceptedLine(A, 5000 + index, `user${59 - index}`)],
    );
    expect(exceeded([...samples, ...clear, ...fails(61, 62, 63, 64, 65)])).to.have.length(1);
    expect(exceeded([...samples, ...clear, ...fails(361, 362, 363, 364, 365)])).to.have.length(2);
  });

  it('remembers at most maxAddresses: the one quiet longest is out, counted', () => {
    const from = (at: number, addr: string): SshdSample => [at, 1000 + at, failedLine(addr, 1000 + at)];
    const harness = sshdRun([from(0, '192.0.2.1'), from(1, '192.0.2.2'), from(2, '192.0.2.3'), from(3, '192.0.2.1')], {
      failureLimit: 2,
      maxAddresses: 2,
    });
    expect(harness.fieldsOf('SshdAttemptsExceeded')).to.have.length(0);
    expect(harness.counters.get('evicted_addresses')).to.equal(2);
  });

  it('forgets addresses whose window has long emptied', () => {
    const harness = sshdRun(fails(0));
    harness.tick(harness.now + 48 * 3_600_000 + 1);
    expect([...harness.state.keys()]).to.deep.equal(['totals']);
  });
});
