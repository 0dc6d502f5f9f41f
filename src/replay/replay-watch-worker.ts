/** The thread that watches a replay: it names a module that does not come back, and ends the process, for nobody else could. */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { AtWork, nameOf, type Names, type Pulse } from '../frontend/at-work.js';
import { Watchdog } from '../run/watchdog.js';
import { hangingExitCode, type ReplayWatchStart } from './replay-watch.js';

const { shared, limitMs, names: firstNames } = workerData as ReplayWatchStart;
const atWork = new AtWork(shared);
let names = firstNames;
// This also keeps the thread alive.
parentPort?.on('message', (message: Names) => {
  names = message;
});

/** Ends the process, whatever its other threads do. */
const endProcess = (code: number): void => {
  // Loaded here and no sooner: a replay that ends while native code is being loaded would crash.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi').default;
  koffi.load(null).func('void _exit(int)')(code);
};

/** A replay that waits for a disk is at nothing that could be turned off. */
const look = (): Pulse => {
  const pulse = atWork.look();
  return pulse.working.kind === 'module' || pulse.working.kind === 'plugin'
    ? pulse
    : { ...pulse, working: { kind: 'idle' } };
};

const hangs = ({ seq, working }: Pulse): void => {
  const call = working.kind === 'module' ? `, ${working.call},` : '';
  const message = `${nameOf(working, names)}${call} had not come back from record ${seq} for ${limitMs / 1000} s: giving up`;
  writeSync(2, `tocsin: ${message}\n`);
  endProcess(hangingExitCode);
};

new Watchdog({ look, limitMs, hangs });
