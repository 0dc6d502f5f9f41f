import { expect } from 'chai';
import sshd from '../../../modules/sshd.js';
import { ModuleHarness } from '../../support/module-harness.js';
import { acceptedLine, closedLine, failedLine, feed, sshdRun } from '../../support/sshd-lines.js';

const A = '203.0.113.9';
const B = '203.0.113.10';
const opened = 'pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)';
const sessionClosed = 'pam_unix(sshd:session): session closed for user root';
const pam = `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${A}  user=root`;
const pamError = `error: PAM: Authentication failure for root from ${A}`;

describe('sshd connections', () => {
  it('the first line of the end ends a login, from whatever process, and the others are nothing new', () => {
    for (const ends of [
      [102, `Received disconnect from ${A} port 1:11: disconnected by user`],
      [102, `Disconnected from user root ${A} port 1`],
      [100, sessionClosed],
    ].map((_, index, all) => [...all.slice(index), ...all.slice(0, index)] as [number, string][])) {
      const harness = sshdRun([
        [0, 100, acceptedLine(A, 1)],
        [1, 100, opened],
        ...ends.map(([pid, message], index) => [61 + index, pid, message] as const),
      ]).end();
      expect(harness.names).to.deep.equal(['SshdSessionOpened', 'SshdLogin']);
      expect(harness.fieldsOf('SshdLogin')[0]).to.include({
        user: 'root',
        auth: 'password',
        addr: A,
        port: 1,
        start: '2026-11-20T10:00:01.000Z',
        finish: '2026-11-20T10:01:01.000Z',
        duration: 60,
      });
      expect(harness.fieldsOf('SshdStats')[0]).to.include({ logins: 1, open: 0 });
    }
  });

  it('a connection whose peer sshd no longer knows at its end is found by its pid', () => {
    const harness = sshdRun([
      [0, 100, failedLine(A, 1)],
      [1, 100, 'Connection closed by UNKNOWN port 65535 [preauth]'],
    ]).end();
    expect(harness.fieldsOf('SshdLoginFailed')).to.deep.equal([
      { user: 'root', addr: A, port: 1, failures: 1, invalidUser: false },
    ]);
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ open: 0 });
  });

  it('without PAM a session begins when it is accepted', () => {
    const harness = sshdRun([
      [0, 100, acceptedLine(A, 1)],
      [2.5, 100, `Connection closed by ${A} port 1`],
    ]);
    expect(harness.fieldsOf('SshdLogin')[0]).to.include({ duration: 2.5 });
  });

  it('processes that named the same connection are one: sshd-session and sshd-auth', () => {
    const harness = new ModuleHarness(sshd);
    const say = (app: string, pid: string, message: string): void =>
      harness.record({ time: 1e12, host: 'h', app, pid, message });
    say('sshd-session', '100', failedLine(A, 1));
    say('sshd-auth', '101', `Postponed publickey for root from ${A} port 1 ssh2 [preauth]`);
    say('sshd-auth', '101', pamError);
    say('sshd-session', '100', pam);
    say('sshd-session', '101', closedLine(A, 1));
    expect(harness.fieldsOf('SshdLoginFailed')).to.deep.equal([
      { user: 'root', addr: A, port: 1, failures: 3, invalidUser: false },
    ]);
    expect(harness.end().fieldsOf('SshdStats')[0]).to.include({ open: 0 });
  });

  it('what a process told before it named its connection joins what another told of it', () => {
    const harness = sshdRun([
      [0, 100, failedLine(A, 1)],
      [1, 101, pamError],
      [2, 101, `Postponed keyboard-interactive/pam for root from ${A} port 1 ssh2 [preauth]`],
      [3, 100, closedLine(A, 1)],
    ]).end();
    expect(harness.fieldsOf('SshdLoginFailed').map((fields) => fields['failures'])).to.deep.equal([2]);
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ open: 0 });
  });

  it('other programs say nothing to it', () => {
    const harness = new ModuleHarness(sshd);
    for (const app of ['sshdx', 'su', undefined]) {
      harness.record({ time: 1e12, host: 'h', app, pid: '1', message: acceptedLine(A, 1) });
    }
    expect(harness.end().names).to.deep.equal([]);
  });

  it('two hosts do not mix: neither by pid nor by address and port', () => {
    const harness = sshdRun([
      [0, 1, failedLine(A, 7), 'a'],
      [0, 1, pamError, 'b'],
      [1, 1, closedLine(A, 7), 'b'],
      [2, 1, closedLine(A, 7), 'a'],
    ]);
    const failures = harness.fieldsOf('SshdLoginFailed').map((fields) => fields['failures']);
    expect(failures).to.deep.equal([1, 1]);
  });

  it('a pid used again starts afresh', () => {
    const harness = sshdRun([
      [0, 100, failedLine(A, 1, 'alice')],
      [1, 100, failedLine(A, 1, 'alice')],
      [10, 100, failedLine(B, 2, 'bob')],
      [11, 100, 'fatal: Write failed: Connection reset by peer [preauth]'],
    ]);
    expect(harness.fieldsOf('SshdLoginFailed')).to.deep.equal([
      { user: 'bob', addr: B, port: 2, failures: 1, invalidUser: false },
    ]);
    feed(harness, [12, 500, closedLine(A, 1)]);
    expect(harness.fieldsOf('SshdLoginFailed')[1]).to.include({ user: 'alice', failures: 2 });
  });

  it('a process without port whose pid is used again is over', () => {
    const harness = sshdRun([
      [0, 100, `Invalid user alice from ${A}`],
      [10, 100, `Invalid user bob from ${B}`],
    ]);
    expect(harness.fieldsOf('SshdLoginFailed')).to.deep.equal([
      { user: 'alice', addr: A, port: undefined, failures: 1, invalidUser: true },
    ]);
  });

  it('an attempt from the place of an authenticated session begins a new connection; the old one is counted as expired', () => {
    const harness = sshdRun([
      [0, 100, acceptedLine(A, 1)],
      [9, 100, failedLine(A, 1, 'bob')],
      [10, 100, closedLine(A, 1)],
    ]).end();
    expect(harness.names).to.deep.equal(['SshdSessionOpened', 'SshdLoginFailed']);
    expect(harness.fieldsOf('SshdLoginFailed')[0]).to.include({ user: 'bob', failures: 1 });
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ expired: 1, open: 0 });
  });

  it('a host name in PAM and an address in sshd are the same peer', () => {
    const harness = sshdRun([
      [0, 100, pam.replace(A, 'host.example.org')],
      [1, 100, failedLine(A, 1)],
      [2, 100, closedLine(A, 1)],
    ]).end();
    expect(harness.fieldsOf('SshdLoginFailed')).to.deep.equal([
      { user: 'root', addr: A, port: 1, failures: 1, invalidUser: false },
    ]);
    expect(harness.fieldsOf('SshdStats')[0]).to.include({ open: 0, expired: 0 });
  });

  it('a host name that turns out to be the address of another connection takes nothing from it', () => {
    const harness = sshdRun([
      [0, 100, failedLine('host.example.org', 1, 'alice')],
      [1, 200, failedLine(A, 1, 'bob')],
      [2, 100, pamError],
      [3, 200, closedLine(A, 1)],
      [4, 100, closedLine('host.example.org', 1)],
    ]);
    const told = harness.fieldsOf('SshdLoginFailed').map(({ user, failures }) => [user, failures]);
    expect(told).to.deep.equal([
      ['bob', 1],
      ['root', 2],
    ]);
  });

  it('9.8 names the process that timed out, not the one that says so', () => {
    const harness = sshdRun([
      [0, 100, failedLine(A, 1)],
      [1, 200, failedLine(B, 2)],
      [120, 1, `Timeout before authentication for connection from ${A} to 192.0.2.1, pid = 100`],
    ]);
    expect(harness.fieldsOf('SshdLoginFailed').map((fields) => fields['addr'])).to.deep.equal([A]);
  });

  it('lines without pid follow the address and port', () => {
    const harness = new ModuleHarness(sshd);
    for (const message of [`Invalid user bob from ${A} port 1`, failedLine(A, 1), closedLine(A, 1)]) {
      harness.record({ time: 1e12, host: 'h', app: 'sshd', message });
    }
    expect(harness.fieldsOf('SshdLoginFailed')[0]).to.include({ failures: 1 });
  });

  it('forgets what has been silent longer than maxAge, and counts it', () => {
    for (const [gap, open, expired] of [
      [3600, 1, 0],
      [3601, 0, 1],
    ] as const) {
      const harness = sshdRun([[0, 100, failedLine(A, 1)]], { maxAge: '1h' });
      harness.tick(harness.now + gap * 1000);
      expect(harness.end().fieldsOf('SshdStats')[0]).to.include({ open, expired, failed: 0 });
    }
  });

  it('a line later than maxAge does not belong to what was before, by the clock of its host', () => {
    const harness = new ModuleHarness(sshd, { options: { maxAge: '1h' } });
    harness.tick(2e12);
    const say = (time: number, message: string): void =>
      harness.record({ time, host: 'h', app: 'sshd', pid: '1', message });
    say(1e12, failedLine(A, 1));
    say(1e12 + 3_600_001, closedLine(A, 1));
    expect(harness.names).to.deep.equal([]);
    expect(harness.end().fieldsOf('SshdStats')[0]).to.include({ open: 0, expired: 1 });
  });

  it('lines keep a connection alive', () => {
    const harness = sshdRun(
      [0, 3000, 6000, 9000].map((seconds) => [seconds, 100, failedLine(A, 1)] as const),
      { maxAge: '1h' },
    );
    feed(harness, [9001, 100, closedLine(A, 1)]);
    expect(harness.fieldsOf('SshdLoginFailed')[0]).to.include({ failures: 4 });
  });

  it('follows at most maxConnections: the one silent longest is out, counted', () => {
    const harness = sshdRun(
      [
        [0, 1, failedLine(A, 1)],
        [1, 2, failedLine(A, 2)],
        [2, 1, failedLine(A, 1)],
        [3, 3, failedLine(A, 3)],
        [4, 2, closedLine(A, 2)],
        [4, 1, closedLine(A, 1)],
        [4, 3, closedLine(A, 3)],
      ],
      { maxConnections: 2 },
    );
    expect(harness.fieldsOf('SshdLoginFailed').map((fields) => fields['port'])).to.deep.equal([1, 3]);
    expect(harness.counters.get('connections_evicted')).to.equal(1);
  });

  it('counts lines it does not know', () => {
    const harness = sshdRun([
      [0, 1, 'something new in sshd 12'],
      [0, 1, 'Server listening on :: port 22.'],
    ]);
    expect(harness.counters.get('unknown_lines')).to.equal(1);
  });
});
