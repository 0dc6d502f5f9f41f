import { expect } from 'chai';
import fc from 'fast-check';
import { createNormalizer, type NormalizerOptions } from '../../src/normalize/index.js';
import type { LogRecord } from '../../src/record.js';
import { normalizeOne, pluginsFrom, recordOf, shipped, sshd } from './support.js';

const failed = 'Failed password for root from 203.0.113.9 port 4 ssh2';
const destination = (more: Partial<LogRecord>, options: NormalizerOptions = {}) =>
  normalizeOne(sshd(failed, more), options)[0]?.dstIp;
const plugin = (kinds: string, head = 'records: { app: x }'): string =>
  `id: 7\nname: x\nproduct: Mail\n${head}\nkinds:\n${kinds}`;

describe('createNormalizer()', () => {
  it('takes as destination what hosts know, else the host, else the peer unless loopback, else the default', () => {
    const hosts = (name: string): string | undefined => (name === 'host1' ? '2001:DB8::0:1' : undefined);
    expect(destination({}, { hosts })).to.equal('2001:db8::1');
    expect(destination({ host: '192.0.2.22', peer: '192.0.2.1' }, { hosts })).to.equal('192.0.2.22');
    expect(destination({ peer: '192.0.2.1' })).to.equal('192.0.2.1');
    expect(destination({ peer: '127.0.0.1' })).to.equal('127.0.0.1');
    expect(destination({ peer: '::1' }, { defaultDestination: '192.0.2.99' })).to.equal('192.0.2.99');
    expect(destination({ host: undefined })).to.equal('127.0.0.1');
  });

  it('names as sensor the host, else the peer, else "unknown"', () => {
    const sensor = (more: Partial<LogRecord>) => normalizeOne(sshd(failed, more))[0]?.sensor;
    expect([sensor({}), sensor({ host: undefined, peer: '192.0.2.1' }), sensor({ host: undefined })]).to.deep.equal([
      'host1',
      '192.0.2.1',
      'unknown',
    ]);
    expect(normalizeOne(sshd(failed), { sensor: 'all' })[0]?.sensor).to.equal('all');
  });

  for (const [text, address] of [
    ['2001:DB8:0:0::0009', '2001:db8::9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['fe80::1%eth0', 'fe80::1'],
    ['010.0.0.1', '0.0.0.0'],
    ['1.2.3', '0.0.0.0'],
    ['256.1.1.1', '0.0.0.0'],
    ['h.example.org', '0.0.0.0'],
    ['1.2.3.4%eth0', '0.0.0.0'],
  ] as const) {
    it(`reads the address ${text} as ${address}`, () => {
      const { normalize, counters } = createNormalizer(shipped());
      const [event] = normalize(sshd(failed.replace('203.0.113.9', text)));
      const isNone = address === '0.0.0.0';
      expect(event).to.include({
        srcIp: address,
        customData3: isNone ? text : '',
        customLabel3: isNone ? 'hostname' : '',
      });
      expect(counters.sourceNotAddress).to.equal(isNone ? 1 : 0);
    });
  }

  it('tells which pattern is tried, by a number that has a name, and tries none that is turned off', () => {
    const tried: string[] = [];
    const kinds = [
      "  - { sid: 1, category: Alert, pattern: '^one ' }",
      "  - { sid: 2, category: Alert, pattern: '^[a-z]+ two$' }",
    ];
    const plugins = pluginsFrom(plugin(kinds.join('\n')));
    const trying = { plugin: (index: number) => void tried.push(normalizer.patterns[index] ?? '') };
    const normalizer = createNormalizer(plugins, { trying });
    const sids = (message: string) =>
      normalizer.normalize(recordOf('', { app: 'x', message })).map(({ pluginSid }) => pluginSid);
    expect([sids('one two'), sids('some two')]).to.deep.equal([[1], [2]]);
    normalizer.turnOff(new Set(['plugin x, kind 1']));
    expect([sids('one two'), sids('some two')]).to.deep.equal([[2], [2]]);
    normalizer.turnOff(new Set());
    expect(sids('one two')).to.deep.equal([1]);
    expect(tried.slice(0, 2)).to.deep.equal(['plugin x, kind 1', 'plugin x, kind 2']);
  });

  it('gives N events for a message repeated N times, each with its id, and counts those over the limit', () => {
    const { normalize, counters } = createNormalizer(shipped());
    const five = normalize(sshd(`message repeated 5 times: [ ${failed}]`));
    expect(five.map(({ pluginSid }) => pluginSid)).to.deep.equal([1, 1, 1, 1, 1]);
    expect(new Set(five.map(({ id }) => id)).size).to.equal(5);
    expect(normalize(sshd(`message repeated 999999999 times: [ ${failed}]`))).to.have.length(1_000);
    expect(counters.repetitionsCut).to.equal(999_998_999);
    expect(normalize(sshd(`message repeated 0 times: [ ${failed}]`))).to.deep.equal([]);
  });

  it('gives the same ids in every run, and equal lines different ones', () => {
    const lines = [sshd(failed), sshd(failed), sshd('Invalid user x from 203.0.113.9'), sshd(failed)];
    const run = () => {
      const { normalize } = createNormalizer(shipped());
      return lines.flatMap((line) => normalize(line).map(({ id }) => id));
    };
    expect(run()).to.deep.equal(run());
    expect(new Set(run()).size).to.equal(4);
  });

  it('goes on with the saved state as without a restart', () => {
    const whole = createNormalizer(shipped());
    whole.normalize(sshd(failed));
    const rest = createNormalizer(shipped(), { state: whole.save() });
    expect(rest.normalize(sshd(failed))).to.deep.equal(whole.normalize(sshd(failed)));
  });

  it('matches no more than 8,192 characters, and counts what it cut', () => {
    const { normalize, counters } = createNormalizer(shipped());
    expect(normalize(sshd(`Failed password for ${'x'.repeat(9_000)} from 203.0.113.9 port 4 ssh2`))).to.deep.equal([]);
    expect(counters).to.include({ cut: 1, unmatched: 1, matched: 0 });
  });

  it('counts every record once by what became of it', () => {
    const { normalize, counters } = createNormalizer(shipped());
    for (const message of [failed, 'nobody knows this', 'Failed none for x from 203.0.113.9 port 4 ssh2'])
      normalize(sshd(message));
    normalize(recordOf('{"event_type":"alert","alert":{}}'));
    normalize(recordOf('{"event_type":"alert"'));
    expect(counters).to.include({
      records: 5,
      matched: 1,
      events: 1,
      unmatched: 2,
      ignored: 1,
      withoutSid: 1,
      faultyJson: 1,
    });
  });

  it('gives an event for any text at most, and never throws', () => {
    const { normalize } = createNormalizer(shipped());
    const word = fc.constantFrom(
      'Failed password for ',
      ' from ',
      '203.0.113.9',
      ' port 4',
      ' ssh2',
      '{',
      '"',
      'CEF:0|',
      '|',
      '=',
      '\\',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.string({ unit: 'binary' }))),
        fc.constantFrom('sshd', 'sudo', 'kernel', 'nginx', undefined),
        (words, app) => {
          const raw = words.join('');
          expect(normalize(recordOf(raw, { app, message: raw })).length).to.be.at.most(1);
        },
      ),
    );
  });

  it('reads attacker-named keys without touching prototypes', () => {
    const { normalize } = createNormalizer(shipped());
    normalize(recordOf('{"__proto__":{"event_type":"alert"},"alert":{"signature_id":1}}'));
    normalize(recordOf('CEF:0|a|b|1|1|n|5|__proto__=1 constructor=2 src=203.0.113.9'));
    expect(({} as Record<string, unknown>).event_type).to.equal(undefined);
    expect(normalize(recordOf('{"event_type":"alert","alert":{"signature_id":1,"signature":"x"}}'))).to.have.length(1);
  });

  it('takes the first kind in the order of the file, whichever way it is found', () => {
    const kinds = [
      "  - { sid: 1, category: Alert, pattern: '^[a-z]+ three four$' }",
      "  - { sid: 2, category: Alert, pattern: '^one two(?: three)? four$' }",
      "  - { sid: 3, category: Alert, pattern: '^one ' }",
    ];
    const { normalize } = createNormalizer(pluginsFrom(plugin(kinds.join('\n'))));
    const sid = (message: string) => normalize(recordOf('', { app: 'x', message })).map(({ pluginSid }) => pluginSid);
    expect([sid('one two four'), sid('one three four'), sid('one'), sid('one more')]).to.deep.equal([
      [2],
      [1],
      [],
      [3],
    ]);
  });

  it('finds plugins by program, host, input, facility and literal, all conditions of one selector together', () => {
    const kind = "  - { sid: 1, category: Alert, pattern: '^hello' }";
    const selects = (records: string, more: Partial<LogRecord>): boolean =>
      createNormalizer(pluginsFrom(plugin(kind, `records: ${records}`))).normalize(
        recordOf('', { message: 'hello world', input: 'udp', ...more }),
      ).length === 1;
    expect(selects('{ app: [x, y] }', { app: 'y' })).to.equal(true);
    expect(selects('{ app: x }', { app: 'z' })).to.equal(false);
    expect(selects('{ host: h }', { host: 'h' })).to.equal(true);
    expect(selects('{ input: udp }', {})).to.equal(true);
    expect(selects('{ facility: 4 }', { facility: 4 })).to.equal(true);
    expect(selects('{ contains: world }', {})).to.equal(true);
    expect(selects('{ contains: moon }', {})).to.equal(false);
    expect(selects('{ app: x, host: h, contains: world }', { app: 'x', host: 'h' })).to.equal(true);
    expect(selects('{ app: x, host: h }', { app: 'x', host: 'other' })).to.equal(false);
    expect(selects('[{ app: z }, { host: h }]', { app: 'x', host: 'h' })).to.equal(true);
  });

  it('makes a sid of a text that is no number, always the same and out of the way of real ones', () => {
    const sid = (id: string) => normalizeOne(recordOf(`CEF:0|a|b|1|${id}|n|5|src=203.0.113.9`))[0]?.pluginSid ?? 0;
    expect(sid('100')).to.equal(100);
    expect(sid('Port:Scan')).to.be.within(1_000_000_000, 1_999_999_999).and.to.equal(sid('Port:Scan'));
    expect(sid('Port:Scan')).to.not.equal(sid('Port:Sweep'));
  });
});
