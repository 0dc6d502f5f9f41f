/** A thread that checks one configuration file, which may take seconds, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkConfig, type ConfigToCheck } from './check-config.js';

parentPort?.postMessage(await checkConfig(workerData as ConfigToCheck));
