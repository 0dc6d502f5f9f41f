import { expect } from 'chai';
import { LanePlaces } from '../../src/dispatch/lane-places.js';
import { LanePositions } from '../../src/dispatch/lane-positions.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { noteLog } from '../support/note-log.js';

const path = '/data/listeners.json';
const place = { dev: 1, ino: 2, end: 30, event: 7, lines: 1 };

const put = async (fs: FaultyFiles, text: string): Promise<void> => {
  const file = await fs.open(path, 'create');
  await file.write(Buffer.from(text), 0);
  await file.close();
};

const open = async (fs: FaultyFiles, newestEvent = 100) => {
  const { log, notes } = noteLog();
  return { positions: await LanePositions.open({ path, newestEvent, log, fs }), notes };
};

describe('LanePositions', () => {
  it('gives again after a restart what was noted, event and places together', async () => {
    const fs = new FaultyFiles();
    const { positions, notes } = await open(fs, 0);
    expect(positions.get('a')).to.equal(undefined);
    expect(notes).to.deep.equal([]);
    positions.set('a', { event: 7, files: new Map([['/logs/a', place]]) });
    await positions.write();
    const { positions: next } = await open(fs.crash(() => 0));
    expect(next.get('a')).to.deep.equal({ event: 7, files: new Map([['/logs/a', place]]) });
    expect(next.saved('a')).to.equal(7);
  });

  it('counts as saved only what is in the file', async () => {
    const fs = new FaultyFiles();
    const { positions, notes } = await open(fs, 0);
    positions.set('a', { event: 1, files: new Map() });
    await positions.write();
    fs.fault = ({ kind }) => (kind === 'sync' ? { error: 'ENOSPC' } : undefined);
    for (const event of [2, 3]) {
      positions.set('a', { event, files: new Map() });
      await positions.write();
    }
    expect(positions.saved('a')).to.equal(1);
    expect(positions.get('a')?.event).to.equal(3);
    expect(notes, 'said once').to.have.length(1);
    expect(notes[0]).to.include('ENOSPC').and.include(path);
    fs.fault = () => undefined;
    await positions.write();
    expect(positions.saved('a')).to.equal(3);
    expect(notes[1]).to.include('can be written again');
  });

  it('reads the numbers of earlier versions', async () => {
    const fs = new FaultyFiles();
    await put(fs, '{"a":12}');
    const { positions } = await open(fs);
    expect(positions.get('a')).to.deep.equal({ event: 12, files: new Map() });
  });

  it('says where the outbox ends before what listeners had', async () => {
    const fs = new FaultyFiles();
    await put(fs, '{"a":12,"b":3}');
    expect((await open(fs, 12)).notes).to.deep.equal([]);
    const { notes } = await open(fs, 11);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.include('warn outbox: its last event is 11, and listeners had events up to 12');
  });

  it('says in one line what is wrong with its file', async () => {
    const fs = new FaultyFiles();
    await put(fs, '{"a":{"event":"x"}}');
    const { notes } = await open(fs);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/^error [^\n]*cannot be read[^\n]*begin with the oldest kept event[^\n]*$/u);
  });

  it('does not believe what is beyond the newest event: such numbers will be given again', async () => {
    const fs = new FaultyFiles();
    await put(
      fs,
      JSON.stringify({ a: { event: 50, files: { '/logs/a': { ...place, event: 50 }, '/logs/b': place } } }),
    );
    const { positions } = await open(fs, 40);
    expect(positions.get('a')).to.deep.equal({
      event: 40,
      files: new Map([
        ['/logs/a', { ...place, event: 0, lines: 0 }],
        ['/logs/b', place],
      ]),
    });
  });

  for (const damaged of ['', '{"a":', '{"a":{"event":-1}}', '[1]']) {
    it(`lets listeners begin with the oldest kept event where the file is damaged, and says so: ${damaged}`, async () => {
      const fs = new FaultyFiles();
      await put(fs, damaged);
      const { positions, notes } = await open(fs);
      expect(positions.get('a')).to.deep.equal({ event: 0, files: new Map() });
      expect(notes.join()).to.include(`${path} cannot be read`).and.include('oldest kept event');
    });
  }

  it('does the same where the file is gone although there were events', async () => {
    const { positions, notes } = await open(new FaultyFiles(), 1);
    expect(positions.get('a')).to.deep.equal({ event: 0, files: new Map() });
    expect(notes.join()).to.include(
      `${path} is gone, and there were events: listeners begin with the oldest kept event`,
    );
  });
});

describe('LanePlaces', () => {
  it('notes a position once its files are synced and the outbox cannot lose the event', async () => {
    const fs = new FaultyFiles();
    const { positions } = await open(fs, 0);
    const places = new LanePlaces({ lane: 'a', positions, newestBefore: 0 });
    let synced = 0;
    places.open('/logs/a', {
      place: () => place,
      sync: async () => {
        synced += 1;
      },
    });
    await places.reached(7);
    expect(synced).to.equal(1);
    places.safeUpTo(6);
    expect(positions.get('a')).to.equal(undefined);
    places.safeUpTo(7);
    expect(positions.get('a')).to.deep.equal({ event: 7, files: new Map([['/logs/a', place]]) });
  });

  it('keeps the places of files that are not open in this run, of at most 1000', async () => {
    const fs = new FaultyFiles();
    const files = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`/logs/${n}`, place]));
    await put(fs, JSON.stringify({ a: { event: 7, files } }));
    const { positions } = await open(fs);
    const places = new LanePlaces({ lane: 'a', positions, newestBefore: 0 });
    const moved = { ...place, end: 90, event: 8 };
    expect(places.open('/logs/new', { place: () => moved, sync: async () => undefined })).to.equal(undefined);
    expect(places.open('/logs/5', { place: () => undefined, sync: async () => undefined })).to.deep.equal(place);
    places.close('/logs/new', moved);
    places.settle(8);
    const kept = positions.get('a')?.files;
    expect(kept?.size).to.equal(1000);
    expect(kept?.get('/logs/5')).to.deep.equal(place);
    expect(kept?.get('/logs/new')).to.deep.equal(moved);
  });
});
