import { expect } from 'chai';
import { at, describeForms, type Form } from './support/forms.js';
import { parse, said } from './support/said.js';

const pri189 = { facility: 23, severity: 5 };
const built = { app: '%ASA-6-302013', message: 'Built inbound TCP' };
const config = { app: '%SYS-5-CONFIG_I', message: 'Configured from console by vty0' };

const forms: readonly Form[] = [
  [
    'IOS',
    '<189>26: *Nov 21 10:00:00.123: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at: '2026-11-21T10:00:00.123Z', ...pri189, ...config },
  ],
  [
    'IOS with zone',
    '<189>000026: .Nov 21 11:00:00.5 CET: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at: '2026-11-21T10:00:00.500Z', ...pri189, ...config },
  ],
  [
    'IOS with year',
    '<189>26: Nov 21 2025 10:00:00 UTC: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at: '2025-11-21T10:00:00.000Z', ...pri189, ...config },
  ],
  [
    'IOS with origin-id',
    '<189>26: R1: *Nov 21 10:00:00: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at, ...pri189, host: 'R1', ...config },
  ],
  [
    'IOS with both numbers',
    '<189>26: R1: 000030: Nov 21 10:00:00: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at, ...pri189, host: 'R1', ...config },
  ],
  ['IOS without date', '<189>26: %SYS-5-CONFIG_I: Configured from console by vty0', { ...pri189, ...config }],
  [
    'IOS with uptime in words',
    '<189>26: 1w2d: %SYS-5-CONFIG_I: Configured from console by vty0',
    { ...pri189, ...config },
  ],
  ['IOS with uptime', '<189>26: 00:01:23: %SYS-5-CONFIG_I: Configured from console by vty0', { ...pri189, ...config }],
  ['IOS in a file', '26: *Nov 21 10:00:00: %SYS-5-CONFIG_I: Configured from console by vty0', { at, ...config }],
  [
    'IOS XR',
    '<189>26: RP/0/RSP0/CPU0:Nov 21 10:00:00 UTC: config[65748]: %MGBL-SYS-5-CONFIG_I : x',
    { at, ...pri189, app: 'config', pid: '65748', message: '%MGBL-SYS-5-CONFIG_I : x' },
  ],
  [
    'IOS XR with its colon spaced',
    '<189>26: RP/0/RSP0/CPU0:Nov 21 10:00:00 : config[65748]: %MGBL-SYS-5-CONFIG_I : x',
    { at, ...pri189, app: 'config', pid: '65748', message: '%MGBL-SYS-5-CONFIG_I : x' },
  ],
  [
    'IOS XR without number',
    '<189>RP/0/RSP0/CPU0:Nov 21 10:00:00 : config[65748]: %MGBL-SYS-5-CONFIG_I : x',
    { at, ...pri189, app: 'config', pid: '65748', message: '%MGBL-SYS-5-CONFIG_I : x' },
  ],
  [
    'NX-OS',
    '<189>: 2026 Nov 21 10:00:00 UTC: %ETHPORT-5-IF_UP: Interface up',
    { at, ...pri189, app: '%ETHPORT-5-IF_UP', message: 'Interface up' },
  ],
  [
    'NX-OS file',
    '2026 Nov 21 10:00:00.250 n9k %ETHPORT-5-IF_UP: Interface up',
    { at: '2026-11-21T10:00:00.250Z', host: 'n9k', app: '%ETHPORT-5-IF_UP', message: 'Interface up' },
  ],
  [
    'through rsyslog',
    'Nov 21 10:00:01 10.0.0.1 26: *Nov 21 10:00:00: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at, host: '10.0.0.1', ...config },
  ],
  [
    'through rsyslog, colon behind the host',
    'Nov 21 10:00:01 10.0.0.1: 26: Nov 21 10:00:00: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at, host: '10.0.0.1', ...config },
  ],
  [
    'NX-OS through a relay',
    '<189>Nov 21 10:00:01 n9k : 2026 Nov 21 10:00:00 UTC: %ETHPORT-5-IF_UP: Interface up',
    { at, ...pri189, host: 'n9k', app: '%ETHPORT-5-IF_UP', message: 'Interface up' },
  ],
  [
    'host with colon',
    'Nov 21 10:00:00 sw1: %SYS-5-CONFIG_I: Configured from console by vty0',
    { at, host: 'sw1', ...config },
  ],
  ['ASA', '<166>Nov 21 2026 10:00:00: %ASA-6-302013: Built inbound TCP', { at, facility: 20, severity: 6, ...built }],
  [
    'ASA with host',
    '<166>Nov 21 2026 10:00:00 fw1 : %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, host: 'fw1', ...built },
  ],
  [
    'ASA with address',
    '<166>Nov 21 2026 10:00:00 10.1.1.1 : %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, host: '10.1.1.1', ...built },
  ],
  [
    'ASA with IPv6',
    '<166>Nov 21 2026 10:00:00 2001:db8::2 : %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, host: '2001:db8::2', ...built },
  ],
  [
    'ASA without colon',
    '<166>Nov 21 2026 10:00:00 fw1 %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, host: 'fw1', ...built },
  ],
  ['ASA, no date', '<166>%ASA-6-302013: Built inbound TCP', { facility: 20, severity: 6, ...built }],
  [
    'ASA, RFC 5424 date',
    '<166>2026-11-21T10:00:00Z fw1 : %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, host: 'fw1', ...built },
  ],
  [
    'ASA, RFC 5424 date, no host',
    '<166>2026-11-21T10:00:00Z: %ASA-6-302013: Built inbound TCP',
    { at, facility: 20, severity: 6, ...built },
  ],
  [
    'ASA EMBLEM',
    '<166>:Nov 21 05:00:00 EST: %ASA-session-6-302013: Built',
    { at, facility: 20, severity: 6, app: '%ASA-session-6-302013', message: 'Built' },
  ],
  [
    'Arista',
    '<189>Nov 21 10:00:00 sw1 Ebra: %LINEPROTO-5-UPDOWN: Line',
    { at, ...pri189, host: 'sw1', app: 'Ebra', message: '%LINEPROTO-5-UPDOWN: Line' },
  ],
];

describeForms('parseSyslog() reads Cisco lines', forms);

describe('parseSyslog() on Cisco lines', () => {
  it('uses the input’s time zone for a zone name nobody knows, and says so', () => {
    const record = parse('<189>26: Nov 21 10:00:00 XYZ: %SYS-5-CONFIG_I: x', { timeZone: 'Asia/Kolkata' });
    expect(record.time).to.equal(Date.UTC(2026, 10, 21, 4, 30));
    expect(record.fault).to.contain('"XYZ"');
  });

  it('leaves a text that begins with a date to the tag before it', () => {
    expect(said('<13>backup: Nov 21 10:00:00 began')).to.deep.equal({
      facility: 1,
      severity: 5,
      app: 'backup',
      message: 'Nov 21 10:00:00 began',
    });
  });
});
