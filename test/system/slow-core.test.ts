import { join } from 'node:path';
import { expect } from 'chai';
import { messagesIn } from '../support/json-lines.js';
import { livePrograms } from '../support/live-tocsin.js';
import { line, numbered, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

const slowModule = `import { defineModule } from 'tocsin';
import { z } from 'zod';
export default defineModule({
  name: 'slow', description: 'Takes 0.2 ms a record', options: z.strictObject({}),
  create: () => ({ onRecord: () => { const until = performance.now() + 0.2; while (performance.now() < until); } }),
});
`;

describe('tocsin run, with a core slower than its input,', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  // 5 s of work, more than a stop by signal waits for.
  const texts = numbered('told', 25_000);
  const input = texts.map((text) => line(text)).join('');

  for (const [what, args] of [
    ['ends with standard input only when all of it has been worked on', []],
    ['goes on after a journal of 1 MB was full', ['--journal-max', '1MB', '--checkpoint', '200ms']],
  ] as const) {
    it(what, async () => {
      place(dir(), 'modules/slow.mjs', slowModule);
      place(dir(), 'stacks/slow.yaml', 'modules: { slow: {}, report: {} }\nlisteners: { event-file: {} }\n');
      const { code, stderr } = await tocsin(['run', '--stack', 'slow', '--stdin', ...args], { cwd: dir(), input });
      expect(stderr).to.include('received 25000 · worked on 25000');
      expect(code).to.equal(0);
      expect(messagesIn(join(dir(), 'logs', 'events.jsonl'))).to.deep.equal(texts);
    });
  }

  it('saves its memory and tells its counters while it lags', async () => {
    place(dir(), 'modules/slow.mjs', slowModule);
    place(dir(), 'stacks/slow.yaml', 'modules: { slow: {}, report: {} }\nlisteners: { event-file: {} }\n');
    const live = await start(dir(), ['--stack', 'slow', '--tcp', '127.0.0.1:0', '--checkpoint', '100ms']);
    // Long lines, for blocks of 50 ms each.
    const long = texts.map((text) => line(`${text} ${'x'.repeat(1000)}`)).join('');
    await sendTcp(live.port('tcp'), long);
    await live.counted('three checkpoints before it is done', ({ core }) => {
      const { records = 0, checkpoints = 0 } = core ?? {};
      expect(records).to.be.below(texts.length);
      return checkpoints >= 3;
    });
    expect((await live.end()).code).to.equal(0);
  });
});
