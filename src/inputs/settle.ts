import type { FrameSink } from './input.js';

/** The next turn of the event loop: whatever the kernel holds now has been offered by then. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves once two turns of the event loop have left `progress()` as it was, or after `limitMs`. */
export const settle = async (progress: () => number, limitMs: number): Promise<void> => {
  const until = performance.now() + limitMs;
  let quietTurns = 0;
  while (quietTurns < 2 && performance.now() < until) {
    const before = progress();
    await nextTurn();
    quietTurns = progress() === before ? quietTurns + 1 : 0;
  }
};

/** Resolves once the sink takes frames again, or after `limitMs`. */
export const drainedWithin = async (sink: FrameSink, limitMs: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([sink.drained(), late]);
  clearTimeout(timer);
};
