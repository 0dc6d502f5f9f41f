import { expect } from 'chai';
import { OutboxRoom, segmentBytesFor } from '../../src/dispatch/outbox-room.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { noteLog } from '../support/note-log.js';

const mib = 2 ** 20;

describe('segmentBytesFor()', () => {
  for (const [what, maxMib, diskMib, expected] of [
    ['an ordinary disk and bound', 1024, 100_000, 8 * mib],
    ['a small bound', 16, 100_000, mib],
    ['a small disk', 1024, 64, mib],
    ['a tiny disk', 1024, 4, 256 * 1024],
  ] as const) {
    it(`of ${what}`, () => expect(segmentBytesFor(maxMib * mib, diskMib * mib)).to.equal(expected));
  }
});

describe('OutboxRoom', () => {
  const roomOn = (freeMib: number) => {
    const fs = new FaultyFiles();
    Object.assign(fs, { freeBytes: freeMib * mib, totalBytes: 24 * mib });
    return { fs, room: new OutboxRoom({ fs, dir: '/outbox', log: noteLog().log }) };
  };

  it('waits for nothing where there is room', async () => {
    const { room } = roomOn(3);
    await room.wait(
      () => false,
      () => expect.fail('nothing waits'),
    );
  });

  it('waits while only the last of the disk is left, and makes safe what is written, so that it can be let go', async () => {
    const { fs, room } = roomOn(0.5);
    let madeSafe = 0;
    await room.wait(
      () => false,
      async () => {
        madeSafe += 1;
        fs.freeBytes = 3 * mib;
      },
    );
    expect(madeSafe).to.equal(1);
  });

  it('rejects where that cannot be made safe, and waits no more once closed', async () => {
    const { room } = roomOn(0.5);
    const failed = await room
      .wait(
        () => false,
        () => Promise.reject(new Error('EIO')),
      )
      .catch((cause: unknown) => String(cause));
    expect(failed).to.equal('Error: EIO');
    let closed = false;
    await room.wait(
      () => closed,
      async () => {
        closed = true;
      },
    );
  });
});
