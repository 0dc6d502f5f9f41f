import { at, describeForms, pri13 } from './support/forms.js';

describeForms('parseSyslog() reads the lines syslog daemons send', [
  [
    'RFC 3164 §5.4',
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    {
      at: '2026-10-11T22:14:15.000Z',
      facility: 4,
      severity: 2,
      host: 'mymachine',
      app: 'su',
      message: "'su root' failed for lonvick on /dev/pts/8",
    },
  ],
  [
    'rsyslog traditional',
    '<38>Nov 21 10:00:00 web01 sshd[4711]: Accepted publickey',
    { at, facility: 4, severity: 6, host: 'web01', app: 'sshd', pid: '4711', message: 'Accepted publickey' },
  ],
  [
    'log file, no PRI',
    'Nov  1 10:00:00 web01 CRON[99]: (root) CMD (x: y)',
    { at: '2026-11-01T10:00:00.000Z', host: 'web01', app: 'CRON', pid: '99', message: '(root) CMD (x: y)' },
  ],
  [
    'journalctl -o short-unix',
    '1795255200.123456 web01 sshd[1]: x',
    { at: '2026-11-21T10:00:00.123Z', host: 'web01', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'no seconds since the epoch: three decimals, as squid writes them',
    '1795255200.123 45 192.0.2.1 TCP_MISS/200',
    { message: '1795255200.123 45 192.0.2.1 TCP_MISS/200' },
  ],
  [
    'day with one digit and one space',
    'Nov 1 10:00:00 web01 cron: x',
    { at: '2026-11-01T10:00:00.000Z', host: 'web01', app: 'cron', message: 'x' },
  ],
  [
    'RSYSLOG_FileFormat',
    '2026-11-21T11:00:00.123456+01:00 web01 sshd[1]: x',
    { at: '2026-11-21T10:00:00.123Z', host: 'web01', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'RSYSLOG_ForwardFormat',
    '<13>2026-11-21T04:30:00.999999-05:30 web01 app: x',
    { at: '2026-11-21T10:00:00.999Z', ...pri13, host: 'web01', app: 'app', message: 'x' },
  ],
  [
    'journalctl short-iso',
    '2026-11-21T11:00:00+0100 web01 app[1]: x',
    { at, host: 'web01', app: 'app', pid: '1', message: 'x' },
  ],
  [
    'journalctl short-precise',
    'Nov 21 10:00:00.654321 web01 app[1]: x',
    { at: '2026-11-21T10:00:00.654Z', host: 'web01', app: 'app', pid: '1', message: 'x' },
  ],
  [
    'journalctl short-full',
    'Sat 2026-11-21 11:00:00 CET web01 app[1]: x',
    { at, host: 'web01', app: 'app', pid: '1', message: 'x' },
  ],
  [
    'kernel',
    'Nov 21 10:00:00 web01 kernel: [  123.456789] usb 1-1: new device',
    { at, host: 'web01', app: 'kernel', message: '[  123.456789] usb 1-1: new device' },
  ],
  ['kernel without host', 'Nov 21 10:00:00 kernel: [12.5] usb', { at, app: 'kernel', message: '[12.5] usb' }],
  ['kernel, PRI only', '<6>[  123.456] usb 1-1', { facility: 0, severity: 6, message: '[  123.456] usb 1-1' }],
  [
    'repeated',
    'Nov 21 10:00:00 web01 last message repeated 3 times',
    { at, host: 'web01', message: 'last message repeated 3 times' },
  ],
  [
    'repeated, no host',
    'Nov 21 10:00:00 last message repeated 3 times',
    { at, message: 'last message repeated 3 times' },
  ],
  [
    'no host',
    '<30>Nov 21 10:00:00 crond[123]: USER root',
    { at, facility: 3, severity: 6, app: 'crond', pid: '123', message: 'USER root' },
  ],
  ['no date', '<13>app[7]: hello', { ...pri13, app: 'app', pid: '7', message: 'hello' }],
  [
    'no tag',
    '<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!',
    { at: '2027-02-05T17:32:18.000Z', ...pri13, host: '10.0.0.99', message: 'Use the BFG!' },
  ],
  [
    'no tag, a colon later',
    '<13>Nov 21 10:00:00 web01 user root: denied',
    { at, ...pri13, host: 'web01', message: 'user root: denied' },
  ],
  ['PRI only', '<13>hello world', { ...pri13, message: 'hello world' }],
  ['plain text', 'hello world', { message: 'hello world' }],
  ['host without text', 'Nov 21 10:00:00 web01', { at, host: 'web01', message: '' }],
  ['nil host', '<13>Nov 21 10:00:00 - app: x', { at, ...pri13, app: 'app', message: 'x' }],
  [
    'a space behind the PRI',
    '<13> Nov 21 10:00:00 web01 app: x',
    { at, ...pri13, host: 'web01', app: 'app', message: 'x' },
  ],
]);
