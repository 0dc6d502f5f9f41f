import { expect } from 'chai';
import fc from 'fast-check';
import { findSyntaxError, type JsonPath, locate } from '../../src/directives/json-positions.js';

const pathsOf = (value: unknown, path: JsonPath = []): JsonPath[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...below.flatMap(([step, item]: [string | number, unknown]) => pathsOf(item, [...path, step]))];
};

const at = (value: unknown, path: JsonPath): unknown =>
  path.reduce<unknown>((item, step) => (item as Record<string | number, unknown>)[step], value);

describe('locate()', () => {
  it('finds every value of a document where it stands', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const same = JSON.parse(text) as unknown;
        const paths = pathsOf(same);
        const lines = text.split('\n');
        for (const [i, { line, column }] of locate(text, paths).entries()) {
          const rest = [lines[line - 1]!.slice(column - 1), ...lines.slice(line)].join('\n');
          const item = at(same, paths[i]!);
          const expected = JSON.stringify(item, null, indent).split('\n')[0]!;
          expect(rest.slice(0, expected.length)).to.equal(expected);
        }
      }),
    );
  });

  it('gives the place of the object a key is missing in', () => {
    expect(locate('{\n "a": [1, {"b": 2}]\n}', [['a', 1, 'c'], ['a', 1, 'b', 'x'], ['z']])).to.deep.equal([
      { line: 2, column: 11 },
      { line: 2, column: 17 },
      { line: 1, column: 1 },
    ]);
  });

  it('goes past what is nested deeply', () => {
    const text = `{"deep": ${'['.repeat(100_000)}${']'.repeat(100_000)}, "a": 1}`;
    expect(locate(text, [['a']])).to.deep.equal([{ line: 1, column: 200_017 }]);
  });

  it('takes a time that grows with the text alone', () => {
    const text = JSON.stringify({ a: `"${'\\'.repeat(2_000_000)}`, b: 1 });
    expect(locate(text, [['b']])[0]?.column).to.equal(text.length - 1);
  });
});

describe('findSyntaxError()', () => {
  const refuses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return false;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  };

  it('finds an error exactly where JSON.parse does', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e',
      'true',
      'nul',
      ' ',
      '\n',
    );
    const broken = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.tuple(fc.json(), fc.nat(), piece).map(([text, i, more]) => {
        const place = i % (text.length + 1);
        return text.slice(0, place) + more + text.slice(place);
      }),
    );
    fc.assert(
      fc.property(broken, (text) => {
        expect(findSyntaxError(text) !== undefined).to.equal(refuses(text), text);
      }),
      { numRuns: 3000 },
    );
  });

  const cases: readonly (readonly [string, string])[] = [
    ['{"a": 1,}', '1:9 "}" is here, a text in double quotes would be right'],
    ['[1 2]', '1:4 "2" is here, "," or "]" would be right'],
    ['{"a" 1}', '1:6 "1" is here, ":" after the key would be right'],
    ['{\n"a": "x\ny"}', '2:8 "\\n" is inside a text, the closing quote or a known escape would be right'],
    ['[1', '1:3 the end of the file is here, "," or "]" would be right'],
    ['[1] 2', '1:5 "2" is here, the end of the file would be right'],
    ['', '1:1 the end of the file is here, a value would be right'],
  ];
  for (const [text, expected] of cases) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const error = findSyntaxError(text)!;
      expect(`${error.line}:${error.column} ${error.message}`).to.equal(expected);
    });
  }
});
