import { expect } from 'chai';
import { DiskReserve, leftByJournal, leftByOutbox } from '../../src/journal/disk-reserve.js';

const mib = 2 ** 20;

describe('DiskReserve', () => {
  const disk = { freeBytes: 0, totalBytes: 0 };
  const space = async (): Promise<typeof disk> => ({ ...disk });
  const asked = async (
    free: number,
    total: number,
    reserve = new DiskReserve({ space }, '/data', leftByJournal),
  ): Promise<DiskReserve> => {
    Object.assign(disk, { freeBytes: free, totalBytes: total });
    await reserve.ask();
    return reserve;
  };

  it('keeps 5 % of the disk, 256 MiB at most and 4 MiB at least; of a tiny one, a quarter', async () => {
    expect((await asked(5 * mib, 24 * mib)).reservedBytes).to.equal(4 * mib);
    expect((await asked(5 * mib, 8 * mib)).reservedBytes).to.equal(2 * mib);
    expect((await asked(50 * mib, 100 * mib)).reservedBytes).to.equal(5 * mib);
    expect((await asked(50 * mib, 1e6 * mib)).reservedBytes).to.equal(256 * mib);
  });

  it('keeps less of what the outbox may take than of what the journal may', async () => {
    for (const total of [8, 24, 100, 1e4, 1e6]) {
      const outbox = await asked(5 * mib, total * mib, new DiskReserve({ space }, '/data', leftByOutbox));
      expect(outbox.reservedBytes).to.be.at.most((await asked(5 * mib, total * mib)).reservedBytes / 2);
    }
  });

  it('is not low before it was asked, nor on a disk with room', async () => {
    expect(new DiskReserve({ space }, '/data', leftByJournal).low).to.equal(false);
    expect((await asked(6 * mib, 100 * mib)).low).to.equal(false);
  });

  it('is low once what was written since it was asked has used the room up', async () => {
    const reserve = await asked(8 * mib, 100 * mib);
    reserve.wrote(2 * mib);
    expect(reserve.low).to.equal(false);
    reserve.wrote(2 * mib);
    expect(reserve.low).to.equal(true);
  });

  it('stays low until there is more room than the reserve alone', async () => {
    const reserve = await asked(4 * mib, 100 * mib);
    expect(reserve.low).to.equal(true);
    expect((await asked(5.3 * mib, 100 * mib, reserve)).low).to.equal(true);
    expect((await asked(6 * mib, 100 * mib, reserve)).low).to.equal(false);
    expect((await asked(5.3 * mib, 100 * mib, reserve)).low).to.equal(false);
  });

  it('is close to its end before it is low', async () => {
    expect((await asked(19 * mib, 100 * mib)).close).to.equal(true);
    expect((await asked(21 * mib, 100 * mib)).close).to.equal(false);
  });
});
