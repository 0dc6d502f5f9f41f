import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ImportSink, type ImportSpec, importFiles } from '../../src/run/file-imports.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

/** What a journal would get, and when it is safe. */
class Sink implements ImportSink {
  readonly given: string[] = [];
  full = false;
  safe: () => void = () => undefined;
  fail: (cause: Error) => void = () => undefined;
  drained(): Promise<void> {
    return Promise.resolve();
  }
  durable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.safe = resolve;
      this.fail = reject;
    });
  }
  imported(module: string, { name, json }: { name: string; json: string }, now: number): void {
    this.given.push(`${module} ${name} ${json} ${now}`);
  }
}

describe('importFiles()', () => {
  const { dir } = temporaryDirs();
  const place = (name: string, text: string): void => {
    mkdirSync(join(dir(), 'backlogs'), { recursive: true });
    writeFileSync(join(dir(), 'backlogs', name), text);
  };
  const there = (): string[] => readdirSync(join(dir(), 'backlogs')).sort();
  const specs = (...modules: string[]): ImportSpec[] =>
    modules.map((module) => ({ module, dir: dir(), pattern: 'backlogs/*.json' }));
  const give = async (sink: Sink, modules = ['dsiem']) => {
    const { log, notes } = noteLog();
    const settled = await importFiles(specs(...modules), { sink, log, now: () => 5000 });
    return { notes, settled };
  };

  it('gives each file in the order of names to each module that wants it, and renames it once that is safe', async () => {
    place('7.json', '[7]');
    place('10.json', '\uFEFF {"ten": 10} ');
    place('.8.json', '[8]');
    place('9.txt', '[9]');
    const sink = new Sink();
    const { settled, notes } = await give(sink, ['dsiem', 'other']);
    expect(sink.given).to.deep.equal([
      'dsiem backlogs/10.json  {"ten": 10}  5000',
      'other backlogs/10.json  {"ten": 10}  5000',
      'dsiem backlogs/7.json [7] 5000',
      'other backlogs/7.json [7] 5000',
    ]);
    expect(there()).to.deep.equal(['.8.json', '10.json', '7.json', '9.txt']);
    sink.safe();
    await settled();
    expect(there()).to.deep.equal(['.8.json', '10.json.imported', '7.json.imported', '9.txt']);
    expect(notes).to.deep.equal([]);
    const again = new Sink();
    await (await give(again)).settled();
    expect(again.given).to.deep.equal([]);
  });

  it('leaves the files where what was given could not be made safe, and says so', async () => {
    place('7.json', '[]');
    const sink = new Sink();
    const { settled, notes } = await give(sink);
    sink.fail(new Error('the disk is gone'));
    await settled();
    expect(there()).to.deep.equal(['7.json']);
    expect(notes.join()).to.include('the disk is gone');
  });

  it('sets a file aside that is no JSON, says so, and goes on', async () => {
    place('6.json', '[1, ');
    place('7.json', '[]');
    const sink = new Sink();
    const { notes } = await give(sink);
    expect(sink.given).to.have.length(1);
    expect(there()).to.deep.equal(['6.json.unusable', '7.json']);
    expect(notes.join()).to.match(/6\.json is not imported: .*JSON would be right/u);
  });

  it('leaves a file alone that is too large, or no file, and says so', async () => {
    place('6.json', '');
    truncateSync(join(dir(), 'backlogs', '6.json'), 64 * 1024 * 1024 + 1);
    mkdirSync(join(dir(), 'backlogs', '8.json'));
    const sink = new Sink();
    const { notes } = await give(sink);
    expect(sink.given).to.deep.equal([]);
    expect(there()).to.deep.equal(['6.json', '8.json']);
    expect(notes).to.have.length(2);
    expect(notes[0]).to.match(/6\.json is not imported, and left alone: .*at most 64 MiB would be right/u);
  });

  it('says what it could not rename, and shows no control character of a name', async () => {
    place('7\u001b[31m.json', '[]');
    mkdirSync(join(dir(), 'backlogs', '7\u001b[31m.json.imported', 'full'), { recursive: true });
    const sink = new Sink();
    const { settled, notes } = await give(sink);
    sink.safe();
    await settled();
    expect(notes).to.have.length(1);
    expect(notes[0]).to.include('cannot rename').and.not.include('\u001b');
  });

  it('leaves for the next start what the journal does not take', async function () {
    this.timeout(20_000);
    place('7.json', '[]');
    const sink = new Sink();
    sink.full = true;
    const { settled, notes } = await give(sink);
    await settled();
    expect(sink.given).to.deep.equal([]);
    expect(there()).to.deep.equal(['7.json']);
    expect(notes.join()).to.include('imported at the next start');
  });

  it('finds nothing where there is no such directory, and says nothing', async () => {
    const { settled, notes } = await give(new Sink());
    await settled();
    expect(notes).to.deep.equal([]);
    expect(existsSync(join(dir(), 'backlogs'))).to.equal(false);
  });
});
