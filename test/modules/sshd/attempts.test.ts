import { expect } from 'chai';
import sshd from '../../../modules/sshd.js';
import { ModuleHarness } from '../../support/module-harness.js';

const A = '203.0.113.9 port 40000';
const invalid = `Invalid user bob from ${A}`;
const failed = `Failed password for alice from ${A} ssh2`;
const failedInvalid = `Failed password for invalid user bob from ${A} ssh2`;
const pam =
  'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=alice';
const pamOther = pam.replace('pam_unix', 'pam_sss');
const pamInvalid = pam.replace('  user=alice', ' ');
const pamError = 'error: PAM: Authentication failure for alice from 203.0.113.9';
const pamErrorInvalid =
  'error: PAM: User not known to the underlying authentication module for illegal user bob from 203.0.113.9';
const interactive = `Failed keyboard-interactive/pam for alice from ${A} ssh2`;
const interactiveInvalid = `Failed keyboard-interactive/pam for invalid user bob from ${A} ssh2`;
const postponed = `Postponed keyboard-interactive for alice from ${A} ssh2 [preauth]`;
const publickey = `Failed publickey for alice from ${A} ssh2: RSA SHA256:x`;
const notAllowed = 'User alice from 203.0.113.9 not allowed because not listed in AllowUsers';
const locked = 'User alice not allowed because account is locked';
const failedRefused = `Failed password for invalid user alice from ${A} ssh2`;
const rootRefused = `ROOT LOGIN REFUSED FROM ${A}`;
const failedRoot = `Failed password for root from ${A} ssh2`;
const none = `Failed none for invalid user bob from ${A} ssh2`;
const exceeded = `error: maximum authentication attempts exceeded for alice from ${A} ssh2 [preauth]`;
const disconnecting = `Disconnecting authenticating user alice ${A}: Too many authentication failures [preauth]`;
const closed = `Connection closed by ${A} [preauth]`;
const more = 'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=alice';

/** Lines of one connection, before its end → failures of the SshdLoginFailed; 0 for none at all. */
const table: readonly (readonly [string, readonly string[], number])[] = [
  ['a failed password', [failed], 1],
  ['PAM and its failed password', [pam, failed], 1],
  ['three passwords, of which PAM tells one and then sums up', [pam, failed, failed, failed, more], 3],
  ['two PAM modules and one failed password', [pam, pamOther, failed], 1],
  ['only PAM', [pam], 1],
  ['only PAM, twice', [pam, pam], 2],
  ['two PAM modules alone', [pam, pamOther], 1],
  ['an invalid user alone', [invalid], 1],
  ['an invalid user and method none', [invalid, none], 1],
  ['an invalid user and PAM', [invalid, pamInvalid], 1],
  ['an invalid user, PAM and the failed password', [invalid, pamInvalid, failedInvalid], 1],
  ['an invalid user, none, PAM and two passwords', [invalid, none, pamInvalid, failedInvalid, failedInvalid], 2],
  [
    'an invalid user and repeated passwords',
    [invalid, pamInvalid, failedInvalid, `message repeated 2 times: [ ${failedInvalid}]`],
    3,
  ],
  [
    'an invalid user whose first password is among the repeated',
    [invalid, `message repeated 3 times: [ ${failedInvalid}]`],
    3,
  ],
  ['PAM over keyboard-interactive, told by PAM alone', [postponed, pam, pamError], 1],
  ['PAM over keyboard-interactive, told by both', [postponed, pam, pamError, interactive], 1],
  [
    'keyboard-interactive: two by PAM, the third by both',
    [pam, pamError, pam, pamError, pam, pamError, interactive],
    3,
  ],
  ['keyboard-interactive of an unknown user', [invalid, postponed, pamInvalid, pamErrorInvalid, interactiveInvalid], 1],
  [
    'keyboard-interactive of an unknown user, twice',
    [invalid, pamInvalid, pamErrorInvalid, interactiveInvalid, pamInvalid, pamErrorInvalid, interactiveInvalid],
    2,
  ],
  ['keyboard-interactive, then a password', [pam, pamError, pam, failed], 2],
  ['repeated PAM errors', [pamError, `message repeated 2 times: [ ${pamError}]`], 3],
  ['a key and a password', [publickey, pam, failed], 2],
  ['a refused account alone', [notAllowed], 1],
  ['a refused account and its failed password', [notAllowed, pam, failedRefused], 1],
  ['a refused account and two passwords', [notAllowed, failedRefused, failedRefused], 2],
  ['a locked account and its failed password', [locked, failedRefused], 1],
  ['a locked account alone', [locked], 1],
  ['root refused alone', [rootRefused], 1],
  ['root refused and failed, twice', [rootRefused, failedRoot, rootRefused, failedRoot], 2],
  ['attempts exceeded after failures', [failed, failed, exceeded, disconnecting], 2],
  ['attempts exceeded, nothing told before', [exceeded, disconnecting], 1],
  ['too many failures, nothing told before', [disconnecting], 1],
  ['too many failures after PAM', [pam, disconnecting], 1],
  ['nothing but postponed', [postponed], 0],
  ['nothing but partial', [`Partial publickey for alice from ${A} ssh2: RSA SHA256:x`], 0],
  ['nothing but method none', [none.replace('invalid user ', '')], 0],
];

const follow = (lines: readonly string[], pid: string): ModuleHarness => {
  const harness = new ModuleHarness(sshd, { options: { failureLimit: 100 } });
  lines.forEach((message, index) =>
    harness.record({ time: 1e12 + index * 1000, host: 'h', app: 'sshd', pid, message }),
  );
  return harness;
};

describe('sshd counts an attempt once', () => {
  for (const [what, lines, failures] of table) {
    it(`${failures} for ${what}`, () => {
      const harness = follow([...lines, closed, more], '100').end();
      const told = harness.fieldsOf('SshdLoginFailed');
      expect(told.map((fields) => fields['failures'])).to.deep.equal(failures === 0 ? [] : [failures]);
      if (told[0] !== undefined) expect(told[0]).to.include({ addr: '203.0.113.9', port: 40000 });
      expect(harness.fieldsOf('SshdStats')[0]).to.include({ open: 0, failed: failures === 0 ? 0 : 1 });
    });
  }

  for (const [what, lines, failures] of table) {
    if (failures === 0) continue;
    it(`${failures} against the address for ${what}`, () => {
      const at = (limit: number): number => {
        const harness = new ModuleHarness(sshd, { options: { failureLimit: limit } });
        for (const message of [...lines, closed])
          harness.record({ time: 1e12, host: 'h', app: 'sshd', pid: '100', message });
        return harness.fieldsOf('SshdAttemptsExceeded').length;
      };
      expect([at(failures), at(failures + 1)]).to.deep.equal([1, 0]);
    });
  }

  it('a PAM module that could not, before one that could, is no failure', () => {
    const harness = follow(
      [pam, `Accepted password for alice from ${A} ssh2`, `Disconnected from user alice ${A}`],
      '100',
    );
    expect(harness.names).to.deep.equal(['SshdSessionOpened', 'SshdLogin']);
    expect(harness.fieldsOf('SshdLogin')[0]).to.include({ failures: 0 });
  });

  it('failures before a success are told with it, and not as a failed login', () => {
    const accepted = `Accepted publickey for alice from ${A} ssh2: RSA SHA256:x`;
    const harness = follow([pam, failed, failed, accepted, `Disconnected from user alice ${A}`], '100');
    expect(harness.names).to.deep.equal(['SshdSessionOpened', 'SshdLogin']);
    expect(harness.fieldsOf('SshdSessionOpened')[0]).to.include({
      failures: 2,
      key: 'RSA SHA256:x',
      auth: 'publickey',
    });
    expect(harness.fieldsOf('SshdLogin')[0]).to.include({ failures: 2 });
  });

  it('sshd calls a refused account invalid, and so does the event', () => {
    const told = follow([notAllowed, failedRefused, closed], '100').fieldsOf('SshdLoginFailed');
    expect(told[0]).to.include({ user: 'alice', invalidUser: true });
    expect(follow([failed, closed], '100').fieldsOf('SshdLoginFailed')[0]).to.include({ invalidUser: false });
  });
});
