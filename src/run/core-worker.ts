/** The core thread: parser, normalizer, modules. It reads nothing but the journal's entries. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../fault.js';
import { createCore } from '../frontend/core.js';
import { BlockReader } from '../journal/block.js';
import type { Log } from '../module.js';
import { Checkpointer } from './checkpointer.js';
import { EventBatch } from './event-batch.js';
import { yieldToReceiving } from './threads.js';
import type { BlockDone, BlockMessage, CoreCounters, CoreMessage, CoreRequest, CoreStart } from './messages.js';

const { start, ioPort } = workerData as { start: CoreStart; ioPort: MessagePort };
const main = parentPort;
if (main === null) throw new Error('core-worker runs as a worker thread');

const post = (message: CoreMessage): void => main.postMessage(message);
const logAs = (level: 'info' | 'warn' | 'error') => (message: string) => post({ type: 'log', level, message });
const log: Log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') };

/** Event bytes the main thread has yet to store, past which the core waits. */
const mostEventBytes = 16 * 1024 * 1024;

yieldToReceiving();

const run = async (): Promise<void> => {
  const batch = new EventBatch(start);
  let safe: (() => void) | undefined;
  const eventsAreSafe = (): Promise<void> =>
    new Promise((resolve) => {
      safe = resolve;
      post({ type: 'areEventsSafe' });
    });
  const checkpointer = await Checkpointer.open({ dir: start.checkpointDir, log, eventsAreSafe });
  const core = await createCore({
    stack: start.stack,
    clock: 'receipt',
    log,
    event: (event) => batch.add(event),
    lookup: (request, module) => post({ type: 'lookup', module, request }),
    checkpoints: start.checkpointDir !== undefined,
    restored: checkpointer.restored,
  });
  checkpointer.attach(core);
  let seq = checkpointer.position;
  const eventBytes: number[] = [];
  let eventBytesWaiting = 0;
  /** Blocks worked on whose sender waits to hear so. */
  let unsaid = 0;
  let stopping = false;

  const counters = (): CoreCounters => {
    const { frontend, runner, states, moduleCounters } = core;
    return {
      ...frontend.counters,
      seq,
      now: frontend.now,
      events: batch.events,
      moduleFailures: Object.fromEntries(runner.failures),
      suppressedFailures: runner.suppressedFailures,
      modules: Object.fromEntries([...moduleCounters].map(([name, values]) => [name, Object.fromEntries(values)])),
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
    post({ type: 'events', block, lastEventId: batch.lastEventId });
  };
  const waiting: Uint8Array[] = [];
  const workOnNext = (): void => {
    const block = waiting.shift();
    if (stopping || block === undefined) return;
    if (waiting.length > 0) setImmediate(workOnNext);
    const reader = new BlockReader(block);
    core.frontend.block(reader);
    seq = reader.seq;
    checkpointer.workedOn(seq);
    sendEvents();
    unsaid += 1;
    sayDone();
  };
  // One block a turn: a port hands over all there is before timers and checkpoints have theirs.
  ioPort.on('message', ({ block }: BlockMessage) => {
    waiting.push(block);
    if (waiting.length === 1) setImmediate(workOnNext);
  });
  const reports = setInterval(() => post({ type: 'counters', counters: counters() }), 250);
  let saving = false;
  const save = async (): Promise<void> => {
    if (saving) return;
    saving = true;
    try {
      const committed = await checkpointer.commit();
      if (committed !== undefined) post({ type: 'checkpoint', ...committed });
    } catch (cause) {
      log.error(`checkpoint: ${messageOf(cause)}; trying again`);
    }
    saving = false;
  };
  const checkpoints = setInterval(() => void save(), start.checkpointMs);

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
    else void stop();
  });
  post({ type: 'ready', position: seq, positions: core.positions() });
};

run().catch((cause: unknown) => post({ type: 'failed', message: messageOf(cause) }));
