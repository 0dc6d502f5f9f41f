import { at, describeForms, pri13 } from './support/forms.js';

describeForms('parseSyslog() takes a host where the form has one', [
  ['IPv6', 'Nov 21 10:00:00 2001:db8::1 sshd[1]: x', { at, host: '2001:db8::1', app: 'sshd', pid: '1', message: 'x' }],
  [
    'IPv6 of letters',
    'Nov 21 10:00:00 dead:beef::1 sshd[1]: x',
    { at, host: 'dead:beef::1', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'IPv6 with zone',
    'Nov 21 10:00:00 fe80::1%eth0 sshd[1]: x',
    { at, host: 'fe80::1%eth0', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'IPv6, compressed end',
    'Nov 21 10:00:00 2001:db8:: sshd[1]: x',
    { at, host: '2001:db8::', app: 'sshd', pid: '1', message: 'x' },
  ],
  ['IPv6, mapped', 'Nov 21 10:00:00 ::ffff:10.0.0.1 x', { at, host: '::ffff:10.0.0.1', message: 'x' }],
  [
    'IPv6 in brackets',
    '<13>Nov 21 10:00:00 [2001:db8::1] app: x',
    { at, ...pri13, host: '2001:db8::1', app: 'app', message: 'x' },
  ],
  [
    'syslog-ng chain',
    '<13>Nov 21 10:00:00 s_net@web01/10.0.0.1 app: x',
    { at, ...pri13, host: 's_net@web01/10.0.0.1', app: 'app', message: 'x' },
  ],
]);
