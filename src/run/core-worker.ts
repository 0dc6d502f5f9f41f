/** The core thread: parser, normalizer, modules. It reads nothing but the journal's entries. Over 250 lines: its messages share what one closure holds. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { codeOf } from '../dispatch/event-classes.js';
import { messageOf } from '../fault.js';
import { type CoreOptions, createCore } from '../frontend/core.js';
import { readGenerationEntry } from '../journal/generation-entry.js';
import { ConfigurationRefused } from './configuration-refused.js';
import { AtWork } from '../frontend/at-work.js';
import { ThrottledWarning } from '../inputs/throttled-warning.js';
import { BlockReader } from '../journal/block.js';
import type { SetAside } from '../frontend/verdicts.js';
import type { Log } from '../module.js';
import { BlockWork } from './block-work.js';
import { Checkpointer } from './checkpointer.js';
import { EventBatch } from './event-batch.js';
import { checkpointSaver } from './save-checkpoint.js';
import { yieldToReceiving } from './threads.js';
import { WorkNote } from './work-note.js';
import type { PoisonedEntry } from './poison-file.js';
import type {
  BlockDone,
  BlockMessage,
  CoreConfiguration,
  CoreCounters,
  CoreMessage,
  CoreRequest,
  CoreStart,
} from './messages.js';

const { start, ioPort } = workerData as { start: CoreStart; ioPort: MessagePort };
const main = parentPort;
if (main === null) throw new Error('core-worker runs as a worker thread');

const post = (message: CoreMessage): void => main.postMessage(message);
const logAs = (level: 'info' | 'warn' | 'error') => (message: string) => post({ type: 'log', level, message });
const log: Log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') };

/** Event bytes the main thread has yet to store, past which the core waits. */
const mostEventBytes = 16 * 1024 * 1024;
/** Between two tries to write what must be written before the core can go on. */
const retryMs = 200;

const atWork = new AtWork(start.atWork);
const strays = new ThrottledWarning(log);

yieldToReceiving();

// What a module began and left behind (a timer, a promise) is nobody's entry: it is told. The core's own ends the core.
let isOwn = false;
const endOfOwn = (cause: unknown): never => {
  isOwn = true;
  throw cause;
};
process.on('uncaughtException', (thrown: unknown) => {
  if (isOwn || atWork.look().working.kind !== 'idle') throw thrown;
  const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
  strays.warn(`something failed that a module had begun and not waited for: ${what}`, performance.now());
});

const askConfiguration = ({ position, generation }: Checkpointer): Promise<CoreConfiguration> =>
  new Promise((resolve) => {
    main.once('message', (request: CoreRequest) => {
      if (request.type === 'configuration') resolve(request);
    });
    post({ type: 'restored', position, generation });
  });

/** Builds a core and lets it go. Rejects where one cannot be built. */
const tryStack = async (parts: Pick<CoreOptions, 'stack' | 'clock' | 'restored' | 'position'>): Promise<void> => {
  await createCore({ ...parts, log, event: () => undefined, checkpoints: false });
};

const poisonedEntry = (entry: BlockReader, { by, reason }: SetAside): PoisonedEntry => {
  const { seq, kind, receivedAt, source, bytes, start: from, end } = entry;
  const { input, peer } = source;
  return { seq, kind, input, peer, receivedAt, by, reason, bytes: Uint8Array.from(bytes.subarray(from, end)) };
};

const openNote = (path: string | undefined): WorkNote | undefined => {
  try {
    return path === undefined ? undefined : new WorkNote(path, logAs('warn'));
  } catch (cause) {
    log.warn(`what is at work cannot be noted: ${messageOf(cause)}`);
    return undefined;
  }
};

const run = async (): Promise<void> => {
  const batch = new EventBatch(start);
  let safe: (() => void) | undefined;
  const eventsAreSafe = (): Promise<void> =>
    new Promise((resolve) => {
      safe = resolve;
      post({ type: 'areEventsSafe' });
    });
  const checkpointer = await Checkpointer.open({ dir: start.checkpointDir, log, eventsAreSafe });
  const { generation, stack, trial } = await askConfiguration(checkpointer);
  batch.codes = new Map(stack.modules.map((entry) => [entry.name, codeOf(entry)]));
  const { restored, position } = checkpointer;
  const parts = { clock: 'receipt', restored, position } as const;
  if (trial !== undefined) await tryStack({ ...parts, stack: trial });
  const core = await createCore({
    ...parts,
    stack,
    log,
    event: (event) => batch.add(event),
    lookup: (request, module) => post({ type: 'lookup', module, request }),
    checkpoints: start.checkpointDir !== undefined,
    verdicts: start.supervised.verdicts,
    setAside: (entry, verdict) => post({ type: 'setAside', entry: poisonedEntry(entry, verdict) }),
    atWork,
  }).catch((cause: unknown) => {
    throw new ConfigurationRefused(messageOf(cause), { cause });
  });
  checkpointer.attach(core);
  checkpointer.generation = generation;
  const eventBytes: number[] = [];
  let eventBytesWaiting = 0;
  /** Blocks worked on whose sender waits to hear so. */
  let unsaid = 0;
  let stopping = false;

  const counters = (): CoreCounters => {
    const { frontend, runner, states, moduleCounters, moduleGauges, normalizer } = core;
    const told = (name: string, values: ReadonlyMap<string, number>): Record<string, number> =>
      Object.fromEntries([...values, ...(moduleGauges.get(name) ?? [])]);
    return {
      ...frontend.counters,
      seq: work.seq,
      now: frontend.now,
      clockAheadMs: frontend.wallTime - frontend.now,
      events: batch.events,
      moduleFailures: Object.fromEntries(runner.failures),
      suppressedFailures: runner.suppressedFailures,
      modules: Object.fromEntries([...moduleCounters].map(([name, values]) => [name, told(name, values)])),
      normalizer: { ...normalizer?.counters },
      stateEntries: [...states.values()].reduce((sum, state) => sum + state.size, 0),
      checkpoints: checkpointer.commits,
    };
  };
  const sayDone = (): void => {
    const message: BlockDone = { type: 'done' };
    while (unsaid > 0 && eventBytesWaiting <= mostEventBytes) {
      unsaid -= 1;
      ioPort.postMessage(message);
    }
  };
  const sendEvents = (): void => {
    const block = batch.take();
    if (block === undefined) return;
    eventBytes.push(block.length);
    eventBytesWaiting += block.length;
    // Without the empty half of its buffer, which the outbox would keep in memory too.
    const own = block.slice();
    main.postMessage({ type: 'events', block: own, lastEventId: batch.lastEventId } satisfies CoreMessage, [
      own.buffer,
    ]);
  };
  const waiting: Uint8Array[] = [];
  let atOther = false;
  const save = checkpointSaver({
    commit: () => checkpointer.commit(),
    committed: (committed) => post({ type: 'checkpoint', ...committed }),
    cannotSave: (message) => post({ type: 'cannotSave', message }),
    log,
  });
  const workedOn = (seq: number): void => {
    checkpointer.workedOn(seq);
    sendEvents();
  };
  const work = new BlockWork({
    frontend: core.frontend,
    atWork,
    suspects: start.supervised.suspects,
    note: openNote(start.supervised.notePath),
    position: checkpointer.position,
    save: (seq) => {
      workedOn(seq);
      return save();
    },
    stopping: () => stopping,
  });
  const workOnNext = (): void => {
    try {
      workOn(waiting[0]);
    } catch (cause) {
      endOfOwn(cause);
    }
  };
  const workOn = (block: Uint8Array | undefined): void => {
    if (stopping || atOther || block === undefined) return;
    const entry = generation === undefined ? undefined : readGenerationEntry(block);
    atOther = entry !== undefined && entry.id !== generation;
    // A checkpoint taken while the entry is worked on must say it, too: nothing else is in this block.
    if (atOther) checkpointer.generation = entry?.id;
    const pending = work.block(new BlockReader(block));
    if (pending === undefined) done();
    else void pending.then(done).catch(endOfOwn);
  };
  const done = (): void => {
    workedOn(work.seq);
    if (stopping) return;
    waiting.shift();
    if (waiting.length > 0) setImmediate(workOnNext);
    else work.rest();
    unsaid += 1;
    sayDone();
    if (atOther) void leave();
  };
  // One block a turn: a port hands over all there is before timers and checkpoints have theirs.
  ioPort.on('message', (message: BlockMessage) => {
    if (message.type === 'release') {
      void checkpointer.releaseUpTo(message.seq).then((committed) => {
        if (committed !== undefined) post({ type: 'checkpoint', ...committed });
      });
      return;
    }
    waiting.push(message.block);
    if (waiting.length === 1) setImmediate(workOnNext);
  });
  const reports = setInterval(() => post({ type: 'counters', counters: counters() }), 250);
  let saving = false;
  const checkpoints = setInterval(() => {
    if (saving) return;
    saving = true;
    void save().then(() => (saving = false));
  }, start.checkpointMs);
  /** Behind a checkpoint that says so, another core goes on under the other configuration. */
  const leave = async (): Promise<void> => {
    while (!stopping && checkpointer.position < work.seq) {
      await save();
      if (checkpointer.position < work.seq) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    if (!stopping) post({ type: 'otherConfiguration' });
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    clearInterval(checkpoints);
    clearInterval(reports);
    try {
      const committed = await checkpointer.commit();
      if (committed !== undefined) post({ type: 'checkpoint', ...committed });
      await checkpointer.close();
    } catch (cause) {
      log.error(`checkpoint: ${messageOf(cause)}; the next start works from the one before`);
    }
    post({ type: 'counters', counters: counters() });
    post({ type: 'stopped' });
    ioPort.close();
  };
  main.on('message', (request: CoreRequest) => {
    if (request.type === 'eventsTaken') {
      eventBytesWaiting -= eventBytes.shift() ?? 0;
      sayDone();
    } else if (request.type === 'eventsSafe') safe?.();
    else if (request.type === 'stop') void stop();
  });
  sendEvents();
  post({
    type: 'ready',
    position: work.seq,
    positions: core.positions(),
    receivedAt: core.frontend.wallTime,
    patterns: core.normalizer?.patterns ?? [],
  });
};

run().catch((cause: unknown) =>
  post({ type: 'failed', message: messageOf(cause), byConfiguration: cause instanceof ConfigurationRefused }),
);
