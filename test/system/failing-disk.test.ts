import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { failingDisk } from '../support/failing-disk.js';
import { ask } from '../support/http-client.js';
import { livePrograms } from '../support/live-tocsin.js';
import { connectTo, line } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { placeTellStack } from '../support/user-stack.js';

const eventOf = (id: string): object => ({
  event_id: id,
  timestamp: '2026-11-20T10:00:00Z',
  sensor: 'sensor1',
  src_ip: '192.0.2.1',
  dst_ip: '198.51.100.7',
  plugin_id: 1001,
  plugin_sid: 1,
});

describe('a data directory on a disk that fails and becomes read-only', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();

  for (const fsync of ['100ms', 'always']) {
    it(`ends the run with 70 and a message; all that was acknowledged is worked on later (--fsync ${fsync})`, async function () {
      const disk = failingDisk(this);
      try {
        placeTellStack(dir());
        const inputs = ['--http', '127.0.0.1:0', '--tcp', '127.0.0.1:0'];
        const args = ['--stack', 'tell', ...inputs, '--data-dir', join(disk.dir, 'data'), '--fsync', fsync];
        const live = await start(dir(), [...args, '--checkpoint', '1h']);
        const [http, tcp] = [live.port('http'), live.port('tcp')];
        const post = (id: string): Promise<number> =>
          ask(http, { method: 'POST', path: '/events', body: JSON.stringify([eventOf(id)]) }).then(
            ({ status }) => status,
            () => 0, // It has ended.
          );
        const socket = await connectTo(tcp);
        socket.write(line('before'));
        await live.told(1);
        for (let n = 1; n <= 20; n += 1) expect(await post(`before ${n}`)).to.equal(200);
        disk.fail();
        socket.write(line('after'));
        const answers = new Set<number>();
        for (let n = 1; !live.over && !live.stderr.includes('cannot go on'); n += 1)
          answers.add(await post(`after ${n}`));
        const { code } = await live.ended();
        expect([...answers]).to.not.include(200);
        expect(code, live.stderr).to.equal(70);
        expect(live.stderr).to.match(
          /error: cannot go on: cannot make .*\.seg safe on disk: EROFS: .*; a restart reads/,
        );
        // An event that was on its way is tried again until the time for stopping is over.
        expect(live.stderr).to.match(
          /cannot remove .*lock.*: EROFS.*the next start takes|not stopped within 10 s: ending/,
        );
        disk.mountAgain();
        const again = await start(dir(), args);
        const { core } = await again.counted('it is worked on', (counters) => (counters.core?.records ?? 0) >= 21);
        expect(core?.faults).to.equal(0);
        expect(again.messages()[0]).to.equal('before');
        expect((await again.end()).code).to.equal(0);
      } finally {
        disk.remove();
      }
    });
  }
});

describe('a data directory in which a file cannot be read', () => {
  const { dir } = temporaryDirs();

  for (const name of ['at-work', 'poison.json']) {
    it(`ends the start with 1, names the file, and lets the directory go (${name})`, async () => {
      placeTellStack(dir());
      mkdirSync(join(dir(), 'data', name), { recursive: true });
      const { code, stderr } = await tocsin(['run', '--stack', 'tell', '--udp', '127.0.0.1:0'], { cwd: dir() });
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: `tocsin: cannot read data/${name}: EISDIR: illegal operation on a directory, read; a file, or none, would be right\n`,
      });
      expect(readdirSync(join(dir(), 'data')).filter((each) => each.startsWith('lock'))).to.deep.equal([]);
    });
  }
});
