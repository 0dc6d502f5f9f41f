import { expect } from 'chai';
import fc from 'fast-check';
import sshd from '../../modules/sshd.js';
import { ModuleHarness } from '../support/module-harness.js';
import {
  acceptedLine,
  closedLine,
  failedLine,
  feed,
  type SshdSample,
  sshdRun,
  sshdStart,
} from '../support/sshd-lines.js';

const A = '203.0.113.9';

describe('sshd options', () => {
  it('have the documented defaults', () => {
    expect(sshd.options.parse({})).to.include({ failureLimit: 5, failureWindow: 300_000, maxAge: 172_800_000 });
  });

  it('refuse what is unknown or senseless', () => {
    for (const options of [
      { failurelimit: 5 },
      { failureLimit: 0 },
      { failureLimit: 2.5 },
      { maxAge: 'long' },
      { failureWindow: 0 },
    ]) {
      expect(sshd.options.safeParse(options).success, JSON.stringify(options)).to.equal(false);
    }
  });

  it('can change while it runs, its state kept', () => {
    const harness = sshdRun([[0, 100, failedLine(A, 1)]]);
    harness.reconfigure({ failureLimit: 2 });
    feed(harness, [1, 100, failedLine(A, 1)]);
    expect(harness.fieldsOf('SshdAttemptsExceeded')).to.have.length(1);
  });
});

describe('sshd events', () => {
  it('are audit events of their severity', () => {
    const kinds = sshd.events?.map(({ name, auditId, severity }) => [name, auditId, severity]);
    expect(kinds).to.deep.equal([
      ['SshdSessionOpened', 'sshd.session_opened', 'notice'],
      ['SshdLogin', 'sshd.login', 'notice'],
      ['SshdLoginFailed', 'sshd.login_failed', 'error'],
      ['SshdAttemptsExceeded', 'sshd.attempts_exceeded', 'error'],
      ['SshdStats', 'sshd.stats', 'notice'],
    ]);
  });

  it('quote a name that could pass for a part of the sentence', () => {
    const harness = sshdRun([
      [0, 1, `Invalid user root\u001b[2J from 192.0.2.4 from ${A} port 1`],
      [1, 1, closedLine(A, 1)],
    ]);
    expect(harness.events[0]?.summary).to.equal(
      'invalid user "root\\u001b[2J from 192.0.2.4" did not get in from 203.0.113.9 port 1: 1 failure',
    );
  });
});

describe('sshd statistics', () => {
  const day = 86_400;
  const midnight = 14 * 3600;
  const login = (second: number, port: number): SshdSample[] => [
    [second, port, acceptedLine(A, port)],
    [second + 1, port, `Disconnected from user root ${A} port ${port}`],
  ];

  it('are told at midnight and at the end, each of its own time', () => {
    const harness = sshdRun([
      ...login(0, 1),
      [10, 2, failedLine(A, 2)],
      [midnight - 1, 2, closedLine(A, 2)],
      ...login(midnight, 3),
      [midnight + 2, 4, failedLine(A, 4)],
    ]).end();
    const stats = harness.events.filter((event) => event.class.name === 'SshdStats');
    expect(stats.map(({ time }) => (time - sshdStart) / 1000)).to.deep.equal([midnight, midnight + 2]);
    expect(stats.map(({ fields }) => fields)).to.deep.equal([
      { logins: 1, failed: 1, exceeded: 0, expired: 0, open: 0 },
      { logins: 1, failed: 0, exceeded: 0, expired: 0, open: 1 },
    ]);
  });

  it('skip days on which nothing moved the clock', () => {
    const harness = sshdRun([...login(0, 1), ...login(3 * day, 2)]);
    expect(harness.fieldsOf('SshdStats')).to.have.length(1);
  });

  it('are told at the wall’s midnight, also where the clock was set forward or back', () => {
    const harness = new ModuleHarness(sshd);
    const tick = (time: string): void => harness.tick(Date.parse(time) - harness.clockAhead);
    tick('2026-11-20T12:00:00Z');
    harness.clockAhead = day * 1000;
    tick('2026-11-21T12:00:01Z');
    harness.clockAhead = -300 * day * 1000;
    tick('2026-01-24T12:00:02Z');
    tick('2026-01-25T00:00:00Z');
    expect(harness.events.map(({ time }) => new Date(time).toISOString())).to.deep.equal([
      '2026-11-21T00:00:00.000Z',
      '2026-01-25T00:00:00.000Z',
    ]);
  });

  it('follow the calendar of the stack', () => {
    const harness = new ModuleHarness(sshd, { timeZone: 'Asia/Tokyo' });
    harness.tick(Date.parse('2026-11-20T14:59:59Z'));
    expect(harness.events).to.have.length(0);
    harness.tick(Date.parse('2026-11-20T15:00:00Z'));
    expect(harness.events).to.have.length(1);
  });
});

const message = fc.oneof(
  fc
    .record({
      text: fc.constantFrom(
        'Failed password for U from A port P ssh2',
        'Failed password for U from A port P ssh2',
        'Failed keyboard-interactive/pam for U from A port P ssh2',
        'message repeated 3 times: [ Failed password for U from A port P ssh2]',
        'Accepted password for U from A port P ssh2',
        'Postponed publickey for U from A port P ssh2',
        'Invalid user U from A port P',
        'Invalid user U from A',
        'User U from A not allowed because listed in DenyUsers',
        'User U not allowed because account is locked',
        'ROOT LOGIN REFUSED FROM A port P',
        'error: PAM: Authentication failure for U from A',
        'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=A  user=U',
        'pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=H  user=U',
        'error: maximum authentication attempts exceeded for U from A port P ssh2 [preauth]',
        'pam_unix(sshd:session): session opened for user U by (uid=0)',
        'pam_unix(sshd:session): session closed for user U',
        'Connection closed by A port P [preauth]',
        'Connection closed by A [preauth]',
        'Received disconnect from A port P:11: bye',
        'Disconnecting authenticating user U A port P: Too many authentication failures [preauth]',
        'fatal: Write failed: Connection reset by peer [preauth]',
      ),
      user: fc.constantFrom('root', 'alice', 'bob', ''),
      addr: fc.constantFrom('203.0.113.9', '2001:db8::7', 'host.example.org'),
      port: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ text, user, addr, port }) =>
      text
        .replace('H', 'host.example.org')
        .replace(/\bA\b/, addr)
        .replace(/\bP\b/, String(port))
        .replace(/\bU\b/, user),
    ),
  fc.string(),
);

const step = fc.record({
  message,
  seconds: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -5, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 9000 }) },
  ),
  host: fc.constantFrom('a', 'b'),
  pid: fc.integer({ min: 1, max: 4 }),
  restart: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const play = (steps: readonly Step[], restarts: boolean): ModuleHarness => {
  const options = { failureLimit: 3, maxAge: '1h', maxConnections: 5, maxAddresses: 2 };
  const harness = new ModuleHarness(sshd, { options });
  let at = 0;
  for (const { message: text, seconds, host, pid, restart } of steps) {
    if (restarts && restart) harness.restart();
    at += seconds;
    feed(harness, [at, pid, text, host]);
  }
  return harness.end();
};

describe('sshd state', () => {
  it('gives the same events after restarts at any point', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const [through, restarted] = [play(steps, false), play(steps, true)];
        expect(restarted.jsonl).to.equal(through.jsonl);
        expect([...restarted.counters]).to.deep.equal([...through.counters]);
      }),
      { numRuns: 400 },
    );
  });

  it('adds up: statistics tell as many events as there were, and state is no more than what is open', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const harness = play(steps, false);
        const sum = (field: string): number =>
          harness.fieldsOf('SshdStats').reduce((total, fields) => total + Number(fields[field]), 0);
        expect(sum('logins')).to.equal(harness.fieldsOf('SshdLogin').length);
        expect(sum('failed')).to.equal(harness.fieldsOf('SshdLoginFailed').length);
        expect(sum('exceeded')).to.equal(harness.fieldsOf('SshdAttemptsExceeded').length);
        const kept = [...harness.state.keys()];
        const open = harness.fieldsOf('SshdStats').at(-1)?.['open'];
        expect(kept.filter((key) => key.startsWith('connection '))).to.have.length(Number(open));
        expect(kept.filter((key) => key.startsWith('address ')).length).to.be.at.most(2);
        for (const failed of harness.fieldsOf('SshdLoginFailed')) expect(failed['failures']).to.be.above(0);
      }),
      { numRuns: 200 },
    );
  });

  it('is empty when all has ended: nothing leaks over thousands of short connections', function () {
    this.timeout(60_000);
    const harness = new ModuleHarness(sshd);
    for (let index = 0; index < 30_000; index += 1) {
      const [addr, port] = [`10.0.${index >> 8}.${index & 255}`, 1024 + (index % 60_000)];
      const time = sshdStart + index * 1000;
      const say = (text: string): void =>
        harness.record({ time, host: 'h', app: 'sshd', pid: String(index % 32_768), message: text });
      say(failedLine(addr, port));
      say(closedLine(addr, port));
      harness.events.length = 0;
    }
    expect([...harness.state.keys()].filter((key) => key.startsWith('connection '))).to.have.length(0);
    // What is left are the addresses of the last 65 minutes.
    expect(harness.state.size).to.be.below(3_903);
  });
});
