import { expect } from 'chai';
import { parse, type Said, said } from './support/said.js';

const at = '2026-11-21T09:00:00.000Z';
const origin = { host: 'origin', app: 'app', message: 'msg' };

const relayed: readonly (readonly [string, Said])[] = [
  ['<13>Nov 21 10:00:00 relay <38>Nov 21 09:00:00 origin app: msg', { at, facility: 4, severity: 6, ...origin }],
  [
    '<13>Nov 21 10:00:00 relay Nov 21 09:00:00 origin app[1]: msg',
    { at, facility: 1, severity: 5, pid: '1', ...origin },
  ],
  ['Nov 21 10:00:00 relay Nov 21 09:00:00 origin app: msg', { at, ...origin }],
  [
    '<13>Nov 21 10:00:00 relay <34>1 2026-11-21T09:00:00Z origin app - - - msg',
    { at, facility: 4, severity: 2, ...origin },
  ],
  [
    '<13>Nov 21 10:00:00 relay 1 2026-11-21T09:00:00Z origin app - - - msg',
    { at, facility: 1, severity: 5, ...origin },
  ],
  ['2026-11-21T10:00:00Z relay 2026-11-21T10:00:00+01:00 origin app: msg', { at, ...origin }],
  ['<13>Nov 21 10:00:00 relay Nov 21 09:00:00 app: msg', { at, facility: 1, severity: 5, ...origin, host: 'relay' }],
  [
    '<13>Nov 21 10:00:00 relay <34>1 2026-11-21T09:00:00Z - app - - - msg',
    { at, facility: 4, severity: 2, ...origin, host: 'relay' },
  ],
  [
    '<13>Nov 21 10:00:00 relay <14>Nov 21 09:30:00 second <38>Nov 21 09:00:00 origin app: msg',
    { at, facility: 4, severity: 6, ...origin },
  ],
  ['<13><38>Nov 21 09:00:00 origin app: msg', { at, facility: 4, severity: 6, ...origin }],
];

const notRelayed: readonly (readonly [string, string])[] = [
  ['<13>Nov 21 10:00:00 host 2026-11-21T09:00:00Z INFO main: started', '2026-11-21T09:00:00Z INFO main: started'],
  ['<13>Nov 21 10:00:00 host 2026-11-21 09:00:00 main started: x', '2026-11-21 09:00:00 main started: x'],
  ['<13>Nov 21 10:00:00 host <13> is a PRI', '<13> is a PRI'],
  ['<13>Nov 21 10:00:00 host app: <13>Nov 21 09:00:00 forged sshd: msg', '<13>Nov 21 09:00:00 forged sshd: msg'],
  ['<13>Nov 21 10:00:00 host 3: things', '3: things'],
];

describe('parseSyslog() reads lines with two headers by the inner one', () => {
  for (const [line, expected] of relayed) {
    it(line, () => {
      expect(said(line)).to.deep.equal(expected);
      expect(parse(line).fault).to.equal(undefined);
    });
  }

  for (const [line, message] of notRelayed) {
    it(`but not ${line}`, () => {
      expect(said(line)).to.include({ at: '2026-11-21T10:00:00.000Z', host: 'host', message });
    });
  }

  it('keeps the relay’s time where the inner date does not exist', () => {
    const record = parse('<13>Nov 21 10:00:00 relay <13>Feb 31 09:00:00 origin app: msg');
    expect(record).to.include({ time: Date.UTC(2026, 10, 21, 10), timeStamped: true, host: 'origin', message: 'msg' });
    expect(record.fault).to.contain('Feb 31');
  });
});
