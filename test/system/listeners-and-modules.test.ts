import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { livePrograms } from '../support/live-tocsin.js';
import { line, numbered, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place, placeTellStack } from '../support/user-stack.js';

const lines = (texts: readonly string[]): string => texts.map((text) => line(text)).join('');

const listener = (name: string, handle: string): string => `import { DeliveryError, defineListener } from 'tocsin';
import { z } from 'zod';
export default defineListener({
  name: '${name}', description: 'For a test', options: z.strictObject({}),
  create: () => ({ handle: async () => { ${handle} } }),
});
`;

describe('tocsin run', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const texts = numbered('told', 400);

  it('delivers to all listeners while one is slow, which has its events later', async () => {
    place(dir(), 'listeners/slow.ts', listener('slow', 'await new Promise((resolve) => setTimeout(resolve, 10));'));
    placeTellStack(dir(), '  slow: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(texts));
    await live.told(400);
    const slowOf = ({ listeners }: Awaited<ReturnType<typeof live.counters>>) =>
      listeners.find(({ name }) => name === 'slow');
    // 400 events at 10 ms each take 4 s: it is not done when event-file is.
    expect(slowOf(await live.counters())?.delivered).to.be.below(300);
    await live.counted('the slow one has all', (counters) => slowOf(counters)?.delivered === 400);
    expect((await live.end()).code).to.equal(0);
  });

  it('sets aside what a listener refuses for good, with the reason, and delays no other', async () => {
    place(
      dir(),
      'listeners/refuse.ts',
      listener('refuse', "throw new DeliveryError('not today', { retryable: false });"),
    );
    placeTellStack(dir(), '  refuse: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(texts.slice(0, 20)));
    await live.told(20);
    const { listeners } = await live.counted('all refused', ({ listeners }) =>
      listeners.some(({ name, failed }) => name === 'refuse' && failed === 20),
    );
    // Said once, not once an event, and never taken back by a flush that had nothing to do.
    expect(live.stderr.match(/listener refuse: not today/g)).to.have.length(1);
    expect(live.stderr).not.to.include('delivers again');
    expect(listeners.find(({ name }) => name === 'refuse')).to.include({ trouble: 'not today', delivered: 0 });
    expect((await live.end()).code).to.equal(0);
    const aside = live.deadLetters();
    expect(aside.map(({ listener, reason }) => `${listener}: ${reason}`)).to.deep.equal(
      Array.from({ length: 20 }, () => 'refuse: not today'),
    );
    expect(aside.map(({ event }) => event.fields['message'])).to.deep.equal(texts.slice(0, 20));
  });

  it('tries again what may yet succeed, in order', async () => {
    const flaky = `import { DeliveryError, defineListener, type Event } from 'tocsin';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
export default defineListener({
  name: 'flaky', description: 'Fails at first', options: z.strictObject({}),
  create: (_options, { logDir }) => {
    let attempts = 0;
    return { handle: (event: Event) => {
      if ((attempts += 1) <= 2) throw new DeliveryError('not yet', { retryable: true });
      appendFileSync(join(logDir, 'flaky'), event.fields['message'] + '\\n');
    } };
  },
});
`;
    place(dir(), 'listeners/flaky.ts', flaky);
    placeTellStack(dir(), '  flaky: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines(texts.slice(0, 5)));
    const { listeners } = await live.counted('delivered at last', ({ listeners }) =>
      listeners.some(({ name, delivered }) => name === 'flaky' && delivered === 5),
    );
    expect(listeners.find(({ name }) => name === 'flaky')).to.include({ retries: 2, failed: 0 });
    expect(live.lines('flaky')).to.deep.equal(texts.slice(0, 5));
  });

  it('tells of a module that throws, naming it and the record, and works on', async () => {
    place(
      dir(),
      'modules/fragile.ts',
      `import { defineModule, type LogRecord } from 'tocsin';
import { z } from 'zod';
export default defineModule({
  name: 'fragile', description: 'Breaks', options: z.strictObject({}),
  create: () => ({ onRecord: (record: LogRecord) => { if (record.message.endsWith('7')) throw new Error('broken by ' + record.message); } }),
});
`,
    );
    place(dir(), 'stacks/fragile.yaml', 'modules: { fragile: {}, report: {} }\nlisteners: { event-file: {} }\n');
    const live = await start(dir(), ['--stack', 'fragile', '--tcp', '127.0.0.1:0']);
    const some = texts.slice(0, 20);
    await sendTcp(live.port('tcp'), lines(some));
    await live.told(20);
    const { core } = await live.counted('failures counted', ({ core }) => core?.moduleFailures['fragile'] === 2);
    expect(core?.records).to.equal(20);
    const failures = live.events().filter(({ severity }) => severity === 'error');
    expect(failures).to.have.length(2);
    for (const [index, text] of ['told 7', 'told 17'].entries()) {
      expect(JSON.stringify(failures[index])).to.include('fragile').and.include(`broken by ${text}`);
    }
    expect(live.messages()).to.deep.equal(some);
    await until('it still runs', () => !live.over);
  });
});
