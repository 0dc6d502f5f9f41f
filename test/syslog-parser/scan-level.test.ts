import { at, describeForms, pri13 } from './support/forms.js';

describeForms('parseSyslog() reads the lines of BSD, busybox and other Unix systems', [
  [
    'FreeBSD syslogd -vv',
    'Nov 21 10:00:00 <auth.info> bsd sshd[1]: x',
    { at, facility: 4, severity: 6, host: 'bsd', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'FreeBSD syslogd -v',
    'Nov 21 10:00:00 <4.6> bsd sshd[1]: x',
    { at, facility: 4, severity: 6, host: 'bsd', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'FreeBSD with PRI',
    '<13>Nov 21 10:00:00 <auth.info> bsd sshd[1]: x',
    { at, ...pri13, host: 'bsd', app: 'sshd', pid: '1', message: 'x' },
  ],
  ['no BSD level', 'Nov 21 10:00:00 <24.6> bsd sshd[1]: x', { at, message: '<24.6> bsd sshd[1]: x' }],
  [
    'OpenBSD kernel',
    '<5>Nov 21 10:00:00 obsd /bsd: carp0: state transition',
    { at, facility: 0, severity: 5, host: 'obsd', app: '/bsd', message: 'carp0: state transition' },
  ],
  [
    'pfSense',
    '<134>Nov 21 10:00:00 filterlog[12345]: 4,,,1000',
    { at, facility: 16, severity: 6, app: 'filterlog', pid: '12345', message: '4,,,1000' },
  ],
  [
    'busybox remote',
    '<46>Nov 21 10:00:00 syslogd started: BusyBox v1.36.1',
    { at, facility: 5, severity: 6, message: 'syslogd started: BusyBox v1.36.1' },
  ],
  [
    'busybox file',
    'Nov 21 10:00:00 router daemon.info dnsmasq[12]: x',
    { at, facility: 3, severity: 6, host: 'router', app: 'dnsmasq', pid: '12', message: 'x' },
  ],
  [
    'busybox without name',
    'Nov 21 10:00:00 (none) user.notice kernel: klogd started',
    { at, facility: 1, severity: 5, app: 'kernel', message: 'klogd started' },
  ],
  [
    'OpenWrt logread',
    'Sat Nov 21 10:00:00 2026 daemon.info dnsmasq[12]: x',
    { at, facility: 3, severity: 6, app: 'dnsmasq', pid: '12', message: 'x' },
  ],
  [
    'AIX',
    '<13>Nov 21 10:00:00 Message forwarded from aix1: sshd[1]: x',
    { at, ...pri13, host: 'aix1', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'Solaris',
    'Nov 21 10:00:00 sol sshd[1]: [ID 800047 auth.info] x',
    { at, host: 'sol', app: 'sshd', pid: '1', message: '[ID 800047 auth.info] x' },
  ],
]);
