import { at, describeForms, pri13 } from './support/forms.js';

describeForms('parseSyslog() takes a tag for the app and nothing else', [
  [
    'slash',
    'Nov 21 10:00:00 web01 postfix/smtpd[12]: connect',
    { at, host: 'web01', app: 'postfix/smtpd', pid: '12', message: 'connect' },
  ],
  [
    'path',
    'Nov 21 10:00:00 web01 /usr/sbin/cron[12]: x',
    { at, host: 'web01', app: '/usr/sbin/cron', pid: '12', message: 'x' },
  ],
  ['dots', 'Nov 21 10:00:00 web01 rpc.statd[12]: x', { at, host: 'web01', app: 'rpc.statd', pid: '12', message: 'x' }],
  [
    'parentheses',
    'Nov 21 10:00:00 web01 sshd(pam_unix)[19939]: x',
    { at, host: 'web01', app: 'sshd(pam_unix)', pid: '19939', message: 'x' },
  ],
  [
    'bracket left over',
    'Nov 21 10:00:00 web01 gdm-password][2277]: x',
    { at, host: 'web01', app: 'gdm-password]', pid: '2277', message: 'x' },
  ],
  [
    'bracket left over, no pid',
    'Nov 21 10:00:00 web01 gdm-password]: x',
    { at, host: 'web01', app: 'gdm-password]', message: 'x' },
  ],
  ['space before the colon', 'Nov 21 10:00:00 web01 app : x', { at, host: 'web01', app: 'app', message: 'x' }],
  ['space before pid', 'Nov 21 10:00:00 web01 app [12]: x', { at, host: 'web01', app: 'app', pid: '12', message: 'x' }],
  ['space behind pid', 'Nov 21 10:00:00 web01 app[12] : x', { at, host: 'web01', app: 'app', pid: '12', message: 'x' }],
  [
    'no colon behind pid',
    'Nov 21 10:00:00 mac com.apple.xpc.launchd[1] (com.apple.x[2]): exited',
    { at, host: 'mac', app: 'com.apple.xpc.launchd', pid: '1', message: '(com.apple.x[2]): exited' },
  ],
  ['pid in words', 'Nov 21 10:00:00 web01 app[main]: x', { at, host: 'web01', app: 'app', pid: 'main', message: 'x' }],
  ['empty pid', 'Nov 21 10:00:00 web01 app[]: x', { at, host: 'web01', app: 'app', message: 'x' }],
  ['no space behind', 'Nov 21 10:00:00 web01 app[1]:x', { at, host: 'web01', app: 'app', pid: '1', message: 'x' }],
  [
    'more spaces behind',
    'Nov 21 10:00:00 web01 sudo:     timp : TTY=pts/0',
    { at, host: 'web01', app: 'sudo', message: '    timp : TTY=pts/0' },
  ],
  ['nothing behind', 'Nov 21 10:00:00 web01 app:', { at, host: 'web01', app: 'app', message: '' }],
  [
    'two words are no tag',
    'Jun 15 04:06:18 combo syslogd 1.4.1: restart.',
    { at: '2026-06-15T04:06:18.000Z', host: 'combo', message: 'syslogd 1.4.1: restart.' },
  ],
  [
    'dashes are no tag',
    'Jun 15 04:06:18 combo  -- root[2421]: ROOT LOGIN ON tty2',
    { at: '2026-06-15T04:06:18.000Z', host: 'combo', message: ' -- root[2421]: ROOT LOGIN ON tty2' },
  ],
  [
    'a number is no tag',
    'Nov 21 10:00:00 10.0.0.1 00076: ports up',
    { at, host: '10.0.0.1', message: '00076: ports up' },
  ],
  ['a URL is no tag', 'Nov 21 10:00:00 web01 http://a/b c', { at, host: 'web01', message: 'http://a/b c' }],
  [
    'an address is no tag',
    'Nov 21 10:00:00 web01 localhost:8080 down',
    { at, host: 'web01', message: 'localhost:8080 down' },
  ],
  [
    'a name cut at its colon is no tag',
    'Nov 21 10:00:00 web01 pam_unix(sshd:session): x',
    { at, host: 'web01', message: 'pam_unix(sshd:session): x' },
  ],
  ['no structured data', 'Nov 21 10:00:00 web01 [x a="b"] hello', { at, host: 'web01', message: '[x a="b"] hello' }],
  [
    'no structured data behind a tag',
    '<13>Nov 21 10:00:00 web01 app: [x a="b"] hello',
    { at, ...pri13, host: 'web01', app: 'app', message: '[x a="b"] hello' },
  ],
  ['no structured data without header', '<13>[x a="b"] hello', { ...pri13, message: '[x a="b"] hello' }],
]);
