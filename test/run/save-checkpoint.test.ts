import { expect } from 'chai';
import { JournalError } from '../../src/journal/journal-error.js';
import type { Committed } from '../../src/run/checkpointer.js';
import { checkpointSaver } from '../../src/run/save-checkpoint.js';
import { noteLog } from '../support/note-log.js';

const done: Committed = { position: 7, safePosition: 3 };
const full = new JournalError('write-failed', 'cannot write c.log: ENOSPC');
const unsynced = new JournalError('sync-failed', 'cannot make c.log safe on disk: EIO');

/** Saves once for each outcome; what became of it. */
const saveAll = async (outcomes: readonly (Committed | Error | undefined)[]) => {
  const left = [...outcomes];
  const committed: Committed[] = [];
  const ends: string[] = [];
  const { log, notes } = noteLog();
  const save = checkpointSaver({
    commit: async () => {
      const outcome = left.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    committed: (result) => committed.push(result),
    cannotSave: (message) => ends.push(message),
    log,
  });
  for (let count = outcomes.length; count > 0; count -= 1) await save();
  return { committed, ends, notes };
};

describe('checkpointSaver()', () => {
  it('tells what was saved, and nothing where nothing happened', async () => {
    expect(await saveAll([done, undefined])).to.deep.equal({ committed: [done], ends: [], notes: [] });
  });

  it('says once that it cannot be written, and that it can again, however often it is tried', async () => {
    const { committed, ends, notes } = await saveAll([full, full, undefined, full, done, done, full]);
    expect(committed).to.deep.equal([done, done]);
    expect(ends).to.deep.equal([]);
    expect(notes).to.deep.equal([
      'error checkpoint: cannot write c.log: ENOSPC; trying again',
      'info checkpoint: can be written again',
      'error checkpoint: cannot write c.log: ENOSPC; trying again',
    ]);
  });

  it('gives up where nobody can know any more what is on disk', async () => {
    const { ends, notes } = await saveAll([unsynced]);
    expect(ends).to.deep.equal(['checkpoint: cannot make c.log safe on disk: EIO']);
    expect(notes).to.deep.equal([]);
  });
});
