import { expect } from 'chai';
import fc from 'fast-check';
import { EventIds } from '../../src/normalize/event-ids.js';

const idOf = (ids: EventIds, raw: string, time: number): string => {
  ids.begin(raw, time);
  return ids.next();
};

describe('EventIds', () => {
  it('gives the same line of the same time the same id in every run, and equal lines of a run different ones', () => {
    const [one, two] = [new EventIds(), new EventIds()];
    const first = [idOf(one, 'x', 1), idOf(one, 'x', 1), idOf(one, 'x', 1)];
    expect(new Set(first).size).to.equal(3);
    expect(
      [idOf(two, 'x', 1), idOf(two, 'y', 1), idOf(two, 'x', 1), idOf(two, 'x', 1)].filter((_, i) => i !== 1),
    ).to.deep.equal(first);
  });

  it('is 20 characters of base64url', () => expect(idOf(new EventIds(), 'x', 1)).to.match(/^[A-Za-z0-9_-]{20}$/));

  it('never changes: ids are kept in alarms', () => {
    expect(idOf(new EventIds(), 'Failed password for root', 1_795_168_800_000)).to.equal('KoPHxd4SLBjwZCcwI6Gd');
  });

  it('tells lines, times and ordinals apart', () => {
    const line = fc.tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer({ min: 0, max: 2 ** 43 }));
    fc.assert(
      fc.property(line, line, (a, b) => {
        fc.pre(a[0] !== b[0] || a[1] !== b[1]);
        expect(idOf(new EventIds(), ...a)).to.not.equal(idOf(new EventIds(), ...b));
      }),
    );
    const ids = new EventIds();
    const many = Array.from({ length: 20_000 }, (_, i) => [idOf(ids, `line ${i}`, 5), ids.next()]).flat();
    expect(new Set(many).size).to.equal(40_000);
  });

  it('tells a NUL at the end from no character', () => {
    expect(idOf(new EventIds(), 'abc', 1)).to.not.equal(idOf(new EventIds(), 'abc\0', 1));
  });

  it('goes on after a restart with what was saved', () => {
    const before = new EventIds();
    idOf(before, 'x', 1);
    const after = new EventIds(JSON.parse(JSON.stringify(before.save())) as ReturnType<EventIds['save']>);
    expect(idOf(after, 'x', 1)).to.equal(idOf(before, 'x', 1));
  });

  it('remembers a bounded number of lines, the last 16,384 at least', () => {
    const ids = new EventIds();
    const first = idOf(ids, 'x', 1);
    for (let i = 0; i < 16_383; i += 1) idOf(ids, `line ${i}`, 1);
    expect(idOf(ids, 'x', 1)).to.not.equal(first);
    for (let i = 0; i < 100_000; i += 1) idOf(ids, `other ${i}`, 1);
    const { older, recent } = ids.save();
    expect((older.length + recent.length) / 3).to.be.at.most(32_768);
    expect(idOf(ids, 'x', 1)).to.equal(first);
  });
});
