import { constants, setPriority, totalmem } from 'node:os';
import { type MessagePort, type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * Lets the io thread go first where processors are short: what is not received is lost, what is not worked on waits.
 * On Linux priorities are the calling thread's own; elsewhere they are the whole process's, and nothing is changed.
 */
export const yieldToReceiving = (): void => {
  // Not the lowest there is: other programs at work would keep the core from giving a full journal room for half a minute.
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
};

/** A promise of something that happens once, and the way to say that it has. */
export const gate = (): { readonly passed: Promise<void>; readonly pass: () => void } => {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { passed, pass: () => pass() };
};

/**
 * Young memory of the io thread, MB: each datagram comes in a buffer of its own, and freeing them seldom and by the ten
 * thousand makes pauses in which the socket's buffer overflows; often and few at a time, none is long enough.
 */
const ioYoungMb = 3;

const leastOldMb = 512;
const mostOldMb = 16 * 1024;

/** Half of the memory there is: a module that takes more ends the core, which goes on without the line, not the process. */
const coreOldMb = (): number => {
  const total = totalmem();
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 ? Math.min(allowed, total) : total;
  return Math.min(mostOldMb, Math.max(leastOldMb, Math.floor(bytes / 2 ** 21)));
};

const limitsOf = {
  'io-worker': (): ResourceLimits => ({ maxYoungGenerationSizeMb: ioYoungMb }),
  'core-worker': (): ResourceLimits => ({ maxOldGenerationSizeMb: coreOldMb() }),
} as const;

/** Starts one of the program's threads. */
export const startThread = (name: keyof typeof limitsOf, workerData: object, port: MessagePort): Worker =>
  new Worker(new URL(`./${name}.js`, import.meta.url), {
    name,
    workerData,
    transferList: [port],
    resourceLimits: limitsOf[name](),
  });

/** Tells when a thread ended, or died, for whatever reason. */
export const watchThread = (thread: Worker, name: string, over: (message: string) => void): void => {
  thread.on('error', (cause: unknown) =>
    over(`the ${name} thread died: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`),
  );
  thread.on('exit', (code) => over(`the ${name} thread ended with exit code ${code}`));
};
