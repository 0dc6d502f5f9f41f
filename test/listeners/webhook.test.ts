import { createHmac } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { DeliveryError, type Event, type Listener } from 'tocsin';
import webhook from '../../listeners/webhook.js';
import { contractEvent, listenerContract } from '../contracts/listener.js';
import { listenerContext, type TestContext } from '../contracts/listener-context.js';
import { makeCertificates } from '../support/certificates.js';
import { type AnswerTo, type Receiver, receivers } from '../support/receiver.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const faultsOf = (options: unknown): string[] =>
  (webhook.options.safeParse(options).error?.issues ?? []).map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  );

describe('webhook', () => {
  const { start } = receivers();
  const { dir } = temporaryDirs();
  const file = (name: string, text: string, mode = 0o600): string => {
    const path = join(dir(), name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const created: Listener[] = [];
  afterEach(async () => {
    for (const listener of created.splice(0)) await listener.close?.();
  });
  const make = (options: unknown): { listener: Listener; context: TestContext } => {
    const context = listenerContext(dir(), 'webhook');
    const listener = webhook.create(webhook.options.parse(options), context);
    created.push(listener);
    return { listener, context };
  };
  const failureOf = async (listener: Listener, event: Event = contractEvent(1)): Promise<DeliveryError> => {
    try {
      await listener.handle(event);
    } catch (thrown) {
      if (thrown instanceof DeliveryError) return thrown;
      throw thrown;
    }
    throw new Error('it was delivered');
  };

  describe('one event a request', () => {
    let receiver: Receiver;
    beforeEach(async () => {
      receiver = await start();
    });
    listenerContract({
      name: 'webhook',
      definition: webhook,
      options: () => ({ url: receiver.url }),
      required: ['url'],
      delivered: () =>
        receiver.received.map(({ body }) => /"summary":("(?:[^"\\]|\\.)*")/.exec(body)?.[1] ?? body).join('\n'),
      thousands: 500,
      withoutDirectory: 'unaffected',
    });
  });

  describe('many events a request', () => {
    let receiver: Receiver;
    beforeEach(async () => {
      receiver = await start();
    });
    listenerContract({
      name: 'webhook',
      definition: webhook,
      options: () => ({ url: receiver.url, batch: 100, body: { said: '{{ summary }}' } }),
      required: ['url'],
      delivered: () => receiver.received.map(({ body }) => body).join('\n'),
      withoutDirectory: 'unaffected',
    });
  });

  it('sends the event as JSON, with a key that is the same for every attempt', async () => {
    const { url, received, connections } = await start((_, response, number) =>
      response.writeHead(number === 1 ? 503 : 200).end(),
    );
    const { listener } = make({ url: `${url}/in?x=1` });
    expect((await failureOf(listener)).retryable).to.equal(true);
    await listener.handle(contractEvent(1));
    await listener.handle(contractEvent(2));
    expect(received.map(({ headers }) => headers['idempotency-key'])).to.deep.equal([
      `1-0-${Date.UTC(2026, 10, 20, 10, 0, 0, 1)}`,
      `1-0-${Date.UTC(2026, 10, 20, 10, 0, 0, 1)}`,
      `2-0-${Date.UTC(2026, 10, 20, 10, 0, 0, 2)}`,
    ]);
    expect(received[0]).to.include({ method: 'POST', path: '/in?x=1' });
    expect(received[0]?.headers).to.include({ 'content-type': 'application/json', 'user-agent': 'tocsin' });
    expect(JSON.parse(received[0]?.body ?? '')).to.deep.equal({
      id: '1-0',
      event: 'ContractEvent',
      auditId: 'contract.event',
      severity: 'error',
      time: '2026-11-20T10:00:00.001Z',
      module: 'contract',
      summary: 'number 1; text',
      message: 'number 1; text',
      fields: { n: 1, text: 'text' },
    });
    expect(connections()).to.equal(1);
  });

  it('fills the texts of a body with values, which cannot leave their place', async () => {
    const { url, received } = await start();
    const body = {
      text: '{{ severity }} {{ message }}',
      more: [{ n: '{{ fields.n }}', none: '{{ fields.nobody.home }}' }],
      flag: true,
    };
    const { listener } = make({ url, body, method: 'PUT', headers: { 'x-team': 'blue' } });
    await listener.handle(contractEvent(1, '", "flag": false, "x": "\n{{ 7 * 7 }}'));
    expect(received[0]).to.include({ method: 'PUT' });
    expect(received[0]?.headers['x-team']).to.equal('blue');
    expect(JSON.parse(received[0]?.body ?? '')).to.deep.equal({
      text: 'error number 1; ", "flag": false, "x": "\\x0a{{ 7 * 7 }}',
      more: [{ n: '1', none: '' }],
      flag: true,
    });
  });

  it('sends a text where the body is one', async () => {
    const { url, received } = await start();
    const { listener } = make({ url, body: '{{ time }} {{ summary }}' });
    await listener.handle(contractEvent(1, 'a\nb'));
    expect(received[0]?.headers['content-type']).to.equal('text/plain; charset=utf-8');
    expect(received[0]?.body).to.equal('2026-11-20T10:00:00.001Z number 1; a\\x0ab');
  });

  it('sends many events as one array, under one key', async () => {
    const { url, received } = await start();
    const { listener } = make({ url, batch: 3 });
    expect(listener.gathering).to.include({ most: 3 });
    await listener.gathering?.deliver([contractEvent(1), contractEvent(2)]);
    await listener.gathering?.deliver([contractEvent(3)]);
    const ids = received.map(({ body }) => (JSON.parse(body) as { id: string }[]).map(({ id }) => id));
    expect(ids).to.deep.equal([['1-0', '2-0'], ['3-0']]);
    expect(received[0]?.headers['idempotency-key']).to.match(/^1-0-\d+-and-1$/);
  });

  for (const [given, key] of [
    ['plain text as a key', Buffer.from('plain text as a key')],
    [`whsec_${Buffer.from('some bytes\0').toString('base64')}`, Buffer.from('some bytes\0')],
  ] as const) {
    it(`signs id, time and body with ${given.slice(0, 6)}…, as Standard Webhooks has it`, async () => {
      const { url, received } = await start();
      const { listener } = make({ url, secret: { file: file('secret', `${given}\n`) } });
      await listener.handle(contractEvent(1));
      const { headers, body } = received[0]!;
      const time = String(headers['webhook-timestamp']);
      expect(Math.abs(Number(time) - Date.now() / 1000)).to.be.below(30);
      expect(headers['webhook-id']).to.equal(headers['idempotency-key']);
      const signed = createHmac('sha256', key)
        .update(`${String(headers['webhook-id'])}.${time}.${body}`)
        .digest('base64');
      expect(headers['webhook-signature']).to.equal(`v1,${signed}`);
    });
  }

  it('signs with a known key what it did before: a fixed example', async () => {
    // The example of the Standard Webhooks specification's libraries.
    const { signatureHeaders, keyOf } = await import('../../listeners/webhook/signature.js');
    const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const of = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', time: 1614265330, body: Buffer.from('{"test": 2432232314}') };
    expect(signatureHeaders(key, of)['webhook-signature']).to.equal('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  describe('by the status of the answer', () => {
    for (const status of [200, 201, 204, 299]) {
      it(`${status} is delivered`, async () => {
        const { url } = await start((_, response) => response.writeHead(status).end());
        await make({ url }).listener.handle(contractEvent(1));
      });
    }
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      it(`${status} is tried again`, async () => {
        const { url } = await start((_, response) => response.writeHead(status).end('why'));
        const failure = await failureOf(make({ url }).listener);
        expect(failure.retryable).to.equal(true);
        expect(failure.message).to.equal(`${url} answers ${status}, 2xx would be right: why`);
      });
    }
    for (const status of [400, 401, 403, 404, 410, 413, 422]) {
      it(`${status} is for good`, async () => {
        const { url } = await start((_, response) => response.writeHead(status).end('why'));
        expect((await failureOf(make({ url }).listener)).retryable).to.equal(false);
      });
    }

    it('a redirect is for good, and is not followed', async () => {
      const { url, received } = await start((_, response) => response.writeHead(307, { location: '/inside' }).end());
      const failure = await failureOf(make({ url }).listener);
      expect(failure.retryable).to.equal(false);
      expect(failure.message).to.include('307').and.include('redirects are not followed');
      expect(received).to.have.length(1);
    });

    it('Retry-After is passed on, in seconds and as a date, and not taken from nonsense', async () => {
      const values = ['120', new Date(Date.now() + 60_000).toUTCString(), 'soon', '-5', '0'];
      const { url } = await start((_, response, number) =>
        response.writeHead(429, { 'retry-after': values[number - 1] ?? '' }).end(),
      );
      const { listener } = make({ url });
      const asked: (number | undefined)[] = [];
      while (asked.length < values.length) asked.push((await failureOf(listener)).retryAfterMs);
      expect(asked[0]).to.equal(120_000);
      expect(asked[1]).to.be.within(50_000, 60_000);
      expect(asked.slice(2)).to.deep.equal([undefined, undefined, undefined]);
    });
  });

  it('shows the beginning of an answer, escaped, and reads no more of a long one than it must', async () => {
    const { url } = await start((_, response) => {
      response.writeHead(400);
      const more = (): void => {
        while (!response.destroyed && response.write(`\u001b[2J\n${'x'.repeat(10_000)}`) /* until it is full */);
        response.once('drain', more);
      };
      more();
    });
    const { message } = await failureOf(make({ url }).listener);
    expect(message)
      .to.include('\\x1b[2J\\x0a')
      .and.match(/^[ -~]*$/);
    expect(message.length).to.be.below(500);
  });

  it('tries again where nobody answers, the connection breaks, or time runs out', async () => {
    const silent: AnswerTo = () => undefined;
    const { url } = await start(silent);
    const late = await failureOf(make({ url, timeout: '200ms' }).listener);
    expect(late).to.include({ retryable: true, message: `${url} gave no answer within 200 ms` });
    const { url: broken } = await start((_, response) => response.destroy());
    expect((await failureOf(make({ url: broken }).listener)).retryable).to.equal(true);
    const unused = createServer();
    await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    const refused = await failureOf(make({ url: `http://127.0.0.1:${port}/` }).listener);
    expect(refused.retryable).to.equal(true);
    expect(refused.message).to.include('ECONNREFUSED');
  });

  it('tries again where an upgrade is answered that nobody asked for', async () => {
    const { url } = await start((_, response) =>
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n'),
    );
    const failure = await failureOf(make({ url, timeout: '1s' }).listener);
    expect(failure).to.include({
      retryable: true,
      message: `${url} cannot be reached: the connection ended without an answer`,
    });
  });

  it('counts what was taken as delivered although the rest of the answer breaks off', async () => {
    const { url } = await start((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('begun');
      setTimeout(() => response.destroy(), 20);
    });
    await make({ url }).listener.handle(contractEvent(1));
  });

  it('opens another connection where the kept one was closed by the receiver', async () => {
    const { url, received } = await start((_, response) => {
      response.writeHead(200).end();
      response.once('finish', () => setImmediate(() => response.socket?.resetAndDestroy()));
    });
    const { listener } = make({ url });
    for (const n of [1, 2, 3]) {
      await listener.handle(contractEvent(n));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(received).to.have.length(3);
  });

  describe('over TLS', () => {
    it('trusts only whom it should: the usual authorities, or those of the file', async () => {
      const { ca, cert, key } = makeCertificates(dir());
      const { url } = await start(undefined, { cert: readFileSync(cert), key: readFileSync(key) });
      const failure = await failureOf(make({ url }).listener);
      expect(failure.retryable).to.equal(true);
      expect(failure.message).to.match(/certificate/);
      await make({ url, ca }).listener.handle(contractEvent(1));
    });
  });

  describe('its secrets', () => {
    it('are read again when files are reopened; one that cannot be read leaves the old one', async () => {
      const { url, received } = await start();
      const path = file('token', 'Bearer one\n');
      const { listener } = make({ url, headers: { authorization: { file: path } } });
      await listener.handle(contractEvent(1));
      file('token', 'Bearer two');
      await listener.reopen?.();
      await listener.handle(contractEvent(2));
      file('token', '');
      const failed: unknown = await listener.reopen?.().catch((cause: unknown) => cause);
      expect(String(failed)).to.include(path).and.include('is empty');
      await listener.handle(contractEvent(3));
      expect(received.map(({ headers }) => headers.authorization)).to.deep.equal([
        'Bearer one',
        'Bearer two',
        'Bearer two',
      ]);
    });

    it('are not shown: not of an address, whose path may be one, and not by the options', async () => {
      const { url } = await start((_, response) => response.writeHead(404).end());
      process.env['WEBHOOK_TEST_URL'] = `${url}/services/T0/hunter2`;
      const options = webhook.options.parse({
        url: { env: 'WEBHOOK_TEST_URL' },
        secret: { file: file('s', 'hunter2') },
      });
      delete process.env['WEBHOOK_TEST_URL'];
      const { inspect } = await import('node:util');
      expect(JSON.stringify(options) + inspect(options, { showHidden: true, depth: 9 })).not.to.include('hunter2');
      process.env['WEBHOOK_TEST_URL'] = `${url}/services/T0/hunter2`;
      const { listener, context } = make({ url: { env: 'WEBHOOK_TEST_URL' } });
      delete process.env['WEBHOOK_TEST_URL'];
      const failure = await failureOf(listener);
      expect(failure.message).to.equal(`${url} answers 404, 2xx would be right`);
      expect(context.said).to.deep.equal([]);
    });

    it('are not shown where the receiver repeats them, however it quotes them', async () => {
      const long = `Bearer ${'k9Qx+/'.repeat(500)}`;
      const { url } = await start(({ path, headers }, response) => {
        const said = {
          path,
          parts: path.split(/[/?=]/u),
          headers,
          plain: [headers['x-api'], headers['x-short']].join(' '),
        };
        response.writeHead(400).end(JSON.stringify(said).replaceAll('/', '\\/'));
      });
      process.env['WEBHOOK_TEST_URL'] = `${url}/services/T0AB/hunter2?key=hunter22`;
      const { listener } = make({
        url: { env: 'WEBHOOK_TEST_URL' },
        headers: {
          authorization: { file: file('a', long) },
          'x-api': { file: file('b', 'hunter3"!') },
          'x-short': { file: file('c', 'h4') },
        },
      });
      delete process.env['WEBHOOK_TEST_URL'];
      const { message } = await failureOf(listener);
      expect(message).to.match(/answers 400, .*: \{"path":"/u);
      expect(message).not.to.match(/hunter|T0AB|k9|h4|services/u);
    });

    it('are refused where a header cannot hold them, at the start and when files are reopened', async () => {
      const path = file('s', 'hunter2\u2603');
      const options = { url: 'http://127.0.0.1:1/', headers: { 'x-a': { file: path } } };
      expect(faultsOf(options)).to.deep.equal(['headers.x-a: the header x-a holds more than plain ASCII text']);
      file('s', 'hunter3');
      const { listener } = make(options);
      file('s', 'hunter2\u2603');
      const refused = await listener.reopen?.().catch((thrown: unknown) => thrown);
      expect(String(refused)).to.include('the header x-a holds more').and.not.include('hunter');
    });

    it('in a file that others may read are warned of', async () => {
      const path = file('secret', 'hunter2', 0o644);
      const { context } = make({ url: 'http://127.0.0.1:1/', secret: { file: path } });
      expect(context.said).to.deep.equal([
        `warn: ${path} holds a secret and has mode 0644; 0600, for its owner alone, would be right`,
      ]);
    });

    it('over plain http to another host are warned of', () => {
      const { context } = make({ url: 'http://192.0.2.1/hook', secret: { file: file('secret', 'hunter2') } });
      expect(context.said).to.deep.equal([
        'warn: webhook: events, and what its secrets are for, go to http://192.0.2.1 unencrypted; https would be right',
      ]);
    });
  });

  describe('its options', () => {
    const url = 'https://example.net/hook';
    for (const [what, options, fault] of [
      [
        'a secret in the stack file',
        { url, secret: 'hunter2' },
        'secret: a secret does not belong in a stack file; { file: <path> } or { env: <name of a variable> } would be right',
      ],
      ['a secret of no known place', { url, secret: { vault: 'x' } }, 'secret: this is no place of a secret; { file'],
      [
        'a file of a secret that is not there',
        { url, secret: { file: '/nonexistent/s' } },
        'secret: the secret in /nonexistent/s cannot be read: ENOENT',
      ],
      [
        'a variable that is not set',
        { url, secret: { env: 'TOCSIN_TEST_UNSET' } },
        'secret: the variable TOCSIN_TEST_UNSET of the environment is not set',
      ],
      ['an address of another kind', { url: 'file:///etc/passwd' }, 'url: it is no http or https address'],
      [
        'an address with a password',
        { url: 'https://a:hunter2@example.net/' },
        'url: an address with a password; headers',
      ],
      [
        'a secret header in plain text',
        { url, headers: { Authorization: 'Bearer hunter2' } },
        'headers.Authorization: the header Authorization is a secret',
      ],
      [
        'a header with a line of its own',
        { url, headers: { 'x-a': 'b\r\nx-c: d' } },
        'headers.x-a: the header x-a holds more than plain ASCII text',
      ],
      ['a time for an answer that no timer can wait for', { url, timeout: '25d' }, 'timeout: longer than 1h; at most'],
      ['a header that is ours', { url, headers: { Host: 'a' } }, 'headers.Host: the header Host is set by tocsin'],
      ['a template with a slip', { url, body: { a: ['{{ summary'] } }, 'body.a.0: '],
      [
        'a filter that there is not',
        { url, body: { a: '{{ summary | nope }}' } },
        'body.a: 1:14: there is no filter nope; ',
      ],
      ['another template', { url, body: '{% include "/etc/passwd" %}' }, 'body: 1:4: there are no other templates; '],
      [
        'a text as JSON',
        { url, body: '{"a":"{{ summary }}"}', contentType: 'application/json' },
        'body: a text cannot be kept from breaking out of JSON',
      ],
      ['many events in one text', { url, body: '{{ summary }}', batch: 2 }, 'batch: a text body holds one event'],
      [
        'a file that is no certificate',
        { url, ca: import.meta.filename },
        `ca: ${import.meta.filename} holds no certificate`,
      ],
    ] as const) {
      it(`refuse ${what}`, () => {
        const faults = faultsOf(options);
        expect(faults).to.have.length(1);
        expect(faults[0]).to.include(fault);
        expect(faults[0]).not.to.include('hunter2');
      });
    }
  });
});
