import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

describe('tocsin replay --journal, used wrongly', () => {
  const { dir } = temporaryDirs();
  for (const [args, said] of [
    [['--journal', './data', '--since', 'soon'], /"soon" is no time; 2026-11-21, .* would be right/],
    [['--journal', './data', '--since', '1h', '--until', '2h'], /--until is not after --since; nothing would be read/],
    [['--since', '1h', 'a.log'], /--since and --until are for --journal: they go by the time of receipt/],
    [['--journal', './data', 'a.log', 'b.log'], /--journal replays a run, not files: 2 named/],
    [
      ['--journal', './data', '--year', '2020', '--max-frame', '1KiB'],
      /--year, --max-frame: for files alone; a journal has/,
    ],
    [[], /missing required argument 'file', or --journal \[dir\]/],
  ] as const) {
    it(`ends with 2 and says why: replay ${args.join(' ')}`, async () => {
      const { code, stderr, stdout } = await tocsin(['replay', '--stack', 'sshd', ...args], { cwd: dir() });
      expect(stderr).to.match(said);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
    });
  }

  it('ends with 1 where the directory holds no journal', async () => {
    for (const name of ['nothing', place(dir(), 'a-file', '')]) {
      const { code, stderr } = await tocsin(['replay', '--stack', 'sshd', '--journal', name], { cwd: dir() });
      expect(stderr).to.match(
        /^tocsin: --journal: .* holds no journal \(E.*\); the data directory of a run would be right\n$/u,
      );
      expect(code).to.equal(1);
    }
  });
});
