import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { type LiveTocsin, livePrograms } from '../support/live-tocsin.js';
import { readMail } from '../support/read-mail.js';
import { type Received, receivers } from '../support/receiver.js';
import { line, numbered, sendTcp } from '../support/send.js';
import { smtpServers } from '../support/smtp-server.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place, placeTellStack } from '../support/user-stack.js';

const lines = (texts: readonly string[]): string => texts.map((text) => line(text)).join('');
const args = ['--stack', 'tell', '--tcp', '127.0.0.1:0'];
const messageOf = ({ body }: Received): string => (JSON.parse(body) as { fields: { message: string } }).fields.message;
const laneOf = async (live: LiveTocsin, lane: string) =>
  (await live.counters()).listeners.find(({ name }) => name === lane);

describe('tocsin run with listeners that send', function () {
  this.timeout(60_000);
  const { start } = livePrograms();
  const { dir } = temporaryDirs();
  const { start: receive } = receivers();
  const { start: startSmtp } = smtpServers();
  const texts = numbered('told', 300);

  it('webhook: tries again what may succeed, sets aside what is refused, and goes on', async () => {
    const { url, received } = await receive((request, response, number) => {
      if (number <= 2) response.writeHead(503).end();
      else response.writeHead(messageOf(request).endsWith(' 3') ? 422 : 200).end('no\u001b[2J thanks');
    });
    placeTellStack(dir(), `  webhook: { url: "${url}/secret-path" }\n`);
    const live = await start(dir(), args);
    await sendTcp(live.port('tcp'), lines(texts.slice(0, 10)));
    await live.told(10);
    await until('all are settled', async () => (await laneOf(live, 'webhook'))?.lag === 0);
    expect(await laneOf(live, 'webhook')).to.include({ delivered: 9, failed: 1, retries: 2, dropped: 0 });
    expect(received.map(messageOf)).to.deep.equal([texts[0], texts[0], ...texts.slice(0, 10)]);
    const [aside] = live.deadLetters();
    expect(aside).to.include({
      listener: 'webhook',
      reason: `${url} answers 422, 2xx would be right: no\\x1b[2J thanks`,
    });
    expect((await live.counters()).deadLetters).to.deep.equal({ kept: 1, replaced: 0, lost: 0 });
    expect(live.stderr).not.to.include('secret-path');
    expect((await live.end()).code).to.equal(0);
  });

  it('webhook: what is older than maxAge goes to the dead letters, with its reason, and the newer is delivered', async () => {
    let away = true;
    const { url, received } = await receive((_, response) => response.writeHead(away ? 503 : 200).end());
    placeTellStack(dir(), `  webhook: { url: "${url}", maxAge: 1s }\n`);
    const live = await start(dir(), args);
    await sendTcp(live.port('tcp'), lines(texts.slice(0, 50)));
    await until('they are given up', async () => (await laneOf(live, 'webhook'))?.too_old === 50);
    expect(received.length).to.be.below(20);
    away = false;
    await sendTcp(live.port('tcp'), lines(['the latest']));
    await until('the newer is there', () => received.some((request) => messageOf(request) === 'the latest'));
    expect(await laneOf(live, 'webhook')).to.include({ failed: 50, too_old: 50, lost: 0 });
    const aside = live.deadLetters();
    expect(aside.map(({ event }) => event.fields['message'])).to.deep.equal(texts.slice(0, 50));
    expect(aside[0]?.reason).to.equal(`older than maxAge (1 s), last: ${url} answers 503, 2xx would be right`);
  });

  for (const [what, batch] of [
    ['one a request', 1],
    ['many a request', 20],
  ] as const) {
    it(`webhook: killed while it sends, ${what}: all are there after a restart, repeats as they were`, async () => {
      const { url, received } = await receive((_, response) => void setTimeout(() => response.writeHead(200).end(), 5));
      placeTellStack(dir(), `  webhook: { url: "${url}", batch: ${batch} }\n`);
      const elements = (): Record<string, unknown>[] =>
        received.flatMap(({ body }) => [JSON.parse(body) as Record<string, unknown>].flat());
      let live = await start(dir(), args);
      await sendTcp(live.port('tcp'), lines(texts));
      for (const least of [40, 120]) {
        await until(`${least} were sent`, () => elements().length >= least);
        await live.end('SIGKILL');
        live = await start(dir(), args);
      }
      await until('all were sent', async () => (await laneOf(live, 'webhook'))?.lag === 0 && elements().length >= 300);
      const byId = new Map<unknown, string>();
      for (const element of elements()) {
        const text = JSON.stringify(element);
        expect(byId.get(element['id']) ?? text).to.equal(text);
        byId.set(element['id'], text);
      }
      const told = [...byId.values()].map((text) => messageOf({ body: text } as Received));
      expect(told).to.deep.equal(texts);
      if (batch > 1) return;
      for (const { headers, body } of received) {
        const { id, time } = JSON.parse(body) as { id: string; time: string };
        expect(headers['idempotency-key']).to.equal(`${id}-${Date.parse(time)}`);
      }
    });
  }

  it('email: the first event soon, the next ones together, and at a stop what has gathered', async () => {
    const server = await startSmtp();
    const to = `host: 127.0.0.1, port: ${server.port}, security: off, from: a@example.net, to: b@example.net`;
    placeTellStack(dir(), `  email: { ${to}, wait: 100ms, every: 3s }\n`);
    const live = await start(dir(), args);
    const mails = (): string[][] =>
      server.mails.map(({ data }) =>
        [...readMail(data).text.matchAll(/^(?:.*: )?(told \d+)$/gm)].map(([, text]) => text ?? ''),
      );
    await sendTcp(live.port('tcp'), line('told 0'));
    await until('the first is there', () => mails().length === 1);
    const began = Date.now();
    for (const text of texts.slice(1, 21)) await sendTcp(live.port('tcp'), line(text));
    await live.told(21);
    expect(mails()).to.deep.equal([['told 0']]);
    await until('the next are there', () => mails().length === 2);
    expect(Date.now() - began).to.be.within(1500, 6000);
    expect(mails()[1]).to.deep.equal(texts.slice(1, 21));
    await until('its position moved', async () => (await laneOf(live, 'email'))?.lag === 0);
    await sendTcp(live.port('tcp'), line('told 99'));
    await live.told(22);
    expect((await live.end()).code).to.equal(0);
    expect(mails()).to.have.length(3);
    expect(mails()[2]).to.deep.equal(['told 99']);
    const again = await start(dir(), args);
    await until('all is delivered', async () => (await laneOf(again, 'email'))?.lag === 0);
    expect(mails()).to.have.length(3);
  });

  it('refuses a secret in a stack file, at its place and without showing it; check and listeners show none either', async () => {
    place(
      dir(),
      'stacks/open.yaml',
      'modules: { report: {} }\nlisteners:\n  webhook: { url: "https://example.net/", secret: hunter2 }\n',
    );
    const refused = await tocsin(['check', '--stack', 'open'], { cwd: dir() });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(
      /open\.yaml:3:\d+ listeners\.webhook\.secret: a secret does not belong in a stack file; \{ file/,
    );
    writeFileSync(join(dir(), 'token'), 'hunter2', { mode: 0o644 });
    placeTellStack(dir(), '  webhook: { url: "http://127.0.0.1:1/", secret: { file: token } }\n');
    const checked = await tocsin(['check', '--stack', 'tell'], { cwd: dir() });
    expect(checked.stdout).to.equal('tell: no fault found\n');
    const listed = await tocsin(['listeners'], { cwd: dir() });
    expect(listed.stdout)
      .to.match(/^email {2}/m)
      .and.match(/^webhook {2}/m);
    const live = await start(dir(), args);
    await sendTcp(live.port('tcp'), lines(texts.slice(0, 3)));
    await live.told(3);
    await until('it failed', async () => ((await laneOf(live, 'webhook'))?.retries ?? 0) > 0);
    await live.counters();
    expect(live.stderr).to.include('token holds a secret and has mode 0644');
    for (const said of [refused.stderr, checked.stderr, listed.stdout, live.stderr])
      expect(said).not.to.include('hunter2');
  });
});
