import { expect } from 'chai';
import fc from 'fast-check';
import { readCef, readLeef } from '../../src/normalize/cef.js';
import { compilePath, readJsonObject } from '../../src/normalize/json-path.js';
import { readKeyValues } from '../../src/normalize/key-values.js';
import { ReusedList } from '../../src/reused-list.js';
import { LiteralFinder } from '../../src/normalize/literal-finder.js';
import { LiteralTrie } from '../../src/normalize/literal-trie.js';
import { readTime } from '../../src/normalize/read-time.js';

const pairs = (map: ReadonlyMap<string, string> | undefined) => Object.fromEntries(map ?? []);

describe('readKeyValues()', () => {
  it('reads plain and quoted values, and what stands before them', () => {
    expect(pairs(readKeyValues('[ 12.345] deny: IN=eth0 OUT= msg="a \\"b\\" c=d" SYN n=1'))).to.deep.equal({
      '@prefix': 'deny:',
      IN: 'eth0',
      OUT: '',
      msg: 'a "b" c=d',
      n: '1',
    });
  });

  it('takes the first of equal names, and nothing of a packet quoted in brackets', () => {
    expect(pairs(readKeyValues('SRC=1 SRC=2 [SRC=3 SPT=4]'))).to.deep.equal({ '@prefix': '', SRC: '1' });
  });
});

describe('readCef()', () => {
  it('reads header and extension with their escapes; values may hold blanks and =', () => {
    expect(
      pairs(readCef('x CEF:0|A\\|B|C\\\\|1|7|Name|5|src=1.2.3.4 msg=a b\\=c x = y url=http://h/?q=1&r=2 act=deny')),
    ).to.deep.equal({
      version: '0',
      deviceVendor: 'A|B',
      deviceProduct: 'C\\',
      deviceVersion: '1',
      signatureId: '7',
      name: 'Name',
      severity: '5',
      src: '1.2.3.4',
      msg: 'a b=c x = y',
      url: 'http://h/?q=1&r=2',
      act: 'deny',
    });
  });

  it('lets no extension field replace one of the header', () => {
    expect(readCef('CEF:0|A|B|1|7|Name|5|signatureId=8 name=x')?.get('signatureId')).to.equal('7');
  });

  it('is undefined without a whole header', () => expect(readCef('CEF:0|A|B|1|7|Name')).to.equal(undefined));

  it('takes time that grows with the length of the text', () => {
    for (const unit of ['a=', 'a =', ' a=b', '\\', '|', '=']) {
      const start = process.cpuUsage();
      readCef(`CEF:0|A|B|1|7|Name|5|${unit.repeat(200_000)}`);
      readKeyValues(unit.repeat(200_000));
      expect(process.cpuUsage(start).user / 1_000, unit).to.be.below(1_000);
    }
  });
});

describe('readLeef()', () => {
  it('reads versions 1.0 and 2.0, with tab or the delimiter named', () => {
    const expected = {
      deviceVendor: 'V',
      deviceProduct: 'P',
      deviceVersion: '1',
      eventId: 'E',
      src: '1.2.3.4',
      usrName: 'a b',
    };
    expect(pairs(readLeef('LEEF:1.0|V|P|1|E|src=1.2.3.4\tusrName=a b'))).to.deep.equal({ version: '1.0', ...expected });
    expect(pairs(readLeef('LEEF:2.0|V|P|1|E|^|src=1.2.3.4^usrName=a b'))).to.deep.equal({
      version: '2.0',
      ...expected,
    });
    expect(pairs(readLeef('LEEF:2.0|V|P|1|E|x5E|src=1.2.3.4^usrName=a b'))).to.deep.equal({
      version: '2.0',
      ...expected,
    });
  });

  for (const [what, field] of [
    ['an empty delimiter', '|'],
    ['the tab as hexadecimal', '0x09|'],
    ['the tab as backslash and t', '\\t|'],
    ['no field for the delimiter', ''],
  ] as const) {
    it(`reads version 2.0 with ${what}: attributes end at a tab`, () => {
      const leef = readLeef(`LEEF:2.0|V|P|1|E|${field}src=1.2.3.4\tusrName=a|b`);
      expect(leef?.get('src')).to.equal('1.2.3.4');
      expect(leef?.get('usrName')).to.equal('a|b');
    });
  }
});

describe('compilePath()', () => {
  const object = readJsonObject('{"a":{"b":[1,{"c":true}]},"a.x":"flat","n":null,"o":{}}') ?? {};
  for (const [path, text] of [
    ['a.b.0', '1'],
    ['a.b.-1.c', 'true'],
    ['a.x', 'flat'],
    ['a.b', ''],
    ['n', ''],
    ['o.constructor.name', ''],
    ['__proto__', ''],
    ['a.b.x', ''],
  ] as const) {
    it(`gives "${text}" for ${path}`, () => expect(compilePath(path)(object)).to.equal(text));
  }
});

describe('readTime()', () => {
  for (const [text, time] of [
    ['20/Nov/2026:11:00:01 +0100', Date.UTC(2026, 10, 20, 10, 0, 1)],
    ['20/Nov/2026:11:00:01.250 +0100', Date.UTC(2026, 10, 20, 10, 0, 1)],
    ['2026-11-20T10:00:01.5Z', Date.UTC(2026, 10, 20, 10, 0, 1)],
    ['1795168801', 1_795_168_801_000],
    ['1795168801250', 1_795_168_801_250],
    ['31/Feb/2026:11:00:01 +0100', undefined],
    ['yesterday', undefined],
  ] as const) {
    it(`reads ${text}`, () => expect(readTime(text)).to.equal(time));
  }
});

describe('LiteralFinder and LiteralTrie', () => {
  const literal = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 });
  const literals = fc.uniqueArray(literal, { minLength: 1, maxLength: 20 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 40 });

  const sorted = (list: ReusedList<string>): string[] =>
    Array.from({ length: list.size }, (_, i) => list.at(i)!).sort();

  it('find what looking for each literal finds', () => {
    fc.assert(
      fc.property(literals, text, (all, where) => {
        const entries = all.map((one) => ({ literal: one, value: one }));
        const anywhere = new ReusedList<string>();
        new LiteralFinder(entries).find(where, anywhere);
        expect(sorted(anywhere)).to.deep.equal(all.filter((one) => where.includes(one)).sort());
        const atStart = new ReusedList<string>();
        new LiteralTrie(entries).find(where, atStart);
        expect(sorted(atStart)).to.deep.equal(all.filter((one) => where.startsWith(one)).sort());
      }),
    );
  });
});
