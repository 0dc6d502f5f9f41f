import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { directiveFile, type Feed, liveFeed, loadAll, quietFeed, startBench } from './support/directive-load.js';
import type { Figure } from './support/figure.js';

const ROUNDS = 8;
const EVENTS = 100_000;

const seconds = (feed: Feed): number => {
  const events = feed.batch(EVENTS);
  const started = performance.now();
  for (const event of events) feed.engine.event(event, event.time);
  return (performance.now() - started) / 1000;
};

/** Events per second of each: the best of some rounds, in turn, since the machine is shared and only what slows us down is noise. */
const ratesOf = (feeds: readonly Feed[]): number[] => {
  const best = feeds.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, feed] of feeds.entries()) best[i] = Math.min(best[i] ?? Infinity, seconds(feed));
  }
  return best.map((least) => EVENTS / least);
};

const collected = (): number => {
  for (let i = 0; i < 4; i += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
};

const MB = 1_000_000;

const measureLoad = (): Record<string, number> => {
  const text = directiveFile(23_500);
  const before = collected();
  const started = performance.now();
  const { engine } = startBench(loadAll(text));
  const seconds = (performance.now() - started) / 1000;
  const held = (collected() - before) / MB;
  return { seconds, held, directives: engine.stats().directives, peak: process.resourceUsage().maxRSS / 1000 };
};

const measureBacklogs = (): Record<string, number> => {
  const { engine, state } = startBench(loadAll(directiveFile(100)));
  const before = collected();
  const feed = liveFeed(engine, { backlogs: 100_000, idsEach: 10 });
  feed.fill();
  const held = (collected() - before) / MB;
  return { held, live: engine.stats().liveBacklogs, entries: state.size };
};

const quiet = (directives: number): Feed =>
  quietFeed(startBench(loadAll(directiveFile(directives))).engine, directives);

const busy = (backlogs: number, oneIn: number): Feed => {
  const feed = liveFeed(startBench(loadAll(directiveFile(100))).engine, { backlogs, idsEach: 2, oneIn });
  feed.fill();
  return feed;
};

const measureDirectives = (): Record<string, number> => {
  const [few = 0, many = 0] = ratesOf([quiet(100), quiet(20_000)]);
  return { few, many };
};

const measureLive = (): Record<string, number> => {
  const [hundred = 0, thousands = 0] = ratesOf([busy(100, 10), busy(100_000, 10)]);
  const [hundredAll = 0, thousandsAll = 0] = ratesOf([busy(100, 1), busy(100_000, 1)]);
  return { hundred, thousands, hundredAll, thousandsAll };
};

const PARTS: Readonly<Record<string, () => Record<string, number>>> = {
  load: measureLoad,
  backlogs: measureBacklogs,
  directives: measureDirectives,
  live: measureLive,
};

/** Each part in a process of its own, so that none measures another's garbage. */
const inProcess = async (part: string): Promise<Record<string, number>> => {
  const child = fork(fileURLToPath(import.meta.url), [part], {
    execArgv: ['--expose-gc', ...process.execArgv],
  });
  const [result] = (await once(child, 'message')) as [Record<string, number>];
  return result;
};

/** Speed and memory of the directive engine. */
export const run = async (): Promise<Figure[]> => {
  const load = await inProcess('load');
  const backlogs = await inProcess('backlogs');
  const rates = { ...(await inProcess('directives')), ...(await inProcess('live')) };
  const of = (values: Record<string, number>, name: string): number => values[name] ?? Number.NaN;
  return [
    { what: '100 directives, one event in ten counts', value: of(rates, 'few'), unit: 'events/s', target: 500_000 },
    {
      what: '20,000 directives, share of that',
      value: (100 * of(rates, 'many')) / of(rates, 'few'),
      unit: '%',
      target: 70,
    },
    { what: '100 live backlogs, one event in ten for one', value: of(rates, 'hundred'), unit: 'events/s' },
    {
      what: '100,000 live backlogs, share of that',
      value: (100 * of(rates, 'thousands')) / of(rates, 'hundred'),
      unit: '%',
      target: 50,
    },
    { what: '100 live backlogs, every event for one', value: of(rates, 'hundredAll'), unit: 'events/s' },
    {
      what: '100,000 live backlogs, every event for another, share of that',
      value: (100 * of(rates, 'thousandsAll')) / of(rates, 'hundredAll'),
      unit: '%',
    },
    { what: 'loading 23,500 directives', value: of(load, 'seconds'), unit: 's', target: 5 },
    { what: 'memory held by 23,500 directives', value: of(load, 'held'), unit: 'MB', target: 250 },
    { what: 'peak memory of the process that loads them', value: of(load, 'peak'), unit: 'MB' },
    { what: 'memory of 100,000 backlogs with ten ids', value: of(backlogs, 'held'), unit: 'MB', target: 200 },
  ];
};

const part = PARTS[process.argv[2] ?? ''];
if (part !== undefined && process.send !== undefined) process.send(part());
