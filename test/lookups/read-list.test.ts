import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readList } from '../../src/lookups/read-list.js';
import type { CsvLayout } from '../../src/lookups/source-definition.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('readList()', () => {
  const { dir } = temporaryDirs();
  const read = (text: string, csv?: CsvLayout) => {
    const file = join(dir(), 'list');
    writeFileSync(file, text);
    return readList(file, csv);
  };

  it('reads addresses and networks with what is said of them, and leaves comments alone', async () => {
    const text =
      '\ufeff# bad ones\r\n\n198.51.100.7 scanner  of\tports\r\n  203.0.113.0/24 ; SBL1\n2001:db8::/32 # six\n8.8.8.8';
    const { list, faulty, left } = await read(text);
    const asked = ['198.51.100.7', '203.0.113.9', '2001:db8::1', '8.8.8.8'];
    expect(asked.map((address) => list.find(address))).to.deep.equal([
      'scanner  of\tports'.replace('\t', '\\x09'),
      'SBL1',
      'six',
      'listed',
    ]);
    expect([list.size, faulty, left]).to.deep.equal([4, 0, 0]);
  });

  it('counts lines without an address, and keeps the first for the operator', async () => {
    const { list, faulty, firstFaulty } = await read('8.8.8.8\nexample.org\n1.2.3\n\u001b[31m\n');
    expect([list.size, faulty, firstFaulty]).to.deep.equal([1, 3, 'line 2: example.org']);
    expect((await read('\u001b[31m')).firstFaulty).to.equal('line 1: \\x1b[31m');
  });

  it('reads CSV columns by name', async () => {
    const layout = { delimiter: ',', column: 'ip', textColumn: 'why' };
    const { list, faulty } = await read(
      '# feed\nid,"why",ip\n1,"says ""x"", y",8.8.8.8\n2,z,"9.9.9.0/24"\n3,z\n4,"open,8.8.4.4\n',
      layout,
    );
    expect(['8.8.8.8', '9.9.9.1'].map((address) => list.find(address))).to.deep.equal(['says "x", y', 'z']);
    expect(faulty).to.equal(2);
  });

  it('reads CSV columns by number', async () => {
    const { list } = await read('x;8.8.8.8;bad\n', { delimiter: ';', column: 2, textColumn: 3 });
    expect(list.find('8.8.8.8')).to.equal('bad');
    expect((await read('8.8.8.8,bad\n', { delimiter: ',', column: 1 })).list.find('8.8.8.8')).to.equal('listed');
  });

  it('rejects, naming the columns, where the one asked for is not there', async () => {
    const error = await read('id,addr\n1,8.8.8.8\n', { delimiter: ',', column: 'ip' }).catch((cause: unknown) => cause);
    expect(String(error)).to.match(/columns id, addr; one named ip would be right/);
  });

  it('cuts long texts, and skips lines longer than any should be', async () => {
    const { list, faulty } = await read(`8.8.8.8 ${'a'.repeat(1000)}\n${'x'.repeat(300_000)}\n9.9.9.9\n`);
    expect(list.find('8.8.8.8')).to.equal('a'.repeat(256));
    expect([list.find('9.9.9.9'), faulty]).to.deep.equal(['listed', 1]);
  });

  it('leaves hostile white space behind in no time', async () => {
    const began = performance.now();
    const line = `8.8.8.8${' ;'.repeat(30_000)}\u2028x`;
    const { list } = await read(
      `${line}\n${' '.repeat(60_000)}x\n8.8.8.9${'\t'.repeat(60_000)}\u2028\u2028x\n`.repeat(20),
    );
    expect(list.find('8.8.8.8')).to.equal('x');
    expect(performance.now() - began).to.be.below(3000);
  });
});
