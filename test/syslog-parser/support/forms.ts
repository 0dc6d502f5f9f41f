import { expect } from 'chai';
import { parse, type Said, said } from './said.js';

/** Name, line, and what it says. */
export type Form = readonly [name: string, line: string, expected: Said];

/** A table of lines, each of which must say exactly what is expected, without a fault. */
export function describeForms(title: string, forms: readonly Form[]): void {
  describe(title, () => {
    for (const [name, line, expected] of forms) {
      it(`${name}: ${line}`, () => {
        expect(said(line)).to.deep.equal(expected);
        expect(parse(line).fault).to.equal(undefined);
      });
    }
  });
}

export const at = '2026-11-21T10:00:00.000Z';
export const pri13 = { facility: 1, severity: 5 } as const;
