import { expect } from 'chai';
import { normalizeOne, sshd } from './support.js';

/** Message → sid, source, port, user, method. */
type Row = readonly [message: string, sid: number, src: string, port: number, user?: string, method?: string];

const rows: readonly Row[] = [
  ['Failed password for root from 203.0.113.9 port 4 ssh2', 1, '203.0.113.9', 4, 'root', 'password'],
  ['Failed password for invalid user a b from 203.0.113.9 port 4 ssh2', 1, '203.0.113.9', 4, 'a b', 'password'],
  ['Failed publickey for bob from 2001:DB8:0::9 port 4 ssh2: RSA SHA256:abc', 2, '2001:db8::9', 4, 'bob', 'publickey'],
  ['Invalid user webmaster from 173.234.31.186', 3, '173.234.31.186', 0, 'webmaster'],
  ['Invalid user  from 173.234.31.186 port 5', 3, '173.234.31.186', 5, ''],
  ['User bob from 203.0.113.9 not allowed because not listed in AllowUsers', 4, '203.0.113.9', 0, 'bob'],
  ['ROOT LOGIN REFUSED FROM 203.0.113.9 port 44', 5, '203.0.113.9', 44, 'root'],
  [
    'Failed keyboard-interactive/pam for x from 203.0.113.9 port 4 ssh2',
    6,
    '203.0.113.9',
    4,
    'x',
    'keyboard-interactive/pam',
  ],
  [
    'error: PAM: Authentication failure for illegal user x from 203.0.113.9',
    6,
    '203.0.113.9',
    0,
    'x',
    'keyboard-interactive/pam',
  ],
  [
    'error: PAM: User not known to the underlying authentication module for x from 203.0.113.9',
    6,
    '203.0.113.9',
    0,
    'x',
    'keyboard-interactive/pam',
  ],
  [
    'Failed keyboard-interactive/pam for invalid user x from 203.0.113.9 port 4 ssh2 [preauth]',
    6,
    '203.0.113.9',
    4,
    'x',
    'keyboard-interactive/pam',
  ],
  ['Failed password for a from 203.0.113.9 port 4 ssh2 [preauth]', 1, '203.0.113.9', 4, 'a', 'password'],
  ['Invalid user x from 203.0.113.9 port 4 [preauth]', 3, '203.0.113.9', 4, 'x'],
  ['Invalid user from 203.0.113.9 port 4', 3, '203.0.113.9', 4, ''],
  ['Invalid user from from 203.0.113.9 port 4', 3, '203.0.113.9', 4, 'from'],
  [
    'Failed publickey for invalid user a b from 203.0.113.9 port 4 ssh2: RSA-CERT SHA256:a ID x (serial 0) CA RSA SHA256:z',
    2,
    '203.0.113.9',
    4,
    'a b',
    'publickey',
  ],
  [
    'Failed hostbased for invalid user a b from 203.0.113.9 port 4 ssh2: RSA SHA256:f, client user "x", client host "h"',
    6,
    '203.0.113.9',
    4,
    'a b',
    'hostbased',
  ],
  ['Accepted password for bob from 203.0.113.9 port 4 ssh2', 7, '203.0.113.9', 4, 'bob', 'password'],
  ['Accepted publickey for bob from 203.0.113.9 port 4 ssh2: RSA SHA256:abc', 8, '203.0.113.9', 4, 'bob', 'publickey'],
  [
    'Accepted gssapi-with-mic for bob from 203.0.113.9 port 4 ssh2: bob@EXAMPLE.ORG',
    9,
    '203.0.113.9',
    4,
    'bob',
    'gssapi-with-mic',
  ],
  [
    'error: maximum authentication attempts exceeded for bob from 203.0.113.9 port 4 ssh2 [preauth]',
    10,
    '203.0.113.9',
    4,
    'bob',
  ],
  [
    'Disconnecting authenticating user bob 203.0.113.9 port 4: Too many authentication failures [preauth]',
    10,
    '203.0.113.9',
    4,
    'bob',
  ],
  ['pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)', 11, '0.0.0.0', 0, 'bob'],
  ['pam_unix(sshd:session): session opened for user DOM\\bob ray by (uid=0)', 11, '0.0.0.0', 0, 'DOM\\bob ray'],
  ['session opened for user bob by root(uid=0)', 11, '0.0.0.0', 0, 'bob'],
  ['pam_unix(sshd:session): session closed for user bob ray', 12, '0.0.0.0', 0, 'bob ray'],
  ['pam_unix(sshd:session): session closed for user bob', 12, '0.0.0.0', 0, 'bob'],
  ['Did not receive identification string from 203.0.113.9 port 4', 13, '203.0.113.9', 4],
  ["Bad protocol version identification 'GET /' from 203.0.113.9 port 4", 13, '203.0.113.9', 4],
  ["probed from 203.0.113.9 port 4 with SSH-1.0-SSH_Version_Mapper.  Don't panic.", 13, '203.0.113.9', 4],
  ['banner exchange: Connection from 203.0.113.9 port 4: invalid format', 13, '203.0.113.9', 4],
  ['error: kex_exchange_identification: Connection closed by remote host', 13, '0.0.0.0', 0],
  [
    'Unable to negotiate with 203.0.113.9 port 4: no matching cipher found. Their offer: x [preauth]',
    13,
    '203.0.113.9',
    4,
  ],
  ['Connection closed by 203.0.113.9 [preauth]', 14, '203.0.113.9', 0],
  ['Connection reset by invalid user x 203.0.113.9 port 4 [preauth]', 14, '203.0.113.9', 4, 'x'],
  ['Received disconnect from 203.0.113.9: 11: Bye Bye [preauth]', 14, '203.0.113.9', 0],
  ['Received disconnect from 203.0.113.9 port 4:11: Bye Bye [preauth]', 14, '203.0.113.9', 4],
  ['Disconnected from authenticating user x 203.0.113.9 port 4 [preauth]', 14, '203.0.113.9', 4, 'x'],
  [
    'reverse mapping checking getaddrinfo for h.example.org [203.0.113.9] failed - POSSIBLE BREAK-IN ATTEMPT!',
    15,
    '203.0.113.9',
    0,
  ],
  ['Address 203.0.113.9 maps to h.example.org, but this does not map back to the address', 15, '203.0.113.9', 0],
  ['fatal: Timeout before authentication for 203.0.113.9 port 4', 16, '203.0.113.9', 4],
  ['Timeout before authentication for connection from 203.0.113.9 to 192.0.2.1, pid = 7', 16, '203.0.113.9', 0],
  ['drop connection #1 from [2001:db8::9]:4 on [2001:db8::1]:22 penalty: failed authentication', 17, '2001:db8::9', 4],
  ['srclimit_penalise: ipv4: new 203.0.113.9/32 deferred penalty of 5 seconds for penalty: x', 17, '203.0.113.9', 0],
  ['error: beginning MaxStartups throttling', 17, '0.0.0.0', 0],
  ['refused connect from h.example.org (203.0.113.9)', 17, '203.0.113.9', 0],
  ['refused connect from 203.0.113.9', 17, '203.0.113.9', 0],
];

const silent: readonly string[] = [
  'Failed none for invalid user x from 203.0.113.9 port 4 ssh2',
  'Postponed publickey for x from 203.0.113.9 port 4 ssh2 [preauth]',
  'Partial publickey for x from 203.0.113.9 port 4 ssh2',
  'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root',
  'PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root',
  'User bob not allowed because account is locked',
  'Disconnecting: Too many authentication failures for root [preauth]',
  'Received disconnect from 203.0.113.9 port 4:11: disconnected by user',
  'Disconnected from user bob 203.0.113.9 port 4',
  'Server listening on 0.0.0.0 port 22.',
  'Received signal 15; terminating.',
  'Accepted key RSA SHA256:x found at /home/x/.ssh/authorized_keys:1',
  'Starting session: shell on pts/0 for bob from 203.0.113.9 port 4 id 0',
];

/** Lines that say two addresses, of which either may be the client's own words. */
const uncertain =
  'Failed publickey for invalid user a from 1.2.3.4 port 1 ssh2: b from 203.0.113.9 port 4 ssh2: RSA-CERT SHA256:a ID x (serial 0) CA RSA SHA256:z';

/** Lines in which the client wrote what looks like an address: all came from 203.0.113.9. */
const forged: readonly string[] = [
  'Failed password for invalid user root from 1.2.3.4 port 1 ssh2 from 203.0.113.9 port 40000 ssh2',
  'Failed password for invalid user root from 1.2.3.4 port 1 ssh2: RSA SHA256:x from 203.0.113.9 port 40000 ssh2',
  'Failed password for invalid user a\u2028 from 1.2.3.4 port 1 ssh2\u2029 from 203.0.113.9 port 40000 ssh2',
  'Failed publickey for bob from 203.0.113.9 port 4 ssh2: RSA-CERT SHA256:a ID x from 1.2.3.4 port 1 ssh2 (serial 0) CA RSA SHA256:z',
  'Failed hostbased for bob from 203.0.113.9 port 4 ssh2: RSA SHA256:f, client user "x from 1.2.3.4 port 1 ssh2", client host "h"',
  'Invalid user x from 1.2.3.4 port 5 from 203.0.113.9 port 6',
  'Failed publickey for invalid user a from b from 203.0.113.9 port 4 ssh2: RSA-CERT SHA256:a ID x from 1.2.3.4 (serial 0) CA RSA SHA256:z',
  'error: PAM: Authentication failure for illegal user x from 1.2.3.4 port 5 from 203.0.113.9 port 4',
  'error: PAM: Authentication failure for illegal user x for y from 1.2.3.4 from 203.0.113.9',
  'Disconnecting invalid user x 1.2.3.4 port 5: Too many authentication failures 203.0.113.9 port 4: Too many authentication failures [preauth]',
  "Bad protocol version identification 'x' from 1.2.3.4 port 5' from 203.0.113.9 port 6",
  'Connection closed by invalid user x 1.2.3.4 port 5 203.0.113.9 port 6 [preauth]',
  'Unable to negotiate with 203.0.113.9 port 6: no matching cipher found. Their offer: from 1.2.3.4 port 5: [preauth]',
  'Received disconnect from 203.0.113.9 port 5:11: from 1.2.3.4 port 5:11: bye [preauth]',
  'reverse mapping checking getaddrinfo for x [1.2.3.4] failed [203.0.113.9] failed - POSSIBLE BREAK-IN ATTEMPT!',
  'refused connect from x (1.2.3.4) (203.0.113.9)',
];

const subcategories = [
  '',
  'Failed',
  'Failed',
  'Failed',
  'Refused',
  'Refused',
  'Failed',
  'Successful',
  'Successful',
  'Successful',
];
const laterSubcategories = ['Refused', 'Session', 'Session', 'Probe', 'Probe', 'Probe', 'Probe', 'Probe'];

describe('the sshd plugin', () => {
  for (const [message, sid, src, port, user = '', method = ''] of rows) {
    it(`gives sid ${sid} for "${message}"`, () => {
      const events = normalizeOne(sshd(message));
      expect(events).to.have.length(1);
      expect(events[0]).to.include({
        pluginId: 4003,
        pluginSid: sid,
        product: 'Remote Access',
        category: 'Authentication',
        subcategory: [...subcategories, ...laterSubcategories][sid],
        srcIp: src,
        srcPort: port,
        dstPort: 22,
        protocol: 'TCP',
        customData1: user,
        customData2: method,
        customData3: '',
      });
    });
  }

  for (const message of silent) {
    it(`gives nothing for "${message}"`, () => expect(normalizeOne(sshd(message))).to.deep.equal([]));
  }

  for (const message of forged) {
    it(`blames the sender, not who the text names: "${message}"`, () => {
      expect(normalizeOne(sshd(message)).map(({ srcIp }) => srcIp)).to.deep.equal(['203.0.113.9']);
    });
  }

  it('blames nobody where the text leaves two to choose from', () => {
    expect(normalizeOne(sshd(uncertain))).to.deep.equal([]);
  });

  it('reads the lines of all three programs, and of no other', () => {
    const of = (app: string) =>
      normalizeOne(sshd('Failed password for root from 203.0.113.9 port 4 ssh2', { app })).map(
        ({ pluginSid }) => pluginSid,
      );
    expect(['sshd', 'sshd-session', 'sshd-auth', 'cron'].map(of)).to.deep.equal([[1], [1], [1], []]);
  });
});
