import { expect } from 'chai';
import { SegmentLog } from '../../src/journal/segment-log.js';
import { KeptSegments } from '../../src/run/kept-segments.js';
import { SteadyClock } from '../../src/steady-clock.js';
import { blockOf } from '../support/blocks.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { noteLog } from '../support/note-log.js';

const day = 86_400_000;
const begin = Date.UTC(2026, 10, 1);

describe('KeptSegments', () => {
  it('removes what is too old, but not for a clock that jumps a year ahead and back', async () => {
    const fs = new FaultyFiles();
    const times = { wall: begin, monotonic: 0 };
    const clock = new SteadyClock({ wall: () => times.wall, monotonic: () => times.monotonic });
    const limits = { ms: 7 * day };
    const kept = await KeptSegments.open({ dir: '/log', limits, log: noteLog().log, mustGo: () => false, fs, clock });
    const beforeRemoval = async (...[segment, signal]: Parameters<KeptSegments['keep']>) => kept?.keep(segment, signal);
    const log = await SegmentLog.open({ dir: '/log', fs, segmentBytes: 100, beforeRemoval });
    for (let seq = 1; seq <= 4; seq += 1) await log.append(blockOf(seq, ['.'.repeat(300)], begin));
    await log.trim(4);
    times.wall += 365 * day;
    await kept?.removeExcess();
    expect(kept?.counters()).to.include({ segments: 3, removed_age: 0 });
    times.wall -= 365 * day;
    for (const at of [6 * day, 8 * day]) {
      times.wall = begin + at;
      times.monotonic = at;
      await kept?.removeExcess();
      expect(kept?.counters().segments).to.equal(at < 7 * day ? 3 : 0);
    }
    expect(kept?.counters().removed_age).to.equal(3);
  });
});
