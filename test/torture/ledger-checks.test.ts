import { expect } from 'chai';
import { checkLedger, type Entry } from './ledger-checks.js';

const entries = (...texts: readonly string[]): Entry[] => texts.map((text, index) => ({ text, total: index + 1 }));
const sent = { acknowledged: new Set(['http0-0-3']), fileLines: 2 };

describe('checkLedger()', () => {
  it('finds nothing where all that was promised is there, though datagrams and what was not acknowledged are missing', () => {
    const told = entries('file-0-0', 'http0-0-3', 'udp-0-5', 'tcp0-1-0', 'udp-0-7', 'tcp0-1-1', 'file-0-1', 'tcp0-2-0');
    expect(checkLedger(told, sent)).to.deep.equal([]);
  });

  const right = ['http0-0-3', 'file-0-0', 'file-0-1'];
  const cases: readonly (readonly [what: string, told: readonly Entry[], found: string])[] = [
    [
      'a missing acknowledged event',
      entries('file-0-0', 'file-0-1'),
      'acknowledged events that are missing: 1, such as http0-0-3',
    ],
    ['a missing line of the file', entries('http0-0-3', 'file-0-1'), 'file-0-1 instead of number 0'],
    ['a missing end of the file', entries('http0-0-3', 'file-0-0'), '1 from 1 on'],
    ['a gap within a connection', entries(...right, 'tcp0-1-0', 'tcp0-1-2'), 'tcp0-1-2 instead of number 1'],
    ['datagrams out of order', entries(...right, 'udp-0-4', 'udp-0-3'), 'udp-0-3 instead of number 5'],
    ['a record told of twice', entries(...right, 'udp-0-4', 'udp-0-4'), 'records told of twice: 1, such as udp-0-4'],
    ['an event told of twice over HTTP', entries(...right, 'http0-0-3'), 'records told of twice: 1, such as http0-0-3'],
    [
      'a total that is missing',
      [...entries(...right), { text: 'udp-0-1', total: 5 }],
      'totals out of sequence: 1, such as 5 instead of 4 (udp-0-1)',
    ],
  ];
  for (const [what, told, found] of cases) {
    it(`finds ${what}`, () => {
      expect(checkLedger(told, sent).join('\n')).to.contain(found);
    });
  }
});
