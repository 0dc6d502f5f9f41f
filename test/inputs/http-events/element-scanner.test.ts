import { expect } from 'chai';
import fc from 'fast-check';
import { ElementScanner } from '../../../src/inputs/http-events/element-scanner.js';

const elementsOf = (body: Buffer): string[] | 'broken' => {
  const scanner = new ElementScanner(body);
  const found: string[] = [];
  for (;;) {
    const step = scanner.next();
    if (step === 'broken') return 'broken';
    if (step === 'end') return found;
    if (step === 'element') found.push(body.toString('utf8', scanner.start, scanner.end));
  }
};

describe('ElementScanner', () => {
  const table: readonly [string, string[] | 'broken'][] = [
    ['{"a":1}', ['{"a":1}']],
    [' \r\n\t{"a":1} \n', ['{"a":1}']],
    ['\ufeff{"a":1}', ['{"a":1}']],
    ['[]', []],
    [' [ ] ', []],
    ['[1,2]', ['1', '2']],
    ['[ {"a":[1,2]} , "x,]" ]\n', ['{"a":[1,2]}', '"x,]"']],
    ['["a\\",b","\\\\",{"}":"{"}]', ['"a\\",b"', '"\\\\"', '{"}":"{"}']],
    ['null', ['null']],
    ['', 'broken'],
    ['  ', 'broken'],
    ['[', 'broken'],
    ['[1', 'broken'],
    ['[1,', 'broken'],
    ['[1,]', 'broken'],
    ['[,1]', 'broken'],
    ['[1]]', 'broken'],
    ['[1] 2', 'broken'],
    ['[1],2', 'broken'],
    ['{"a":1', 'broken'],
    ['{"a":1}}', 'broken'],
    ['["a]', 'broken'],
    ['"\\', 'broken'],
  ];
  for (const [body, wanted] of table) {
    it(`finds ${JSON.stringify(wanted)} in ${JSON.stringify(body)}`, () => {
      expect(elementsOf(Buffer.from(body))).to.deep.equal(wanted);
    });
  }

  it('finds what JSON.parse finds in any array, however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 0, maxLength: 6 }), fc.nat(3), (values, indent) => {
        const found = elementsOf(Buffer.from(JSON.stringify(values, null, indent)));
        expect((found as string[]).map((text) => JSON.parse(text) as unknown)).to.deep.equal(
          JSON.parse(JSON.stringify(values)),
        );
      }),
    );
  });

  it('says how deep an element nests', () => {
    const scanner = new ElementScanner(Buffer.from('[1,{"a":[[]]},{}]'));
    const depths: number[] = [];
    while (scanner.next() === 'element') depths.push(scanner.depth);
    expect(depths).to.deep.equal([0, 3, 1]);
  });

  it('pauses in long bodies, also within a string, and goes on where it was', () => {
    const long = `"${'\\"x'.repeat(900_000)}"`;
    const body = Buffer.from(`[${long},2]`);
    const scanner = new ElementScanner(body);
    let pauses = 0;
    let step = scanner.next();
    for (; step === 'pause'; step = scanner.next()) pauses += 1;
    expect(step).to.equal('element');
    expect(pauses).to.equal(2);
    expect(scanner.end - scanner.start).to.equal(long.length);
    expect(scanner.next()).to.equal('element');
    expect(scanner.next()).to.equal('end');
  });
});
