import { join } from 'node:path';
import { expect } from 'chai';
import { type EventLine, eventsIn } from '../support/json-lines.js';
import { livePrograms } from '../support/live-tocsin.js';
import { line, numbered, sendTcp, sendUdp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { placeTellStack } from '../support/user-stack.js';

/** What `report` told of each record. Times are compared where the record had one: the others' is that of receipt, which a stored file has not. */
const records = (events: readonly EventLine[]): unknown[] =>
  events
    .filter(({ event }) => event === 'RecordNotice')
    .map(({ fields, time }) => ({ fields, time: fields['host'] === undefined ? 'of receipt' : time }));

describe('tocsin run --capture', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();

  it('writes what replay makes the same records of, however it was framed', async () => {
    placeTellStack(dir());
    const inputs = ['--tcp', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--year', '2026'];
    const live = await start(dir(), ['--stack', 'tell', '--capture', 'received.cap', ...inputs]);
    const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`;
    await sendTcp(
      live.port('tcp'),
      numbered('by newline', 200)
        .map((text) => line(text))
        .join(''),
    );
    await live.told(200);
    const whole = line('by count').trimEnd();
    await sendTcp(live.port('tcp'), [`${whole} with\nnewlines\n`, `${whole} ß`, `${whole}\r`].map(counted).join(''));
    await live.told(203);
    await sendUdp(live.port('udp'), [
      '17 begins with a number',
      '<13>1 2026-11-20T10:00:00Z gate app - - - five',
      Buffer.from('<13>Nov 20 10:00:00 gate app: bytes \xff\xfe\0\x01', 'latin1'),
      '<999>no such priority',
      `${line('two')}${line('lines')}`,
      '',
      line('last'),
    ]);
    await live.told(210);
    expect((await live.end()).code).to.equal(0);

    const args = ['replay', 'received.cap', '--year', '2026', '--stack', 'tell', '--out', 'out'];
    const { code, stderr } = await tocsin(args, { cwd: dir() });
    expect([code, stderr]).to.deep.equal([0, '']);
    const replayed = records(eventsIn(join(dir(), 'out/events.jsonl')));
    expect(replayed).to.deep.equal(records(live.events()));
  });
});
