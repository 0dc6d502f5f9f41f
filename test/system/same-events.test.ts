import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import type { ReplaySummary } from '../../src/replay/replayed-core.js';
import { type EventLine, eventsIn } from '../support/json-lines.js';
import { livePrograms, type LiveTocsin } from '../support/live-tocsin.js';
import { sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

/** The log's own; without them a live run takes the year nearest to now. */
const when = ['--year', '2015', '--tz', 'UTC'];

/** Statistics are told at midnight and at the end of a replay: a live run has another midnight, and no end. */
const ofTheLog = (events: readonly EventLine[]): EventLine[] => events.filter(({ event }) => event !== 'SshdStats');

const shared = join(import.meta.dirname, '../../../shared/data/OpenSSH_2k.log');
const own = join(import.meta.dirname, '../golden/sshd');
// The real log is not part of the project. Where it is absent those of the project speak alone, and no test counts as skipped.
const logs = [
  ...['failures.log', 'guessing.log'].map((name) => join(own, name)),
  ...(existsSync(shared) ? [shared] : []),
];
if (!existsSync(shared)) process.stderr.write('the same log: ../shared/data/OpenSSH_2k.log is absent and left out\n');

for (const path of logs) {
  describe(`the same log, ${basename(path)},`, function () {
    this.timeout(60_000);
    const { dir } = temporaryDirs();
    const { start } = livePrograms();
    let records = 0;
    let expected: EventLine[] = [];
    beforeEach(async () => {
      const args = ['replay', path, ...when, '--stack', 'sshd', '--out', 'out', '--json'];
      const { stdout } = await tocsin(args, { cwd: dir() });
      records = (JSON.parse(stdout) as ReplaySummary).records;
      expected = ofTheLog(eventsIn(join(dir(), 'out/events.jsonl')));
      expect(expected).to.have.length.greaterThan(3);
    });

    const expectSame = async (live: LiveTocsin): Promise<void> => {
      await live.counted('all lines worked on', ({ core }) => core?.records === records);
      expect((await live.end()).code).to.equal(0);
      expect(ofTheLog(live.events())).to.deep.equal(expected);
    };

    it('gives the same events from a tailed copy that grows, as from replay', async () => {
      const copy = join(dir(), 'auth.log');
      const bytes = readFileSync(path);
      writeFileSync(copy, '');
      const live = await start(dir(), ['--stack', 'sshd', '--tail', copy, ...when]);
      // Uneven pieces: lines are cut anywhere.
      for (let at = 0; at < bytes.length; at += 10_007) appendFileSync(copy, bytes.subarray(at, at + 10_007));
      // A file that may grow keeps a last line without its newline back; OpenSSH_2k.log ends in one.
      if (bytes.at(-1) !== 10) appendFileSync(copy, '\n');
      await expectSame(live);
    });

    it('gives the same events over TCP, as from replay', async () => {
      const live = await start(dir(), ['--stack', 'sshd', '--tcp', '127.0.0.1:0', ...when]);
      await sendTcp(live.port('tcp'), readFileSync(path));
      await expectSame(live);
    });
  });
}
