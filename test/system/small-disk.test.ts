import { mkdirSync, renameSync, rmSync, statfsSync, unlinkSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { ask } from '../support/http-client.js';
import { livePrograms } from '../support/live-tocsin.js';
import { connectTo, line, numbered, sendTcp } from '../support/send.js';
import { smallDisk } from '../support/small-disk.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place, placeTellStack } from '../support/user-stack.js';

/** Counts bytes, and says how many there were when asked. */
const countingModule = `import { AuditEvent, defineModule, type LogRecord, type ModuleContext } from 'tocsin';
import { z } from 'zod';
class Counted extends AuditEvent<{ readonly message: 'string'; readonly records: 'number' }> {
  static override readonly auditId = 'counted';
  static override readonly fields = { message: 'string', records: 'number' } as const;
  get summary() { return this.fields.message; }
}
export default defineModule({
  name: 'counting', description: 'Counts', options: z.strictObject({}), events: [Counted],
  create: (_options, context: ModuleContext) => ({
    onRecord: ({ message }: LogRecord) => {
      const records = (context.state.get<number>('records') ?? 0) + 1;
      context.state.put('records', records);
      if (message.startsWith('say')) context.dispatch(new Counted({ message, records }));
    },
  }),
});
`;

describe('a data directory', function () {
  this.timeout(120_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const tcp = ['--tcp', '127.0.0.1:0'];

  it('on a disk smaller than --journal-max takes many times its size, and is never full', async function () {
    const disk = smallDisk(this, 24);
    let leastFree = Infinity;
    const watching = setInterval(() => {
      const { bavail, bsize } = statfsSync(disk.dir);
      leastFree = Math.min(leastFree, bavail * bsize);
    }, 20);
    try {
      place(dir(), 'modules/counting.ts', countingModule);
      place(dir(), 'stacks/counting.yaml', 'modules: { counting: {} }\nlisteners: { event-file: {} }\n');
      const dataDir = ['--data-dir', join(disk.dir, 'data')];
      const live = await start(dir(), ['--stack', 'counting', ...tcp, ...dataDir, '--checkpoint', '300ms']);
      const count = 1200;
      const long = line('x'.repeat(60_000));
      await sendTcp(live.port('tcp'), long.repeat(count));
      await sendTcp(live.port('tcp'), line('say how many'));
      await until('all are counted', () => live.events().length === 1, 90_000);
      expect(live.events()[0]?.fields['records']).to.equal(count + 1);
      expect(live.stderr).to.match(/MiB are free on the disk of .* would be right/);
      expect(live.stderr).to.match(/there is room on the disk/);
      expect(live.stderr).to.not.contain('ENOSPC');
      expect(leastFree).to.be.greaterThan(0);
      expect((await live.end()).code).to.equal(0);
    } finally {
      clearInterval(watching);
      disk.remove();
    }
  });

  it('on a small disk takes many times its size though each record makes an event', async function () {
    const disk = smallDisk(this, 24);
    try {
      placeTellStack(dir());
      const dataDir = ['--data-dir', join(disk.dir, 'data')];
      const live = await start(dir(), ['--stack', 'tell', ...tcp, ...dataDir, '--checkpoint', '300ms']);
      const count = 300;
      const texts = numbered('x'.repeat(60_000), count);
      await sendTcp(live.port('tcp'), texts.map((text) => line(text)).join(''));
      await live.told(count, 100_000);
      expect(live.messages()).to.deep.equal(texts);
      expect((await live.end()).code).to.equal(0);
    } finally {
      disk.remove();
    }
  });

  it('on a full disk gives room back though all that fits was worked on before the first checkpoint', async function () {
    const disk = smallDisk(this, 24);
    try {
      place(dir(), 'modules/counting.ts', countingModule);
      place(dir(), 'stacks/counting.yaml', 'modules: { counting: {} }\nlisteners: { event-file: {} }\n');
      const dataDir = ['--data-dir', join(disk.dir, 'data')];
      const live = await start(dir(), ['--stack', 'counting', ...tcp, ...dataDir, '--checkpoint', '2s']);
      const count = 700;
      const sent = sendTcp(live.port('tcp'), line('x'.repeat(60_000)).repeat(count) + line('say how many'));
      await live.counted('the disk is full, and what fits worked on', ({ io, core }) => {
        const given = (io?.waitingBytes ?? 1) === 0 && (core?.records ?? 0) > 100;
        return given && core?.checkpoints === 0 && live.stderr.includes('are free on the disk of');
      });
      await sent;
      await until('all are counted', () => live.events().length === 1);
      expect(live.events()[0]?.fields['records']).to.equal(count + 1);
    } finally {
      disk.remove();
    }
  });

  const gone = {
    'removed while in use': (data: string): void => rmSync(data, { recursive: true }),
    'replaced while in use': (data: string): void => {
      renameSync(data, `${data}.old`);
      mkdirSync(join(data, 'journal'), { recursive: true });
    },
  };
  for (const [what, change] of Object.entries(gone)) {
    it(`${what} ends the run with 1, loudly; what was received before is told of, nothing after is acknowledged`, async () => {
      placeTellStack(dir());
      const live = await start(dir(), ['--stack', 'tell', ...tcp, '--http', '127.0.0.1:0']);
      await sendTcp(live.port('tcp'), line('before'));
      await live.told(1);
      const port = live.port('http');
      change(join(dir(), 'data'));
      const post = (): Promise<number> =>
        ask(port, { method: 'POST', path: '/events', body: '[]' }).then(
          ({ status }) => status,
          () => 0,
        );
      const answers: number[] = [];
      while (!live.over && !live.stderr.includes('while in use')) answers.push(await post());
      const { code } = await live.ended();
      expect(code).to.equal(1);
      expect(live.stderr).to.match(/journal’s directory .* (?:was removed|was replaced by another) while in use.*\n/);
      expect(live.messages()).to.deep.equal(['before']);
      if (what.startsWith('replaced')) {
        expect(readdirSync(join(dir(), 'data'))).to.deep.equal(['journal']);
        expect(readdirSync(join(dir(), 'data/journal'))).to.deep.equal([]);
      }
    });
  }

  it('whose newest segment is deleted underneath goes on with another, and says what is lost', async () => {
    placeTellStack(dir());
    const live = await start(dir(), ['--stack', 'tell', ...tcp]);
    const socket = await connectTo(live.port('tcp'));
    socket.write(line('one'));
    await live.told(1);
    const journal = join(dir(), 'data/journal');
    for (const name of readdirSync(journal)) unlinkSync(join(journal, name));
    await until('it is said', () => live.stderr.includes('was removed while it was written to'));
    socket.end(line('two'));
    await live.told(2);
    expect(readdirSync(journal)).to.have.length(1);
    await live.end('SIGKILL');
    const again = await start(dir(), ['--stack', 'tell', ...tcp]);
    await sendTcp(again.port('tcp'), line('three'));
    await until('the third is told', () => again.messages().includes('three'));
    expect([...new Set(again.messages())]).to.deep.equal(['one', 'two', 'three']);
  });
});
