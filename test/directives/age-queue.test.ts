import { expect } from 'chai';
import { AgeQueue } from '../../src/directives/age-queue.js';
import type { Live } from '../../src/directives/live.js';

const lives = (count: number): Live[] =>
  Array.from({ length: count }, (_, n) => ({ n, isLive: true }) as unknown as Live);

const end = (queue: AgeQueue, live: Live): void => {
  (live as unknown as { isLive: boolean }).isLive = false;
  queue.noteEnded();
};

describe('AgeQueue', () => {
  it('always gives the oldest that is live, in whatever order they end', () => {
    const queue = new AgeQueue();
    const all = lives(1_000);
    for (const live of all) queue.push(live);
    const order = all.map((_, i) => (i * 617) % all.length);
    for (const [ended, i] of order.entries()) {
      expect(queue.oldest()).to.equal(all.find(({ isLive }) => isLive));
      end(queue, all[i]!);
      expect(queue.size).to.equal(all.length - ended - 1);
    }
    expect(queue.oldest()).to.equal(undefined);
  });

  it('takes a time that does not grow with how many have ended', () => {
    const queue = new AgeQueue();
    const started = performance.now();
    for (let i = 0; i < 300_000; i += 1) {
      queue.push({ isLive: true } as unknown as Live);
      if (i > 50_000) end(queue, queue.oldest()!);
    }
    expect(queue.size).to.equal(50_001);
    expect(performance.now() - started).to.be.lessThan(5_000);
  });
});
