import { expect } from 'chai';
import { RoomMaker } from '../../src/run/room-maker.js';

/** A journal that is short of room until it is trimmed up to a number. */
class FullJournal {
  readonly trims: number[] = [];
  enough = 100;
  pressedAt: number | undefined = 50;
  hindrance: Promise<void> = Promise.resolve();

  readonly trim = async (below: number): Promise<void> => {
    this.trims.push(below);
    await this.hindrance;
    if (below >= this.enough) this.pressedAt = undefined;
  };
}

describe('RoomMaker', () => {
  const make = (): { journal: FullJournal; released: number[]; rooms: RoomMaker; changes: () => number } => {
    const journal = new FullJournal();
    const released: number[] = [];
    let changes = 0;
    const rooms = new RoomMaker({
      journal,
      release: (seq) => released.push(seq),
      changed: () => (changes += 1),
    });
    return { journal, released, rooms, changes: () => changes };
  };

  it('asks the core to need less for as long as room is short, without another checkpoint', async () => {
    const { journal, released, rooms, changes } = make();
    await rooms.notNeeded(10);
    await rooms.again();
    await rooms.again();
    expect(journal.trims).to.deep.equal([10, 10, 10]);
    expect(released).to.deep.equal([50, 50, 50]);
    await rooms.notNeeded(100);
    await rooms.again();
    expect(journal.trims).to.deep.equal([10, 10, 10, 100]);
    expect(released).to.deep.equal([50, 50, 50]);
    expect(changes()).to.equal(4);
  });

  it('never takes back what is not needed, and tries one at a time', async () => {
    const { journal, rooms } = make();
    let goOn = (): void => undefined;
    journal.hindrance = new Promise((resolve) => (goOn = resolve));
    const first = rooms.notNeeded(60);
    await Promise.resolve();
    await rooms.again();
    const second = rooms.notNeeded(40);
    goOn();
    await Promise.all([first, second]);
    expect(journal.trims).to.deep.equal([60, 60]);
  });
});
