// Longer than most: the options of the one command that runs everything, and the order in which it starts and ends.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { ConfigurationError, messageOf } from '../fault.js';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Log } from '../module.js';
import type { KeepLimits } from '../journal/journal-archive.js';
import type { ShownConfiguration } from '../run/http-listeners.js';
import { Runtime } from '../run/runtime.js';
import type { ResolvedStack } from '../stack/resolve.js';
import { Console, consoleLog } from './console.js';
import { type DsiemEnvironment, readDsiemEnvironment } from './dsiem-env.js';
import { addHttpOptions, httpSettings } from './http-options.js';
import { type InputOptions, inputSpecs } from './input-options.js';
import { faultOfDirectory } from './directory-fault.js';
import { liveLine } from './live-line.js';
import { handleSignals, holdSignals } from './signals.js';
import { handleStrayFailures } from './stray-failures.js';
import { addStackOptions, option, type StackOptions, sayWarnings, stackOf, temporaryDir } from './stack-options.js';
import {
  collect,
  collectWhole,
  parseCount,
  parseDuration,
  parseFsync,
  parseFrameSize,
  parseKeep,
  parseStoreSize,
  parseTimeZone,
  parseWatchdog,
  parseYear,
} from './values.js';
import { welcome } from './welcome.js';

const stopWithinMs = 9500;
const diedExitCode = 70;

/** A run that could not start; everything known of it is in the message. */
export class RunFailed extends Error {
  readonly code = 'RUN';
  override readonly name = 'RunFailed';
}

interface Options extends Partial<StackOptions>, InputOptions {
  readonly dataDir: string;
  readonly logDir: string;
  readonly journal: 'on' | 'off';
  readonly fsync: 'always' | 'off' | number;
  readonly journalMax: number;
  readonly keep?: KeepLimits;
  readonly outboxMax: number;
  readonly checkpoint: number;
  readonly watchdog: number | 'off';
  readonly capture?: string;
}

const example = `
Examples:
  $ tocsin run --stack sshd --udp 127.0.0.1:5514 --tail /var/log/auth.log
  $ tocsin run --tls 6514 --tls-cert server.pem --tls-key server.key
An address or path may name its own time zone: --udp '5514;tz=Europe/Berlin'.
`;

const addInputOptions = (command: Command): Command =>
  command
    .addOption(option('--udp <address>', '[host:]port to receive syslog at, UDP (repeatable)').argParser(collect))
    .addOption(option('--tcp <address>', '[host:]port to receive syslog at, TCP (repeatable)').argParser(collect))
    .addOption(option('--tls <address>', '[host:]port to receive syslog at, TLS (repeatable)').argParser(collect))
    .addOption(option('--tls-cert <file>', 'certificate chain, PEM'))
    .addOption(option('--tls-key <file>', 'private key, PEM'))
    .addOption(option('--tls-ca <file>', 'ask for client certificates signed by these, PEM'))
    .addOption(option('--tail <path>', 'file or glob to follow (repeatable)').argParser(collectWhole))
    .addOption(
      option('--tail-from <place>', 'where a file begins that was never read')
        .choices(['start', 'end'])
        .default('start'),
    )
    .addOption(option('--stdin', 'read standard input, and end with it'))
    .addOption(
      option('--max-frame <size>', 'longest record; longer ones are cut')
        .argParser(parseFrameSize)
        .default(65_536, '64KiB'),
    )
    .addOption(
      option('--max-connections <count>', 'TCP connections an address takes').argParser(parseCount).default(2048),
    )
    .addOption(
      option('--idle-timeout <duration>', 'silent TCP connections are closed after')
        .argParser(parseDuration)
        .default(3_600_000, '1h'),
    )
    .addOption(
      option('--tz <zone>', 'time zone of time stamps without one (default: this machine’s)').argParser(parseTimeZone),
    )
    .addOption(
      option('--year <year>', 'year of time stamps without one (default: nearest to receipt)').argParser(parseYear),
    );

/** Adds `tocsin run`. */
export const addRun = (program: Command): void => {
  const command = program
    .command('run')
    .description('receive logs and run stacks over them')
    .addHelpText('after', example);
  addHttpOptions(addInputOptions(addStackOptions(command)))
    .addOption(option('--data-dir <dir>', 'journal, checkpoints, outbox').default('./data'))
    .addOption(option('--log-dir <dir>', 'what listeners write').default('./logs'))
    .addOption(
      option('--journal <on|off>', 'keep received records on disk until worked on')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      option('--fsync <when>', 'make the journal safe against loss of power: always, off, or every so often')
        .argParser(parseFsync)
        .default(100, '100ms'),
    )
    .addOption(
      option('--journal-max <size>', 'journal size past which senders wait')
        .argParser(parseStoreSize)
        .default(8 * 1024 ** 3, '8GiB'),
    )
    .addOption(
      option('--keep <limits>', 'keep what the journal needs no more, compressed: 7d, 20GB or 7d,20GB').argParser(
        parseKeep,
      ),
    )
    .addOption(
      option('--outbox-max <size>', 'events kept for listeners that lag')
        .argParser(parseStoreSize)
        .default(1024 ** 3, '1GiB'),
    )
    .addOption(
      option('--checkpoint <duration>', 'how often state is saved').argParser(parseDuration).default(5000, '5s'),
    )
    .addOption(
      option('--watchdog <duration>', 'a module that does not come back for so long is turned off; or off')
        .argParser(parseWatchdog)
        .default(30_000, '30s'),
    )
    .addOption(option('--capture <file>', 'also write what is received here, for replay'))
    .action((options: Options) => {
      if (options.keep !== undefined && options.journal === 'off') {
        command.error('error: --keep keeps the journal, and --journal is off; one of them alone would be right');
      }
      return run(options);
    });
};

const run = async (options: Options): Promise<void> => {
  const held = holdSignals();
  const terminal = new Console();
  const log = consoleLog(terminal);
  const dsiem = dsiemEnvironment(log);
  const stack = await stackHere(options, dsiem);
  sayWarnings(stack, log);
  const { inputs, standard } = inputSpecs(options, stack, dsiem);
  await makeDataDir(options.dataDir);
  checkLogDir(options.logDir);
  const over = deferred<string>();
  let exitCode = 0;
  const fail = (reason: string): void => {
    if (exitCode === diedExitCode) return;
    log.error(reason);
    exitCode = diedExitCode;
    over.resolve('something failed');
  };
  const dataDirGone = (reason: string): void => {
    log.error(reason);
    if (exitCode === 0) exitCode = 1;
    over.resolve('the data directory is gone');
  };
  const runtime = await Runtime.start({
    stack,
    inputs,
    dataDir: options.dataDir,
    cacheDir: temporaryDir(),
    logDir: options.logDir,
    journal: options.journal === 'on',
    fsync: options.fsync,
    journalMaxBytes: options.journalMax,
    keep: options.keep,
    outboxMaxBytes: options.outboxMax,
    checkpointMs: options.checkpoint,
    watchdogMs: options.watchdog === 'off' ? undefined : options.watchdog,
    capture: options.capture,
    http: httpSettings(options, stack, dsiem),
    log,
    console: terminal,
    died: fail,
    dataDirGone,
    ended: () => over.resolve('all inputs have ended'),
  }).catch((cause: unknown) => {
    throw new RunFailed(messageOf(cause), { cause });
  });
  handleStrayFailures(log, fail);
  handleSignals({
    stop: (signal) => over.resolve(signal),
    reload: () =>
      reload(runtime, log, {
        stack: () => stackHere(options, dsiem),
        shown: (stack) => httpSettings(options, stack, dsiem),
      }),
    counters: () => runtime.counters(),
    log,
    out: terminal,
  });
  held.release();
  terminal.write(
    welcome({ stack, listening: runtime.listening, standard, dataDir: options.dataDir, logDir: options.logDir }),
  );
  const line = setInterval(() => terminal.live(liveLine(runtime.counters())), 500);
  const reason = await over.promise;
  clearInterval(line);
  terminal.live('');
  log.info(`${reason}: stopping`);
  const limit = setTimeout(() => {
    log.error('not stopped within 10 s: ending; what is in the journal is worked on at the next start');
    process.exit(exitCode === 0 ? 1 : exitCode);
  }, stopWithinMs);
  await runtime.stop();
  clearTimeout(limit);
  log.info(liveLine(runtime.counters()));
  await terminal.settled();
  process.exit(exitCode);
};

const makeDataDir = async (dir: string): Promise<void> => {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `cannot use ${dir} as data directory: ${messageOf(cause)}; a directory that this user may write would be right`;
    throw new RunFailed(message, { cause });
  }
};

/** It is made by the listeners that need it; what cannot become one is said before. */
const checkLogDir = (dir: string): void => {
  const fault = existsSync(dir) ? faultOfDirectory(dir) : undefined;
  if (fault === undefined) return;
  throw new RunFailed(
    `cannot use ${dir} as log directory: ${fault}; a directory that this user may write would be right`,
  );
};

/** What a dsiem user's environment says. @throws ConfigurationError with every fault */
const dsiemEnvironment = (log: Log): DsiemEnvironment => {
  const dsiem = readDsiemEnvironment(process.env);
  for (const notice of dsiem.notices) log.info(notice);
  if (dsiem.faults.length === 0) return dsiem;
  throw new ConfigurationError(dsiem.faults.map((message) => ({ where: 'environment', message })));
};

/** The stack as it runs here: the time zone named for the run is that of calendar days, too. */
const stackHere = async (options: Options, { overrides }: DsiemEnvironment): Promise<ResolvedStack> => {
  const stack = await stackOf(options, { ...overrides });
  return options.tz === undefined ? stack : { ...stack, timeZone: options.tz };
};

/** How the configuration is read again. */
interface Reading {
  readonly stack: () => Promise<ResolvedStack>;
  readonly shown: (stack: ResolvedStack) => ShownConfiguration;
}

/** Files are reopened; what the configuration has become is taken up, unless something is wrong with it: then all goes on as before. */
const reload = async (runtime: Runtime, log: Log, read: Reading): Promise<void> => {
  await runtime.reopen();
  let stack: ResolvedStack;
  try {
    stack = await read.stack();
  } catch (cause) {
    log.error(`the changed configuration is not used: ${messageOf(cause)}`);
    return;
  }
  sayWarnings(stack, log);
  if (isDeepStrictEqual(runtime.stack, stack)) log.info('SIGHUP: files reopened; the configuration has not changed');
  else if (await runtime.change(stack, read.shown(stack))) {
    log.info('SIGHUP: files reopened; the configuration has changed for all that is received from now on');
  } else log.info('SIGHUP: files reopened; going on with the changed configuration');
};

const deferred = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve(value) };
};
