import { Worker } from 'node:worker_threads';
import { messageOf } from '../fault.js';
import type { ConfigToCheck } from './check-config.js';
import type { CheckConfig } from './config-routes.js';

const withinMs = 60_000;
const ownThread = new URL('./check-config-worker.js', import.meta.url);

/** Checks configuration files beside everything else: each in a thread of its own, which has a minute. */
export const configChecker =
  ({ modules, dir }: Pick<ConfigToCheck, 'modules' | 'dir'>, threadFile = ownThread): CheckConfig =>
  (name, text) =>
    new Promise((resolve) => {
      const workerData: ConfigToCheck = { modules, dir, name, text };
      const thread = new Worker(threadFile, { workerData });
      const end = (faults: readonly string[]): void => {
        clearTimeout(timer);
        resolve(faults);
        void thread.terminate();
      };
      const timer = setTimeout(() => end([`${name}: could not be checked within ${withinMs / 1000} s`]), withinMs);
      thread.once('message', (faults: readonly string[]) => end(faults));
      thread.once('error', (cause: unknown) => end([`${name}: could not be checked: ${messageOf(cause)}`]));
      thread.once('exit', (code) => end([`${name}: could not be checked: its thread ended with code ${code}`]));
    });
