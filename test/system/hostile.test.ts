import { expect } from 'chai';
import { livePrograms } from '../support/live-tocsin.js';
import { connectTo, line, sendTcp, sendUdp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { placeTellStack } from '../support/user-stack.js';

const mebibyte = 1024 * 1024;

describe('tocsin run, sent what it should not be,', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  beforeEach(() => placeTellStack(dir()));

  it('cuts 10 MiB without a newline to one marked record, counts the rest, and takes the next line', async () => {
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    const endless = Buffer.alloc(10 * mebibyte, 'x');
    await sendTcp(live.port('tcp'), Buffer.concat([endless, Buffer.from(`\n${line('after it')}`)]));
    await live.told(2);
    const { io, core } = await live.counted('both counted', ({ io, core }) => io?.frames === 2 && core?.records === 2);
    const messages = live.messages();
    expect(messages[0]).to.match(/^x+$/).and.have.length(65_536);
    expect(messages[1]).to.equal('after it');
    expect(core?.truncated).to.equal(1);
    const counters = io?.inputs[0]?.counters;
    expect(counters).to.include({ received: 2, truncated: 1, cut_bytes: 10 * mebibyte - 65_536 });
  });

  it('takes digits without end, half frames and silence for what they are, and serves others meanwhile', async () => {
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    const silent = await connectTo(live.port('tcp'));
    const digits = await connectTo(live.port('tcp'));
    digits.write('9'.repeat(mebibyte));
    const half = await connectTo(live.port('tcp'));
    half.end('500 <13>half a frame');
    await sendTcp(live.port('tcp'), line('served'));
    await live.told(3);
    // No count has so many digits: they are a line, told of once it is past the limit.
    expect(live.messages()).to.have.members(['9'.repeat(65_536), 'half a frame', 'served']);
    const { io } = await live.counted('counted', ({ io }) => io?.inputs[0]?.counters['connections'] === 2);
    expect(io?.inputs[0]?.counters).to.include({ received: 3, truncated: 1, partial: 1, connections_total: 4 });
    silent.destroy();
    digits.destroy();
    expect((await live.end()).code).to.equal(0);
  });

  it('makes a record of every datagram, whatever its bytes, the empty one too', async () => {
    const live = await start(dir(), ['--stack', 'tell', '--udp', '127.0.0.1:0']);
    const datagrams = [
      Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80]),
      '',
      '<999>no such priority',
      '<abc>no number',
      'Feb 30 10:00:00 gate app: no such day',
      `<13>1 2026-13-45T99:99:99Z gate app - - - no such time`,
      '{"broken json',
      line('whole').trimEnd(),
    ];
    await sendUdp(live.port('udp'), datagrams);
    const { io, core } = await live.counted(
      'all received and worked on',
      ({ io, core }) => (io?.frames ?? 0) >= datagrams.length && (core?.records ?? 0) >= datagrams.length,
    );
    expect(core?.records).to.equal(datagrams.length);
    expect(core?.faults).to.be.at.least(4);
    expect(io?.inputs[0]?.counters).to.include({ empty: 1 });
    await live.told(datagrams.length);
    expect(live.messages().at(-1)).to.equal('whole');
    expect(live.over).to.equal(false);
  });

  it('shows nothing of a line that could steer a terminal, on the console or in a file', async () => {
    const live = await start(dir(), ['--stack', 'tell,report', '--tcp', '127.0.0.1:0']);
    await sendTcp(
      live.port('tcp'),
      line('\u001b]0;owned\u0007\u001b[2J \u009b31m \u202egnp.exe \u2028{"event":"Forged"}'),
    );
    await live.told(1);
    expect((await live.end()).code).to.equal(0);
    expect(live.stderr).to.include('owned');
    const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/u;
    expect(live.stderr).not.to.match(unsafe);
    expect(live.lines('events.jsonl').join('\n')).not.to.match(unsafe);
  });
});
