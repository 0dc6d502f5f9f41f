import { resolve } from 'node:path';
import {
  AppendFile,
  DeliveryError,
  defineListener,
  type Event,
  eventLine,
  type Listener,
  type ListenerContext,
} from 'tocsin';
import { z } from 'zod';

const options = z.strictObject({
  file: z.string().min(1).default('events.jsonl').describe('The file, from the log directory (--log-dir) on'),
});

const lineOf = (event: Event): string => {
  try {
    return eventLine(event);
  } catch (cause) {
    throw new DeliveryError(
      `cannot write event ${event.id} (${event.class.name}) as JSON: ${String(cause)}; a valid time and fields of plain data would be right`,
      { retryable: false, cause },
    );
  }
};

const create = ({ file }: z.output<typeof options>, { logDir, log, metrics, places }: ListenerContext): Listener => {
  const lines = new AppendFile({ path: resolve(logDir, file), log, metrics, places });
  return {
    handle: (event) => lines.add(lineOf(event)),
    flush: () => lines.flush(),
    forget: () => lines.forget(),
    reopen: () => lines.reopen(),
    close: () => lines.close(),
  };
};

/** Writes every event as one line of JSON, each once, in order. */
export default defineListener({
  name: 'event-file',
  description: 'Every event as one line of JSON (events.jsonl)',
  options,
  writes: ({ file }) => [file],
  create,
});
