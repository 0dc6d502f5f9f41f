import { expect } from 'chai';
import { livePrograms } from '../support/live-tocsin.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { placeTellStack } from '../support/user-stack.js';
import { sendTcp } from '../support/send.js';

const lines = 150_000;

describe('tocsin run, when every record makes an event', () => {
  const { dir } = temporaryDirs();
  const { start } = livePrograms();

  it('delivers all of them, in order, however far listeners lag behind', async function () {
    this.timeout(60_000);
    placeTellStack(dir());
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    const filler = 'x'.repeat(200);
    await sendTcp(
      live.port('tcp'),
      Array.from({ length: lines }, (_, n) => `${n} ${filler}\n`)
        .map((line) => `line ${line}`)
        .join(''),
    );
    await live.told(lines, 50_000);
    const messages = live.messages();
    expect(messages).to.have.length(lines);
    expect(messages.every((message, n) => message.includes(`line ${n} x`))).to.equal(true);
    await live.end();
  });
});
