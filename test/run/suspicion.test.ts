import { expect } from 'chai';
import fc from 'fast-check';
import { gotOver, mostDeaths, nextStretch, noteDeath, type Suspect } from '../../src/run/suspicion.js';

/** How an entry ends the core: seen from within the process, or with it. */
type Killer = 'thread' | 'process';

interface Story {
  /** Entries of each block. */
  readonly blocks: readonly number[];
  readonly killers: ReadonlyMap<number, Killer>;
  /** After so many stretches worked on, somebody kills the process, whatever is at work. */
  readonly kills: readonly number[];
  /** Blocks between checkpoints. */
  readonly checkpointEvery: number;
}

interface Outcome {
  readonly aside: readonly number[];
  /** Entries whose work was saved, each once. */
  readonly saved: readonly number[];
  readonly deaths: number;
}

/** Lives of a core over one journal, each from the last checkpoint, until it comes to the end. */
const live = ({ blocks, killers, kills, checkpointEvery }: Story): Outcome => {
  const aside: number[] = [];
  const saved: number[] = [];
  const killsLeft = [...kills];
  let suspects: readonly Suspect[] = [];
  let position = 0;
  let deaths = 0;
  const die = (first: number, last: number): void => {
    deaths += 1;
    const { suspects: now, guilty } = noteDeath(suspects, { first, last });
    suspects = now;
    if (guilty !== undefined) aside.push(guilty);
  };
  const oneLife = (): boolean => {
    let unsaved: number[] = [];
    let seq = position;
    const commit = (): void => {
      saved.push(...unsaved);
      unsaved = [];
      position = seq;
      suspects = gotOver(suspects, position);
    };
    let end = 0;
    for (const [index, count] of blocks.entries()) {
      end += count;
      while (seq < end) {
        const stretch = nextStretch(suspects, { seq, last: end });
        if (stretch.suspect) commit();
        if (killsLeft.length > 0 && (killsLeft[0] = (killsLeft[0] ?? 0) - 1) < 0) {
          killsLeft.shift();
          die(stretch.first, stretch.last);
          return false;
        }
        for (seq = stretch.first; seq <= stretch.last; seq += 1) {
          if (aside.includes(seq)) continue;
          const killer = killers.get(seq);
          if (killer === 'thread') die(seq, seq);
          else if (killer === 'process') die(stretch.first, stretch.last);
          if (killer !== undefined) return false;
          unsaved.push(seq);
        }
        seq = stretch.last;
      }
      if (index % checkpointEvery === 0) commit();
    }
    commit();
    return true;
  };
  while (!oneLife()) if (deaths > 1000) throw new Error('it goes on for ever');
  return { aside, saved, deaths };
};

const story = fc.record({
  blocks: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
  killers: fc
    .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom<Killer>('thread', 'process')), { maxLength: 6 })
    .map((entries) => new Map(entries)),
  // One at most: with the end of its block by a neighbour, two more at one entry would be held against it.
  kills: fc.array(fc.nat(20), { maxLength: 1 }),
  checkpointEvery: fc.integer({ min: 1, max: 5 }),
});

describe('what the core dies of', () => {
  it('is found to the entry, whatever it kills and whoever kills in between: all others are worked on, once', () => {
    fc.assert(
      fc.property(story, (told) => {
        const entries = told.blocks.reduce((sum, count) => sum + count, 0);
        const { aside, saved, deaths } = live(told);
        const guilty = [...told.killers.keys()].filter((seq) => seq <= entries).sort((a, b) => a - b);
        expect([...aside].sort((a, b) => a - b)).to.deep.equal(guilty);
        const all = Array.from({ length: entries }, (_, index) => index + 1);
        expect(saved).to.deep.equal(all.filter((seq) => !guilty.includes(seq)));
        expect(deaths).to.be.at.most(guilty.length * mostDeaths + told.kills.length * 2);
      }),
      { numRuns: 300 },
    );
  });

  it('noteDeath() finds an entry guilty at its third death and not before', () => {
    const once = noteDeath([], { first: 7, last: 7 });
    const twice = noteDeath(once.suspects, { first: 7, last: 7 });
    expect([once.guilty, twice.guilty]).to.deep.equal([undefined, undefined]);
    expect(noteDeath(twice.suspects, { first: 7, last: 7 })).to.deep.equal({ suspects: [], guilty: 7 });
  });

  it('noteDeath() holds the death of a block against the entry that died next, and against no other', () => {
    const block = noteDeath([], { first: 1, last: 9 });
    const alone = noteDeath(block.suspects, { first: 4, last: 4 });
    expect(alone.suspects).to.deep.equal([{ first: 4, last: 4, deaths: 2 }]);
    expect(noteDeath(alone.suspects, { first: 4, last: 4 })).to.deep.equal({ suspects: [], guilty: 4 });
    const other = noteDeath(alone.suspects, { first: 7, last: 7 });
    expect(other.suspects).to.deep.equal([
      { first: 4, last: 4, deaths: 2 },
      { first: 7, last: 7, deaths: 1 },
    ]);
  });

  it('noteDeath() does not count deaths of a block against all of it', () => {
    let suspects: readonly Suspect[] = [];
    for (let n = 0; n < 5; n += 1) {
      const noted = noteDeath(suspects, { first: 1, last: 9 });
      expect(noted.guilty).to.equal(undefined);
      suspects = noted.suspects;
    }
    expect(suspects).to.deep.equal([{ first: 1, last: 9, deaths: 1 }]);
  });

  it('gotOver() forgets what the core got over: deaths are counted anew', () => {
    const { suspects } = noteDeath(noteDeath([], { first: 7, last: 7 }).suspects, { first: 7, last: 7 });
    expect(gotOver(suspects, 6)).to.equal(suspects);
    expect(gotOver(suspects, 7)).to.deep.equal([]);
  });

  it('nextStretch() stops before a suspect, and goes through it entry by entry', () => {
    const suspects = [{ first: 4, last: 5 }];
    const next = (seq: number) => nextStretch(suspects, { seq, last: 9 });
    expect(next(0)).to.deep.equal({ first: 1, last: 3, suspect: false });
    expect(next(3)).to.deep.equal({ first: 4, last: 4, suspect: true });
    expect(next(4)).to.deep.equal({ first: 5, last: 5, suspect: false });
    expect(next(5)).to.deep.equal({ first: 6, last: 9, suspect: false });
  });
});
