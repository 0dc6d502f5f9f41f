import { expect } from 'chai';
import { AskQueue } from '../../src/lookups/ask-queue.js';

/** A queue whose jobs end when told to. */
const start = (limits: Partial<ConstructorParameters<typeof AskQueue>[0]> = {}) => {
  let now = 0;
  const queue = new AskQueue({ active: 3, activePerSource: 2, waitingPerSource: 4, waitMs: 100, ...limits }, () => now);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (source: string, name: string) =>
    queue.run(source, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, begun, run, end, pass: (ms: number) => (now += ms) };
};

describe('AskQueue.run()', () => {
  it('does a few jobs at a time, for each source and in all, in order', async () => {
    const { begun, run, end } = start();
    for (const name of ['a1', 'a2', 'a3']) void run('a', name);
    for (const name of ['b1', 'b2']) void run('b', name);
    expect(begun).to.deep.equal(['a1', 'a2', 'b1']);
    await end('a1');
    expect(begun.slice(3)).to.deep.equal(['a3']);
    await end('b1');
    expect(begun.slice(4)).to.deep.equal(['b2']);
  });

  it('lets no source starve another', async () => {
    const { begun, run, end } = start({ active: 1, activePerSource: 1 });
    for (const name of ['a1', 'a2', 'a3']) void run('a', name);
    for (const name of ['b1', 'b2']) void run('b', name);
    for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name);
    expect(begun).to.deep.equal(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('gives what the job gives', async () => {
    const { run, end, queue } = start();
    const job = run('a', 'a1');
    await end('a1');
    expect(await job).to.equal('a1');
    const error = await queue.run('a', () => Promise.reject(new Error('no'))).catch((cause: unknown) => cause);
    expect(String(error)).to.equal('Error: no');
    expect(queue.waiting('a')).to.equal(0);
  });

  it('refuses what there is no room for, and says how many wait', async () => {
    const { run, queue } = start();
    for (let i = 0; i < 6; i += 1) void run('a', `a${i}`);
    expect(queue.waiting('a')).to.equal(4);
    expect(await run('a', 'more')).to.equal('queue-full');
  });

  it('refuses what has waited too long when its turn comes', async () => {
    const { run, end, pass, begun } = start();
    void run('a', 'a1');
    void run('a', 'a2');
    const late = run('a', 'a3');
    pass(101);
    const fresh = run('a', 'a4');
    expect(await late).to.equal('waited-too-long');
    await end('a1');
    expect(begun).to.deep.equal(['a1', 'a2', 'a4']);
    await end('a4');
    expect(await fresh).to.equal('a4');
  });
});
