import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { Dispatcher } from '../../src/dispatch/dispatcher.js';
import type { ResolvedStack } from '../../src/stack/resolve.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const url = pathToFileURL(join(import.meta.dirname, '../../listeners/event-file.ts')).href;

/** A stack of listeners that write files of their names. */
const stackOf = (...names: string[]): ResolvedStack => ({
  names: ['test'],
  timeZone: 'UTC',
  machineTimeZone: 'UTC',
  inputs: { udp: [], tcp: [], tail: [] },
  modules: [],
  listeners: names.map((name) => ({ name, use: 'event-file', url, options: { file: `${name}.jsonl` } })),
  files: [],
  plugins: [],
  hosts: {},
  warnings: [],
});

describe('Dispatcher', () => {
  const { dir } = temporaryDirs();

  it('keeps where a new listener begins before it gets anything: a crash must not move it', async () => {
    const dataDir = join(dir(), 'data');
    const positions = (): unknown => JSON.parse(readFileSync(join(dataDir, 'listeners.json'), 'utf8'));
    const { log } = noteLog();
    const options = { dataDir, logDir: join(dir(), 'logs'), log, outboxMaxBytes: 2 ** 20, console: new PassThrough() };
    const dispatcher = await Dispatcher.open({ ...options, stack: stackOf('a') });
    expect(positions()).to.deep.equal({ a: { event: 0, files: {} } });
    await dispatcher.change(stackOf('a', 'b'), 1000);
    expect(positions()).to.have.property('b').that.deep.equals({ event: 0, files: {} });
    await dispatcher.close(1000);
  });
});
