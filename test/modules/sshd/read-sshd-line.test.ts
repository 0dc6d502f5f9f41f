import { expect } from 'chai';
import fc from 'fast-check';
import type { SshdLine } from '../../../modules/sshd/line.js';
import { readSshdLine } from '../../../modules/sshd/read-sshd-line.js';

const peer = { addr: '203.0.113.9', port: 40000 };
const addr = { addr: '203.0.113.9' };
const A = '203.0.113.9 port 40000';

/** Line → what it says; fields not named are empty. */
const table: readonly (readonly [string, Partial<SshdLine>])[] = [
  // Attempts.
  [`Accepted password for alice from ${A} ssh2`, { kind: 'accepted', user: 'alice', method: 'password', ...peer }],
  [
    `Accepted publickey for alice from ${A} ssh2: ED25519 SHA256:AbC+/d=`,
    { kind: 'accepted', user: 'alice', method: 'publickey', key: 'ED25519 SHA256:AbC+/d=', ...peer },
  ],
  [
    `Accepted publickey for alice from ${A} ssh2: RSA-CERT SHA256:a ID k (serial 0) CA RSA SHA256:b`,
    {
      kind: 'accepted',
      user: 'alice',
      method: 'publickey',
      key: 'RSA-CERT SHA256:a ID k (serial 0) CA RSA SHA256:b',
      ...peer,
    },
  ],
  [
    `Accepted gssapi-with-mic for alice from ${A} ssh2: alice@EXAMPLE.ORG`,
    { kind: 'accepted', user: 'alice', method: 'gssapi-with-mic', key: 'alice@EXAMPLE.ORG', ...peer },
  ],
  [
    `Accepted keyboard-interactive/pam for alice from ${A} ssh2`,
    { kind: 'accepted', user: 'alice', method: 'keyboard-interactive/pam', ...peer },
  ],
  [
    `Accepted hostbased for alice from ${A} ssh2: RSA SHA256:a, client user "alice", client host "c"`,
    {
      kind: 'accepted',
      user: 'alice',
      method: 'hostbased',
      key: 'RSA SHA256:a, client user "alice", client host "c"',
      ...peer,
    },
  ],
  [`Failed password for alice from ${A} ssh2`, { kind: 'failed', user: 'alice', method: 'password', ...peer }],
  [
    `Failed password for alice from ${A} ssh2 [preauth]`,
    { kind: 'failed', user: 'alice', method: 'password', ...peer },
  ],
  [
    `Failed password for invalid user bob from ${A} ssh2`,
    { kind: 'failed', user: 'bob', method: 'password', invalidUser: true, ...peer },
  ],
  [
    `Failed password for invalid user  from ${A} ssh2`,
    { kind: 'failed', user: '', method: 'password', invalidUser: true, ...peer },
  ],
  [
    `Failed password for invalid user from ${A} ssh2`,
    { kind: 'failed', user: '', method: 'password', invalidUser: true, ...peer },
  ],
  [
    `Failed publickey for alice from ${A} ssh2: RSA SHA256:x`,
    { kind: 'failed', user: 'alice', method: 'publickey', key: 'RSA SHA256:x', ...peer },
  ],
  [`Failed hostbased for alice from ${A} ssh2`, { kind: 'failed', user: 'alice', method: 'hostbased', ...peer }],
  [`Failed none for alice from ${A} ssh2`, { kind: 'named', user: 'alice', method: 'none', ...peer }],
  [
    `Postponed keyboard-interactive/pam for invalid user bob from ${A} ssh2 [preauth]`,
    { kind: 'named', user: 'bob', method: 'keyboard-interactive/pam', invalidUser: true, ...peer },
  ],
  [
    `Partial publickey for alice from ${A} ssh2: RSA SHA256:x`,
    { kind: 'named', user: 'alice', method: 'publickey', key: 'RSA SHA256:x', ...peer },
  ],
  [
    'Failed password for alice from 2001:db8::7 port 22 ssh2',
    { kind: 'failed', user: 'alice', method: 'password', addr: '2001:db8::7', port: 22 },
  ],
  [
    'Failed password for alice from fe80::1%eth0 port 22 ssh2',
    { kind: 'failed', user: 'alice', method: 'password', addr: 'fe80::1%eth0', port: 22 },
  ],
  [
    'Failed password for alice from host-1.example.org port 22 ssh2',
    { kind: 'failed', user: 'alice', method: 'password', addr: 'host-1.example.org', port: 22 },
  ],
  // A line that was cut, and one that another was glued to, still name their peer.
  [`Failed password for alice from ${A}`, { kind: 'failed', user: 'alice', method: 'password', ...peer }],
  [`Failed password for alice from ${A} ssh22000`, { kind: 'failed', user: 'alice', method: 'password', ...peer }],
  ['Accepted key ED25519 SHA256:x found at /home/alice/.ssh/authorized_keys:1', { kind: 'other' }],
  // What a peer calls itself.
  [
    `Failed password for invalid user root from 192.0.2.4 port 1 ssh2 from ${A} ssh2`,
    { kind: 'failed', user: 'root from 192.0.2.4 port 1 ssh2', method: 'password', invalidUser: true, ...peer },
  ],
  [
    `Failed publickey for alice from ${A} ssh2: RSA-CERT SHA256:a ID x from 192.0.2.4 port 1 ssh2 (serial 0) CA RSA SHA256:b`,
    {
      kind: 'failed',
      user: 'alice',
      method: 'publickey',
      key: 'RSA-CERT SHA256:a ID x from 192.0.2.4 port 1 ssh2 (serial 0) CA RSA SHA256:b',
      ...peer,
    },
  ],
  [
    `Failed publickey for alice from ${A} ssh2: RSA-CERT SHA256:a ID x from 192.0.2.4 port 1 ssh2: RSA SHA256:c (serial 0) CA RSA SHA256:b`,
    {
      kind: 'failed',
      user: 'alice',
      method: 'publickey',
      key: 'RSA-CERT SHA256:a ID x from 192.0.2.4 port 1 ssh2: RSA SHA256:c (serial 0) CA RSA SHA256:b',
      ...peer,
    },
  ],
  [
    `Failed publickey for root from 192.0.2.4 port 1 ssh2: RSA SHA256:c from ${A} ssh2: RSA SHA256:b`,
    {
      kind: 'failed',
      user: 'root from 192.0.2.4 port 1 ssh2: RSA SHA256:c',
      method: 'publickey',
      key: 'RSA SHA256:b',
      ...peer,
    },
  ],
  [
    `Failed publickey for invalid user x from ${A} ssh2: RSA-CERT SHA256:a ID y (serial 0) CA RSA SHA256:b`,
    {
      kind: 'failed',
      user: 'x',
      method: 'publickey',
      invalidUser: true,
      key: 'RSA-CERT SHA256:a ID y (serial 0) CA RSA SHA256:b',
      ...peer,
    },
  ],
  [
    `Failed publickey for invalid user x from ${A} ssh2: RSA-CERT SHA256:a ID y from 192.0.2.4 port 1 ssh2: z`,
    {
      kind: 'failed',
      user: 'x',
      method: 'publickey',
      invalidUser: true,
      key: 'RSA-CERT SHA256:a ID y from 192.0.2.4 port 1 ssh2: z',
    },
  ],
  // What sshd does not know, and one address in two forms.
  ['Failed password for bob from UNKNOWN port 65535 ssh2', { kind: 'failed', user: 'bob', method: 'password' }],
  ['Connection closed by UNKNOWN port 65535 [preauth]', { kind: 'ended' }],
  ['Connection reset by UNKNOWN port -1', { kind: 'ended' }],
  ['Did not receive identification string from UNKNOWN', { kind: 'ended' }],
  [
    'Failed password for bob from ::ffff:203.0.113.9 port 40000 ssh2',
    { kind: 'failed', user: 'bob', method: 'password', ...peer },
  ],
  ['Invalid user bob from ::ffff:203.0.113.9', { kind: 'refused', user: 'bob', invalidUser: true, ...addr }],
  ['Invalid user bob from ::ffff:0:1', { kind: 'refused', user: 'bob', invalidUser: true, addr: '::ffff:0:1' }],
  [
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=::ffff:203.0.113.9  user=bob',
    { kind: 'pam-failure', method: 'pam_unix', user: 'bob', ...addr },
  ],
  [
    'pam_unix(sshd-session:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=bob',
    { kind: 'pam-failure', method: 'pam_unix', user: 'bob', ...addr },
  ],
  ['pam_unix(sshd-session:session): session closed for user bob', { kind: 'ended' }],
  ['pam_unix(sshd-other:session): session closed for user bob', { kind: 'other' }],
  [
    `Failed password for invalid user "[1.2.3.4]:5 invalid user from ${A} ssh2`,
    { kind: 'failed', user: '"[1.2.3.4]:5 invalid user', method: 'password', invalidUser: true, ...peer },
  ],
  // Refusals.
  [`Invalid user bob from ${A}`, { kind: 'refused', user: 'bob', invalidUser: true, ...peer }],
  ['Invalid user bob from 203.0.113.9', { kind: 'refused', user: 'bob', invalidUser: true, ...addr }],
  ['Illegal user bob from 203.0.113.9', { kind: 'refused', user: 'bob', invalidUser: true, ...addr }],
  [`Invalid user  from ${A}`, { kind: 'refused', user: '', invalidUser: true, ...peer }],
  ['Invalid user from 203.0.113.9', { kind: 'refused', user: '', invalidUser: true, ...addr }],
  [
    `Invalid user x from 192.0.2.4 port 1 from ${A}`,
    { kind: 'refused', user: 'x from 192.0.2.4 port 1', invalidUser: true, ...peer },
  ],
  [
    'Invalid user x from 192.0.2.4 port 1 from 203.0.113.9',
    { kind: 'refused', user: 'x from 192.0.2.4 port 1', invalidUser: true, ...addr },
  ],
  ...[
    'not listed in AllowUsers',
    'listed in DenyUsers',
    "none of user's groups are listed in AllowGroups",
    'a group is listed in DenyGroups',
    'not in any group',
  ].map(
    (reason) =>
      [
        `User alice from 203.0.113.9 not allowed because ${reason}`,
        { kind: 'refused', user: 'alice', ...addr },
      ] as const,
  ),
  ...['account is locked', 'shell /bin/no does not exist', 'shell /bin/no is not executable'].map(
    (reason) => [`User alice not allowed because ${reason}`, { kind: 'refused', user: 'alice' }] as const,
  ),
  [`ROOT LOGIN REFUSED FROM ${A}`, { kind: 'refused', user: 'root', ...peer }],
  ['ROOT LOGIN REFUSED FROM 203.0.113.9', { kind: 'refused', user: 'root', ...addr }],
  // PAM.
  ['error: PAM: Authentication failure for alice from 203.0.113.9', { kind: 'pam-error', user: 'alice', ...addr }],
  [
    'error: PAM: User not known to the underlying authentication module for illegal user bob from 203.0.113.9',
    { kind: 'pam-error', user: 'bob', invalidUser: true, ...addr },
  ],
  [
    'error: PAM: Have exhausted maximum number of retries for service for alice from 203.0.113.9',
    { kind: 'pam-error', user: 'alice', ...addr },
  ],
  [
    'error: PAM: Authentication failure for illegal user x for y from 192.0.2.4 from host.example.org',
    { kind: 'pam-error', user: 'x for y from 192.0.2.4', invalidUser: true, addr: 'host.example.org' },
  ],
  ['error: PAM: pam_open_session(): Permission denied', { kind: 'other' }],
  ...['pam_unix', 'pam_sss', 'pam_krb5', 'pam_ldap'].map(
    (method) =>
      [
        `${method}(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=alice`,
        { kind: 'pam-failure', method, user: 'alice', ...addr },
      ] as const,
  ),
  [
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ',
    { kind: 'pam-failure', method: 'pam_unix', ...addr },
  ],
  [
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=x rhost=192.0.2.4',
    { kind: 'pam-failure', method: 'pam_unix', user: 'x rhost=192.0.2.4', ...addr },
  ],
  ['pam_unix(sshd:auth): check pass; user unknown', { kind: 'other' }],
  [
    'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=alice',
    { kind: 'other' },
  ],
  ['PAM service(sshd) ignoring max retries; 6 > 3', { kind: 'other' }],
  ['pam_unix(sshd:session): session opened for user alice by (uid=0)', { kind: 'opened' }],
  ['pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)', { kind: 'opened' }],
  ['pam_unix(sshd:session): session closed for user alice', { kind: 'ended' }],
  ['pam_unix(sudo:session): session closed for user root', { kind: 'other' }],
  // Given up.
  [
    `error: maximum authentication attempts exceeded for invalid user bob from ${A} ssh2 [preauth]`,
    { kind: 'given-up', user: 'bob', invalidUser: true, tooMany: true, ...peer },
  ],
  [
    `error: maximum authentication attempts exceeded for root from ${A} ssh2 [preauth]`,
    { kind: 'given-up', user: 'root', tooMany: true, ...peer },
  ],
  [
    `Disconnecting authenticating user root ${A}: Too many authentication failures [preauth]`,
    { kind: 'ended', user: 'root', tooMany: true, ...peer },
  ],
  [
    `Disconnecting invalid user x 192.0.2.4 port 1: y ${A}: Too many authentication failures [preauth]`,
    { kind: 'ended', user: 'x 192.0.2.4 port 1: y', invalidUser: true, tooMany: true, ...peer },
  ],
  ['Disconnecting: Too many authentication failures for root [preauth]', { kind: 'ended', tooMany: true }],
  // Ends.
  [`Connection closed by ${A} [preauth]`, { kind: 'ended', ...peer }],
  [`Connection closed by ${A}`, { kind: 'ended', ...peer }],
  ['Connection closed by 203.0.113.9 [preauth]', { kind: 'ended', ...addr }],
  [`Connection closed by authenticating user root ${A} [preauth]`, { kind: 'ended', user: 'root', ...peer }],
  [`Connection closed by invalid user bob ${A} [preauth]`, { kind: 'ended', user: 'bob', invalidUser: true, ...peer }],
  [`Connection closed by invalid user  ${A} [preauth]`, { kind: 'ended', invalidUser: true, ...peer }],
  [
    `Connection closed by invalid user x 192.0.2.4 port 1 [preauth] ${A} [preauth]`,
    { kind: 'ended', user: 'x 192.0.2.4 port 1 [preauth]', invalidUser: true, ...peer },
  ],
  [`Connection reset by authenticating user root ${A} [preauth]`, { kind: 'ended', user: 'root', ...peer }],
  [`Connection reset by ${A}`, { kind: 'ended', ...peer }],
  [`Received disconnect from ${A}:11: disconnected by user`, { kind: 'ended', ...peer }],
  ['Received disconnect from 203.0.113.9: 11: Bye Bye [preauth]', { kind: 'ended', ...addr }],
  ['Received disconnect from 2001:db8::7: 11: Bye Bye [preauth]', { kind: 'ended', addr: '2001:db8::7' }],
  [`Received disconnect from ${A}:11: from 192.0.2.4 port 1 [preauth]`, { kind: 'ended', ...peer }],
  ['Received disconnect from 203.0.113.9: 11: x port 5:11: y', { kind: 'ended', ...addr }],
  [
    'error: Received disconnect from 203.0.113.9: 3: com.jcraft.jsch.JSchException: Auth fail [preauth]',
    { kind: 'ended', ...addr },
  ],
  [`Disconnected from user alice ${A}`, { kind: 'ended', user: 'alice', ...peer }],
  [`Disconnected from authenticating user alice ${A} [preauth]`, { kind: 'ended', user: 'alice', ...peer }],
  [`Disconnected from ${A}`, { kind: 'ended', ...peer }],
  [
    `Disconnecting invalid user bob ${A}: Change of username or service not allowed: (bob,ssh-connection) -> (x,ssh-connection) [preauth]`,
    { kind: 'ended', ...peer },
  ],
  [
    `Disconnecting invalid user bob ${A}: Change of username or service not allowed: (bob,ssh-connection) -> (x 192.0.2.4 port 1: y,ssh-connection) [preauth]`,
    { kind: 'ended' },
  ],
  [`Timeout, client not responding from user alice ${A}`, { kind: 'ended', user: 'alice', ...peer }],
  [`Closing connection to ${A}`, { kind: 'ended', ...peer }],
  ['fatal: Write failed: Connection reset by peer [preauth]', { kind: 'ended' }],
  ['fatal: Access denied for user alice by PAM account configuration [preauth]', { kind: 'ended', tooMany: true }],
  // Timeouts.
  [`fatal: Timeout before authentication for ${A}`, { kind: 'ended', ...peer }],
  ['Timeout before authentication for 203.0.113.9', { kind: 'ended', ...addr }],
  [
    'Timeout before authentication for connection from 203.0.113.9 to 192.0.2.1, pid = 4711',
    { kind: 'ended', pid: '4711', ...addr },
  ],
  // Probes.
  [`Did not receive identification string from ${A}`, { kind: 'ended', ...peer }],
  ['Did not receive identification string from 203.0.113.9', { kind: 'ended', ...addr }],
  [`Bad protocol version identification 'GET / from 192.0.2.4 port 1' from ${A}`, { kind: 'ended', ...peer }],
  [`banner exchange: Connection from ${A}: invalid format`, { kind: 'ended', ...peer }],
  [
    `Unable to negotiate with ${A}: no matching key exchange method found. Their offer: x from 192.0.2.4 port 1 [preauth]`,
    { kind: 'ended', ...peer },
  ],
  ['error: kex_exchange_identification: Connection closed by remote host', { kind: 'other' }],
  // Nothing to a connection.
  ...[
    'reverse mapping checking getaddrinfo for h.example.org [203.0.113.9] failed - POSSIBLE BREAK-IN ATTEMPT!',
    'Address 203.0.113.9 maps to h.example.org, but this does not map back to the address.',
    'drop connection #10 from [203.0.113.9]:40000 on [192.0.2.1]:22 penalty: failed authentication',
    'drop connection #10 from [203.0.113.9]:40000 on [192.0.2.1]:22 past MaxStartups',
    'srclimit_penalise: ipv4: new 203.0.113.9/32 deferred penalty of 5 seconds for penalty: failed authentication',
    'error: beginning MaxStartups throttling',
    'refused connect from h.example.org (203.0.113.9)',
    'Server listening on 0.0.0.0 port 22.',
    'Received signal 15; terminating.',
    'Starting session: shell on pts/0 for alice from 203.0.113.9 port 40000 id 0',
    'User child is on pid 4711',
    'input_userauth_request: invalid user bob [preauth]',
    'debug1: Accepted password for alice from 203.0.113.9 port 40000 ssh2',
  ].map((line) => [line, { kind: 'other' }] as const),
  // Repeated.
  [
    `message repeated 5 times: [ Failed password for root from ${A} ssh2]`,
    { kind: 'failed', user: 'root', method: 'password', times: 5, ...peer },
  ],
  [
    `message repeated 2 times: [ Failed password for invalid user x] y from ${A} ssh2]`,
    { kind: 'failed', user: 'x] y', method: 'password', invalidUser: true, times: 2, ...peer },
  ],
];

const blank = {
  user: '',
  addr: '',
  port: 0,
  method: '',
  key: '',
  invalidUser: false,
  tooMany: false,
  pid: '',
  times: 1,
};

describe('readSshdLine()', () => {
  for (const [line, parts] of table) {
    it(`reads: ${line}`, () => {
      expect(readSshdLine(line)).to.deep.equal({ ...blank, ...parts });
    });
  }

  for (const line of [
    '',
    'some other words',
    'Failed password for alice',
    'Failed password for alice from  port 22 ssh2',
    'Failed password for alice from 203.0.113.9 port 0 ssh2',
    'Failed password for alice from 203.0.113.9 port 65536 ssh2',
    'Invalid user bob',
    'Connection closed by port 22',
    'message repeated many times: [ Failed password for root from 203.0.113.9 port 40000 ssh2]',
    'message repeated 2 times: [ Failed password',
  ]) {
    it(`does not know: ${JSON.stringify(line)}`, () => {
      expect(readSshdLine(line)).to.equal(undefined);
    });
  }

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          ' from ',
          '192.0.2.4',
          ' port ',
          '1',
          ' ssh2',
          ': ',
          'RSA SHA256:x',
          ' ',
          ']',
          '\n',
          '\u001b[2J',
          'invalid user ',
          ' [preauth]',
          ' for ',
          ' not allowed because ',
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join('')),
  );

  it('gives the address sshd wrote, whatever the user is called', () => {
    fc.assert(
      fc.property(hostile, (user) => {
        for (const line of [
          `Failed password for invalid user ${user} from ${A} ssh2`,
          `Invalid user ${user} from ${A}`,
          `Connection closed by invalid user ${user} ${A} [preauth]`,
          `error: maximum authentication attempts exceeded for invalid user ${user} from ${A} ssh2 [preauth]`,
          `Disconnecting invalid user ${user} ${A}: Too many authentication failures [preauth]`,
          `message repeated 2 times: [ Failed password for invalid user ${user} from ${A} ssh2]`,
        ]) {
          const read = readSshdLine(line);
          expect(read, line).to.include({ ...peer, invalidUser: true });
          expect(read?.user).to.equal(user.slice(0, 256));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the address sshd wrote, whatever a peer says as it leaves', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(readSshdLine(`Received disconnect from ${A}:11: ${text} [preauth]`)).to.include({
          kind: 'ended',
          ...peer,
        });
        const reason = `Disconnecting ${A}: Change of username or service not allowed: (x,${text}) -> (y,z)`;
        expect(readSshdLine(reason)?.addr).to.be.oneOf(['203.0.113.9', '']);
      }),
      { numRuns: 300 },
    );
  });

  it('takes time in proportion to the length of a line', () => {
    const started = process.cpuUsage();
    for (const part of [
      ' from 1.1.1.1 port 1 ssh2: ',
      ' from ',
      ' port 1: ',
      ' 1.1.1.1 port 1: ',
      ' for ',
      'user ',
      ' rhost=',
      ': [',
    ]) {
      const text = part.repeat(400_000 / part.length);
      for (const start of [
        'Failed x for ',
        'Invalid user ',
        'User ',
        'Disconnecting ',
        'error: PAM: ',
        'Connection closed by ',
        'pam_unix(sshd:auth): authentication failure;',
        'message repeated 2 times: [ ',
      ]) {
        readSshdLine(start + text);
      }
    }
    // 64 lines of 400 kB: quadratic time would be minutes.
    expect(process.cpuUsage(started).user / 1e6).to.be.below(8);
  });
});
