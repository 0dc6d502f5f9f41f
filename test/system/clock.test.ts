import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { line, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

const second = 1000;
const hour = 3600 * second;

/** Waits as long as a record says, in stack time, and tells when that is over. */
const waits = `import { defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Over extends NoticeEvent {
  static override readonly fields = { text: 'string' };
  get summary() { return this.fields.text; }
}
export default defineModule({
  name: 'waits', description: 'Waits', options: z.strictObject({}), events: [Over],
  create: (_options, context) => ({
    onRecord: ({ message }) => {
      const seconds = Number(/^wait (\\d+)/.exec(message)?.[1] ?? 0);
      context.state.put(message, context.now + seconds * 1000);
    },
    onTick: (now) => {
      for (const [text, due] of [...context.state.entries()]) {
        if (now < due) continue;
        context.state.delete(text);
        context.dispatch(new Over({ text }));
      }
    },
  }),
});
`;

/** Every thread's clock shows as many ms more as the file says. */
const setClock = (file: string): string => `import { readFileSync } from 'node:fs';
const real = Date.now;
let ahead = 0;
let readAt = -Infinity;
Date.now = () => {
  if (performance.now() > readAt + 20) {
    readAt = performance.now();
    ahead = Number(readFileSync(${JSON.stringify(file)}, 'utf8')) || 0;
  }
  return Math.round(real() + ahead);
};
`;

describe('a clock that is set while the program runs', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  const args = ['--stack', 'clock', '--tcp', '127.0.0.1:0', '--checkpoint', '300ms'];
  const set = (aheadMs: number): void => writeFileSync(join(dir(), 'ahead'), String(aheadMs));
  const run = (): Promise<LiveTocsin> => {
    const preload = place(dir(), 'clock.mjs', setClock(join(dir(), 'ahead')));
    return start(dir(), args, { NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` });
  };
  const tell = (live: LiveTocsin, text: string): Promise<void> => sendTcp(live.port('tcp'), line(text));
  const over = (live: LiveTocsin): string[] => live.events().flatMap(({ fields }) => String(fields['text']));
  const jumped = async (live: LiveTocsin, message: RegExp): Promise<void> =>
    until(String(message), () => message.test(live.stderr));
  /** How far an event's time is from that of the clock as it is set, s. */
  const offSeconds = (live: LiveTocsin, text: string, aheadMs: number): number => {
    const time = live.events().find(({ fields }) => fields['text'] === text)?.time ?? '';
    return Math.abs(Date.parse(time) - Date.now() - aheadMs) / second;
  };
  beforeEach(() => {
    place(dir(), 'modules/waits.ts', waits);
    place(dir(), 'stacks/clock.yaml', 'modules: { waits: {} }\nlisteners: { event-file: {} }\n');
    set(0);
  });

  it('ends nothing early and holds nothing up, also over a restart; times are those of the new clock', async () => {
    let live = await run();
    await tell(live, 'wait 600');
    set(10 * hour);
    await jumped(live, /the clock was set forward by 36000 s/u);
    await tell(live, 'wait 1 forward');
    await until('it is over', () => over(live).length > 0);
    expect(offSeconds(live, 'wait 1 forward', 10 * hour)).to.be.lessThan(30);
    set(-10 * hour);
    await jumped(live, /the clock was set back by 72000 s/u);
    await tell(live, 'wait 1 back');
    await until('it is over', () => over(live).length > 1);
    expect(offSeconds(live, 'wait 1 back', -10 * hour)).to.be.lessThan(30);
    const { io, listeners } = await live.counted('all has been delivered', (counters) =>
      counters.listeners.every(({ lag }) => lag === 0),
    );
    expect(io?.clockJumps).to.equal(2);
    expect(listeners).to.have.length(1);
    await live.end('SIGKILL');
    set(-20 * hour);
    live = await run();
    await jumped(live, /the clock was set back by 359\d\d s/u);
    await tell(live, 'wait 1 again');
    await until('it is over', () => over(live).length > 2);
    expect(over(live)).to.deep.equal(['wait 1 forward', 'wait 1 back', 'wait 1 again']);
    expect((await live.end()).code).to.equal(0);

    const { code, stderr } = await tocsin(['replay', '--journal', '--stack', 'clock', '--out', 'out'], { cwd: dir() });
    expect(code, stderr).to.equal(0);
    const [ran, replayed] = ['logs', 'out'].map((from) => readFileSync(join(dir(), from, 'events.jsonl'), 'utf8'));
    expect(replayed).to.equal(ran);
  });
});
