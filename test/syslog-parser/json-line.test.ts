import { expect } from 'chai';
import { describeForms } from './support/forms.js';
import { parse, receivedAt } from './support/said.js';

const at = '2026-11-21T10:00:00.123Z';
const micros = '1795255200123456';

function json(fields: Record<string, unknown>): string {
  return JSON.stringify(fields);
}

describeForms('parseSyslog() reads JSON lines', [
  [
    'journald',
    json({
      __REALTIME_TIMESTAMP: micros,
      PRIORITY: '3',
      SYSLOG_FACILITY: '10',
      _HOSTNAME: 'web01',
      SYSLOG_IDENTIFIER: 'sshd',
      _COMM: 'sshd-session',
      _PID: '12',
      MESSAGE_ID: 'f00',
      MESSAGE: 'Failed',
    }),
    { at, facility: 10, severity: 3, host: 'web01', app: 'sshd', pid: '12', msgId: 'f00', message: 'Failed' },
  ],
  [
    'journald, bytes',
    json({ __REALTIME_TIMESTAMP: micros, MESSAGE: [...Buffer.from('caf\u00e9 \u001b[0m')] }),
    { at, message: 'caf\u00e9 \u001b[0m' },
  ],
  ['indented', ' \t{"message":"x"}', { message: 'x' }],
  ['journald, a field given twice', json({ MESSAGE: ['one', 'two'] }), { message: 'one' }],
  ['journald, too long', '{"MESSAGE":null,"_PID":"1"}', { pid: '1', message: '{"MESSAGE":null,"_PID":"1"}' }],
  [
    'docker',
    '{"log":"hello\\r\\n","stream":"stdout","time":"2026-11-21T10:00:00.123456789Z"}',
    { at, message: 'hello' },
  ],
  [
    'ECS, flat',
    json({
      '@timestamp': '2026-11-21T10:00:00.123Z',
      'log.level': 'ERROR',
      message: 'x',
      'host.name': 'h',
      'process.pid': 7,
    }),
    { at, severity: 3, host: 'h', pid: '7', message: 'x' },
  ],
  [
    'ECS, nested',
    json({
      '@timestamp': '2026-11-21T10:00:00.123Z',
      log: { level: 'warn' },
      message: 'x',
      host: { name: 'h' },
      process: { name: 'p', pid: 7 },
    }),
    { at, severity: 4, host: 'h', app: 'p', pid: '7', message: 'x' },
  ],
  [
    'pino',
    json({ level: 50, time: 1795255200123, pid: 1, hostname: 'h', msg: 'x' }),
    { at, severity: 3, host: 'h', pid: '1', message: 'x' },
  ],
  ['zap', json({ level: 'info', ts: 1795255200.1239, msg: 'x' }), { at, severity: 6, message: 'x' }],
  [
    'logrus',
    json({ level: 'warning', time: '2026-11-21T11:00:00.123+01:00', msg: 'x' }),
    { at, severity: 4, message: 'x' },
  ],
  [
    'GELF',
    json({ version: '1.1', host: 'h', short_message: 'x', timestamp: 1795255200.1239, level: 6 }),
    { at, severity: 6, host: 'h', message: 'x' },
  ],
  [
    'rsyslog',
    json({
      timestamp: 'Nov 21 10:00:00',
      hostname: 'h',
      programname: 'sshd',
      procid: '1',
      severity: 'notice',
      facility: 'authpriv',
      message: 'x',
    }),
    { at: '2026-11-21T10:00:00.000Z', facility: 10, severity: 5, host: 'h', app: 'sshd', pid: '1', message: 'x' },
  ],
  ['seconds as text', json({ ts: '1795255200', msg: 'x' }), { at: '2026-11-21T10:00:00.000Z', message: 'x' }],
  ['no time', json({ msg: 'x' }), { message: 'x' }],
  ['no message', '{"foo":1}', { message: '{"foo":1}' }],
  ['white space behind', '{"msg":"x"}            ', { message: 'x' }],
  ['no JSON', '{not json}', { message: '{not json}' }],
  ['half a JSON', '{"msg":"x"', { message: '{"msg":"x"' }],
  ['more behind it', '{"msg":"x"} y', { message: '{"msg":"x"} y' }],
  [
    'behind a tag',
    'Nov 21 10:00:00 h app: {"msg":"x"}',
    { at: '2026-11-21T10:00:00.000Z', host: 'h', app: 'app', message: '{"msg":"x"}' },
  ],
]);

describe('parseSyslog() on JSON lines', () => {
  it('finds fault with a time that cannot be read, and reads the rest', () => {
    for (const time of ['yesterday', '2026-02-30T00:00:00Z', 1e300]) {
      const record = parse(json({ time, msg: 'x' }));
      expect(record).to.include({ time: receivedAt, timeStamped: false, message: 'x' });
      expect(record.fault).to.contain('cannot read the time');
    }
  });

  it('takes the first time that can be read', () => {
    expect(parse(json({ timestamp: 'yesterday', ts: 1795255200, msg: 'x' }))).to.include({
      time: 1795255200000,
      fault: undefined,
    });
  });

  it('takes names from the line only, not from a prototype', () => {
    const record = parse('{"__proto__":{"msg":"forged","host":"forged"},"msg":"x","constructor":1}');
    expect(record).to.include({ message: 'x', host: undefined });
  });

  it('leaves a line over 1 Mi characters as text and says so', () => {
    const line = json({ msg: 'x'.repeat(1_048_576) });
    const record = parse(line);
    expect(record.message).to.equal(line);
    expect(record.fault).to.contain('too long');
  });

  it('survives deep nesting', () => {
    const line = `{"msg":"x","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parse(line).message).to.be.oneOf(['x', line]);
  });
});
