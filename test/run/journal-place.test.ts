import { expect } from 'chai';
import type { Log } from '../../src/module.js';
import { JournalPlace, type JournalPlaceOptions } from '../../src/run/journal-place.js';
import { FaultyFiles } from '../support/faulty-files.js';

const dir = '/data/journal';

describe('JournalPlace', () => {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log: Log = { info: say, warn: say, error: say };
  const places: JournalPlace[] = [];
  const open = async (fs: FaultyFiles, more: Partial<JournalPlaceOptions> = {}): Promise<JournalPlace> => {
    const nothing = async (): Promise<void> => undefined;
    const place = await JournalPlace.open({
      ...{ dir, log, fs, kept: undefined, changed: () => say('changed'), gone: (message) => say(`gone: ${message}`) },
      also: nothing,
      ...more,
    });
    places.push(place);
    return place;
  };
  beforeEach(() => said.splice(0));
  afterEach(() => places.splice(0).forEach((place) => place.stop()));

  it('says once that only the reserve is left, with what would be right, and once that there is room again', async () => {
    const fs = new FaultyFiles();
    fs.totalBytes = 1000 * 2 ** 20;
    fs.freeBytes = 500 * 2 ** 20;
    const place = await open(fs);
    expect(said).to.deep.equal([]);
    fs.freeBytes = 40 * 2 ** 20;
    await place.look();
    await place.look();
    expect(place.reserve.low).to.equal(true);
    expect(said).to.have.length(2);
    expect(said[0]).to.match(
      /40 MiB are free on the disk of \/data\/journal, and 50 MiB are kept .*--journal-max or --keep, would be right/,
    );
    expect(said[1]).to.equal('changed');
    fs.freeBytes = 400 * 2 ** 20;
    await place.look();
    expect(said.slice(2)).to.deep.equal(['journal: there is room on the disk of /data/journal again', 'changed']);
  });

  it('gives up archived segments before it calls the disk full', async () => {
    const fs = new FaultyFiles();
    fs.totalBytes = 1000 * 2 ** 20;
    fs.freeBytes = 20 * 2 ** 20;
    let given = 0;
    const kept = {
      giveRoom: async () => {
        given += 1;
        fs.freeBytes += 20 * 2 ** 20;
        return true;
      },
    } as unknown as NonNullable<JournalPlaceOptions['kept']>;
    const place = await open(fs, { kept });
    expect([given, place.reserve.low, said]).to.deep.equal([2, false, []]);
  });

  it('tells once that the directory is gone, and looks no more', async () => {
    const fs = new FaultyFiles();
    let looks = 0;
    const also = async (): Promise<void> => void (looks += 1);
    const place = await open(fs, { also });
    fs.missingDirs.add(dir);
    await place.look();
    fs.missingDirs.clear();
    await place.look();
    expect(looks).to.equal(1);
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/^gone: .*\/data\/journal was removed while in use.*Put the data directory back/);
  });

  it('a disk that does not answer is said once, and asked again', async () => {
    const fs = new FaultyFiles();
    const place = await open(fs);
    fs.space = () => Promise.reject(new Error('EIO: injected'));
    await place.look();
    await place.look();
    expect(said).to.deep.equal(['journal: cannot look after /data/journal: EIO: injected']);
    fs.space = async () => ({ freeBytes: 0, totalBytes: 1000 });
    await place.look();
    expect(said.slice(1).join()).to.match(/0 MiB are free/);
  });
});
