import { expect } from 'chai';
import { livePrograms } from '../support/live-tocsin.js';
import { sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { until } from '../support/eventually.js';
import { place } from '../support/user-stack.js';

const failures = (count: number, from: number): string =>
  Array.from(
    { length: count },
    (_, n) =>
      `<86>Nov 21 10:00:00 web1 sshd[${from + n}]: Failed password for root from 203.0.113.9 port ${from + n} ssh2\n`,
  ).join('');

describe('SIGHUP after a change of the configuration', () => {
  const { dir } = temporaryDirs();
  const { start } = livePrograms();

  const stack = (failureLimit: string, more = ''): void => {
    place(
      dir(),
      'stacks/mine.yaml',
      `modules:\n  sshd: { failureLimit: ${failureLimit} }\nlisteners:\n  event-file: {}\n${more}`,
    );
  };

  it('goes on with the new options and listeners, with what was known before, losing nothing', async () => {
    stack('6');
    const live = await start(dir(), ['--stack', 'mine', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), failures(4, 1000));
    await live.counted('4 records', ({ core }) => core?.records === 4);
    stack('5', '  other: { use: event-file, file: other.jsonl }\n');
    live.signal('SIGHUP');
    await until('the change is said', () => live.stderr.includes('going on with the changed configuration'));
    await sendTcp(live.port('tcp'), failures(1, 2000));
    await until('the fifth failure counts', () => live.events().some(({ event }) => event === 'SshdAttemptsExceeded'));
    await until('the new listener has it too', () => live.events('other.jsonl').length === 1);
    const { code } = await live.end();
    expect(code).to.equal(0);
  });

  it('stays with the old where something is wrong with the new, and says what', async () => {
    stack('5');
    const live = await start(dir(), ['--stack', 'mine', '--tcp', '127.0.0.1:0']);
    stack('zero');
    live.signal('SIGHUP');
    await until('the fault is said', () => live.stderr.includes('the changed configuration is not used'));
    expect(live.stderr).to.match(/mine\.yaml:2:11 modules\.sshd\.failureLimit/u);
    await sendTcp(live.port('tcp'), failures(5, 1000));
    await until('five failures count', () => live.events().some(({ event }) => event === 'SshdAttemptsExceeded'));
  });

  it('loses no record while records keep coming', async () => {
    place(dir(), 'stacks/mine.yaml', 'modules:\n  report: {}\nlisteners:\n  event-file: {}\n');
    const live = await start(dir(), ['--stack', 'mine', '--tcp', '127.0.0.1:0']);
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}\n`);
    const sending = sendTcp(live.port('tcp'), lines.join(''));
    for (let n = 0; n < 3; n += 1) {
      const before = live.stderr.split('going on with').length;
      place(
        dir(),
        'stacks/mine.yaml',
        `description: number ${n}\nmodules:\n  report: {}\n  again${n}: { use: report }\nlisteners:\n  event-file: {}\n`,
      );
      live.signal('SIGHUP');
      await until('the change is said', () => live.stderr.split('going on with').length > before);
    }
    await sending;
    const own = (): string[] =>
      live
        .events()
        .filter(({ event, module }) => event === 'RecordNotice' && module === 'report')
        .map(({ summary }) => summary);
    await until('all lines are told of', () => own().length >= lines.length, 30_000);
    expect(own()).to.have.length(lines.length);
    expect(own().every((summary, n) => summary.includes(`line ${n}`))).to.equal(true);
  });
});
