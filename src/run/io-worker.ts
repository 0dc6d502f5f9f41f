/** The io thread: sockets, files, framing, journal. It never waits for the core. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../fault.js';
import { FrameWriter, type WriteBlock } from './frame-writer.js';
import { BlockFeed } from './block-feed.js';
import { HttpListeners } from './http-listeners.js';
import { importFiles } from './file-imports.js';
import { startInputs } from './start-inputs.js';
import { CaptureFile } from './capture-file.js';
import { openFrameJournal } from './frame-journal.js';
import { ReceiptClock } from './receipt-clock.js';
import { RoomMaker } from './room-maker.js';
import type { Json } from '../json.js';
import type { Log } from '../module.js';
import type { BlockMessage, IoMessage, IoRequest, IoStart } from './messages.js';

const { start, corePort: firstPort } = workerData as { start: IoStart; corePort: MessagePort };
let corePort = firstPort;
const main = parentPort;
if (main === null) throw new Error('io-worker runs as a worker thread');

const post = (message: IoMessage): void => main.postMessage(message);
const logAs = (level: 'info' | 'warn' | 'error') => (message: string) => post({ type: 'log', level, message });
const log: Log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') };
const lost: Record<string, number> = {};

const feed = new BlockFeed({
  send: (block) => {
    const message: BlockMessage = { type: 'block', block };
    // A mostly empty buffer is copied small rather than moved whole.
    const whole = block.byteLength * 2 > block.buffer.byteLength && block.byteOffset === 0;
    if (whole) corePort.postMessage(message, [block.buffer as ArrayBuffer]);
    else corePort.postMessage({ ...message, block: block.slice() });
  },
  lost: ({ firstSeq, count }, why) => {
    lost['journal_unreadable'] = (lost['journal_unreadable'] ?? 0) + count;
    log.error(`${count} journal entries from ${firstSeq} on are lost: ${why}`);
  },
});

const toMap = (positions: IoStart['positions']): Map<string, Map<string, Json>> => {
  const map = new Map<string, Map<string, Json>>();
  for (const { input, key, value } of positions) {
    const keys = map.get(input) ?? new Map<string, Json>();
    map.set(input, keys.set(key, value));
  }
  return map;
};

const run = async (): Promise<void> => {
  const positions = toMap(start.positions);
  const journal = await openFrameJournal({ start, feed, positions, lost, log });
  const capture = start.capture === undefined ? undefined : await CaptureFile.open(start.capture, log);
  const write: WriteBlock = async (bytes, info) => {
    capture?.add(bytes);
    await journal.write(bytes, info);
  };
  const writer = new FrameWriter({
    nextSeq: journal.nextSeq,
    write,
    sync: () => journal.sync(),
    failed: (cause) => post({ type: 'failed', message: `cannot go on: ${messageOf(cause)}` }),
  });
  const receipt = new ReceiptClock({
    lastKnown: journal.lastReceivedAt,
    jumped: (byMs, now) => {
      writer.clockJump(byMs, now);
      const way = byMs > 0 ? 'forward' : 'back';
      const seconds = Math.round(Math.abs(byMs) / 1000);
      log.warn(
        `the clock was set ${way} by ${seconds} s: time-outs go on as if it had not been, times are the new clock's`,
      );
    },
  });
  writer.timeOf = (stamp) => receipt.of(stamp);
  const hold = (): void => writer.hold(journal.full || (journal.memoryOnly && feed.full));
  journal.onHold = () => {
    hold();
    if (!writer.full) return;
    log.warn('the journal is full or cannot be written: inputs that can wait do, datagrams are dropped and counted');
  };
  hold();
  journal.onGone = (message) => post({ type: 'dataDirGone', message });
  const listen = (): void => {
    corePort.on('message', () => {
      feed.done();
      hold();
    });
  };
  listen();
  const http = new HttpListeners({
    settings: start.http,
    sink: writer,
    delaySeconds: () => feed.delayMs / 1000,
    received: () => writer.frames,
    log,
  });
  const beginGeneration = (id: string): void => {
    const seq = writer.generation(id, Date.now());
    const told = (): void => post({ type: 'generation', entry: { seq, id } });
    writer.durable().then(told, (cause: unknown) => log.error(`journal: ${messageOf(cause)}`));
  };
  for (const entry of journal.generations) post({ type: 'generation', entry });
  if (start.generation !== undefined) {
    const { current, atPosition } = start.generation;
    if ((journal.generations.at(-1)?.id ?? atPosition) !== current) beginGeneration(current);
  }
  const settleImports = await importFiles(start.imports, { sink: writer, log, now: Date.now });
  const inputs = await startInputs(start.inputs, { sink: writer, positions, http, log });
  const report = (): void =>
    post({
      type: 'counters',
      counters: {
        frames: writer.frames,
        bytes: writer.bytes,
        journalBytes: journal.bytes,
        archive: journal.archive,
        waitingBytes: feed.queuedBytes,
        lastSeq: writer.lastSeq,
        clockJumps: receipt.jumps,
        inputs: inputs.map((input) => ({ name: input.name, address: input.address, counters: input.counters() })),
        lost: http.unkept === 0 ? lost : { ...lost, rejected_unkept: http.unkept },
      },
    });
  const rooms = new RoomMaker({
    journal,
    release: (seq) => corePort.postMessage({ type: 'release', seq } satisfies BlockMessage),
    changed: hold,
  });
  const clock = setInterval(() => {
    writer.clock(receipt.look());
    void rooms.again();
  }, 1000);
  const reports = setInterval(report, 250);
  main.on('message', (request: IoRequest) => {
    if (request.type === 'trim') {
      void rooms.notNeeded(request.below);
      return;
    }
    if (request.type === 'core') {
      corePort.close();
      corePort = request.port;
      listen();
      const { position } = request;
      void journal
        .again(position, feed.hold())
        .then((again) => feed.resume(again))
        .catch((cause: unknown) => post({ type: 'failed', message: `cannot go on: ${messageOf(cause)}` }));
      return;
    }
    if (request.type === 'coreIsGone') {
      feed.stop();
      return;
    }
    if (request.type === 'lookupResult') {
      writer.lookupResult(request.module, request.result);
      return;
    }
    if (request.type === 'generation') {
      beginGeneration(request.id);
      return;
    }
    if (request.type === 'configuration') {
      http.shown = request.shown;
      return;
    }
    if (request.type === 'counters') {
      http.counters = request.counters;
      return;
    }
    if (request.type === 'reload') {
      for (const input of inputs) {
        void input.reload?.().catch((cause: unknown) => log.error(`${input.name}: ${messageOf(cause)}`));
      }
      void capture?.reopen();
      return;
    }
    void stop();
  });
  const stop = async (): Promise<void> => {
    clearInterval(clock);
    await Promise.all(inputs.map((input) => input.stop().catch((cause: unknown) => log.error(messageOf(cause)))));
    await http.close();
    journal.spendReserve();
    await writer.idle();
    await settleImports();
    // What the core does not get to now, it gets at the next start; without a journal it must get to all of it.
    if (!journal.memoryOnly) setTimeout(() => feed.stop(), 3000);
    await feed.idle();
    if (journal.memoryOnly && feed.waitingEntries > 0) {
      lost['core_ended'] = feed.waitingEntries;
      log.error(`${feed.waitingEntries} entries that the core had not finished are lost with it: --journal is off`);
    }
    clearInterval(reports);
    report();
    await capture?.close();
    await journal.close();
    post({ type: 'stopped' });
    corePort.close();
  };
  post({ type: 'ready', listening: inputs.map(({ name, address }) => ({ name, address })) });
  report();
  const endings = inputs.flatMap(({ ended }) => (ended === undefined ? [] : [ended]));
  if (endings.length > 0 && endings.length === inputs.length) {
    void Promise.all(endings).then(async () => {
      // Nobody asked for a quick stop: the core gets to all of it.
      await writer.idle();
      await feed.idle();
      post({ type: 'ended' });
    });
  }
};

run().catch((cause: unknown) => post({ type: 'failed', message: messageOf(cause) }));
