import { at, describeForms, pri13 } from './support/forms.js';

describeForms('parseSyslog() reads the lines of devices, agents and programs', [
  [
    'Juniper',
    '<28>Nov 21 10:00:00 junos mgd[4153]: UI_CHILD_EXITED: x',
    { at, facility: 3, severity: 4, host: 'junos', app: 'mgd', pid: '4153', message: 'UI_CHILD_EXITED: x' },
  ],
  [
    'Juniper with year',
    'Nov 21 10:00:00.123 2025  junos mgd[1]: x',
    { at: '2025-11-21T10:00:00.123Z', host: 'junos', app: 'mgd', pid: '1', message: 'x' },
  ],
  [
    'ESXi',
    '<166>2026-11-21T10:00:00.000Z esx01.lan Hostd: info hostd[2099] [Originator@6876 sub=x] y',
    {
      at,
      facility: 20,
      severity: 6,
      host: 'esx01.lan',
      app: 'Hostd',
      message: 'info hostd[2099] [Originator@6876 sub=x] y',
    },
  ],
  [
    'Mikrotik',
    '<30>system,info,account user admin logged in via ssh',
    { facility: 3, severity: 6, message: 'system,info,account user admin logged in via ssh' },
  ],
  [
    'Mikrotik, BSD form',
    '<30>Nov 21 10:00:00 mt firewall,info forward: in:ether1',
    { at, facility: 3, severity: 6, host: 'mt', message: 'firewall,info forward: in:ether1' },
  ],
  [
    'Fortinet',
    '<189>date=2026-11-21 time=10:00:00 devname="FG"',
    { facility: 23, severity: 5, message: 'date=2026-11-21 time=10:00:00 devname="FG"' },
  ],
  [
    'Aruba controller',
    '<141>Nov 21 10:00:00 2026 aruba authmgr[35]: <522008> x',
    { at, facility: 17, severity: 5, host: 'aruba', app: 'authmgr', pid: '35', message: '<522008> x' },
  ],
  [
    'HP ProCurve',
    '<14>Nov 21 10:00:00 10.0.0.1 00076 ports:  port 1 is on-line',
    { at, facility: 1, severity: 6, host: '10.0.0.1', message: '00076 ports:  port 1 is on-line' },
  ],
  [
    'Huawei',
    '<190>Nov 21 2026 18:00:00+08:00 hw %%01SSH/4/SSH_FAIL(s)[12]:Failed',
    { at, facility: 23, severity: 6, host: 'hw', app: '%%01SSH/4/SSH_FAIL(s)', pid: '12', message: 'Failed' },
  ],
  [
    'Docker',
    '<30>Nov 21 10:00:00 node docker/3f2a[99]: x',
    { at, facility: 3, severity: 6, host: 'node', app: 'docker/3f2a', pid: '99', message: 'x' },
  ],
  [
    'nxlog',
    '<13>Nov 21 10:00:00 WIN Microsoft-Windows-Security-Auditing[4624]: An account',
    { at, ...pri13, host: 'WIN', app: 'Microsoft-Windows-Security-Auditing', pid: '4624', message: 'An account' },
  ],
  [
    'Snare',
    '<14>Nov 21 10:00:00 WIN\tMSWinEventLog\t1\tSecurity',
    { at, facility: 1, severity: 6, host: 'WIN', message: 'MSWinEventLog\t1\tSecurity' },
  ],
  [
    'RFC 3164 with zone and year',
    "<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: It's time",
    {
      at: '1987-08-24T11:34:00.000Z',
      facility: 20,
      severity: 5,
      host: 'mymachine',
      app: 'myproc',
      pid: '10',
      message: "It's time",
    },
  ],
  [
    'a host called like a zone',
    'Nov 21 10:00:00 EST sshd[1]: x',
    { at, host: 'EST', app: 'sshd', pid: '1', message: 'x' },
  ],
  [
    'CEF',
    '<134>Nov 21 10:00:00 fw CEF:0|V|P|1.0|100|x: y|5|src=10.0.0.1',
    { at, facility: 16, severity: 6, host: 'fw', message: 'CEF:0|V|P|1.0|100|x: y|5|src=10.0.0.1' },
  ],
  [
    'CEF without host',
    '<134>Nov 21 10:00:00 CEF:0|V|P|1.0|100|x|5|',
    { at, facility: 16, severity: 6, message: 'CEF:0|V|P|1.0|100|x|5|' },
  ],
  ['CEF with a space', '<134>Nov 21 10:00:00 CEF: 0|V|P', { at, facility: 16, severity: 6, message: 'CEF: 0|V|P' }],
  ['CEF without header', 'CEF:0|V|P|1.0|100|x|5|', { message: 'CEF:0|V|P|1.0|100|x|5|' }],
  ['CEF behind a tag', 'Nov 21 10:00:00 fw app: CEF:0|V', { at, host: 'fw', app: 'app', message: 'CEF:0|V' }],
  [
    'LEEF',
    '<134>Nov 21 10:00:00 qr LEEF:2.0|IBM|Q|1|e|^|src=1',
    { at, facility: 16, severity: 6, host: 'qr', message: 'LEEF:2.0|IBM|Q|1|e|^|src=1' },
  ],
  ['LEEF, PRI only', '<134>LEEF:1.0|IBM|Q|1|e|', { facility: 16, severity: 6, message: 'LEEF:1.0|IBM|Q|1|e|' }],
  [
    'log4j',
    '2026-11-21 10:00:00,123 INFO main: started',
    { at: '2026-11-21T10:00:00.123Z', message: 'INFO main: started' },
  ],
  ['level behind an ISO date', '2026-11-21T10:00:00Z ERROR main: failed', { at, message: 'ERROR main: failed' }],
  ['dpkg.log', '2026-11-21 10:00:00 status installed libc6', { at, message: 'status installed libc6' }],
  [
    'spaced ISO date, host and tag',
    '2026-11-21 10:00:00 web01 sshd[1]: x',
    { at, host: 'web01', app: 'sshd', pid: '1', message: 'x' },
  ],
]);
