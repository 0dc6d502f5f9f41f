import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { EventIntake } from '../../src/inputs/http-events/event-intake.js';
import { RateLimit, type RateLimits } from '../../src/inputs/http-events/rate-limit.js';
import { RejectedFile } from '../../src/inputs/http-events/rejected-file.js';
import { HttpEventsInput } from '../../src/inputs/http-events.js';
import { InputError } from '../../src/inputs/input.js';
import { CollectingLog, CollectingSink } from '../contracts/input.js';
import { ask, type HttpAnswer } from '../support/http-client.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { until } from '../support/eventually.js';

/** A sink whose disk is asked for by hand. */
class SlowSink extends CollectingSink {
  automatic = true;
  readonly #waiting: { resolve: () => void; reject: (cause: Error) => void }[] = [];

  override durable(): Promise<void> {
    if (this.automatic) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  write(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  fail(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the disk is gone'));
  }
}

const event = (id: string, more: object = {}): object => ({
  event_id: id,
  timestamp: '2026-11-20T10:00:00Z',
  sensor: 'sensor1',
  src_ip: '192.0.2.1',
  dst_ip: '192.0.2.2',
  plugin_id: 1001,
  plugin_sid: 50001,
  ...more,
});

const noLimits: RateLimits = { maxEps: 0, minEps: 0, maxDelaySeconds: 0, holdSeconds: 0 };

describe('HttpEventsInput', () => {
  const { dir } = temporaryDirs();
  let sink: SlowSink;
  let log: CollectingLog;
  let inputs: HttpEventsInput[];
  let files: RejectedFile[];
  let rejectedPath: string;

  const makeIntake = (limits = noLimits): EventIntake => {
    const rejected = new RejectedFile({ path: rejectedPath, log });
    files.push(rejected);
    return new EventIntake({ sink, rejected, limit: new RateLimit(limits, performance.now()) });
  };
  const open = async (limits = noLimits): Promise<{ input: HttpEventsInput; port: number }> => {
    const intake = makeIntake(limits);
    const input = new HttpEventsInput({ host: '127.0.0.1', port: 0, maxConnections: 100, intake, log });
    inputs.push(input);
    await input.start();
    return { input, port: Number(/\d+$/.exec(input.address)?.[0]) };
  };
  const post = (port: number, body: unknown, path = '/events'): Promise<HttpAnswer> =>
    ask(port, {
      method: 'POST',
      path,
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
  const taken = ({ text }: HttpAnswer): unknown => JSON.parse(text);

  beforeEach(() => {
    sink = new SlowSink();
    log = new CollectingLog();
    inputs = [];
    files = [];
    rejectedPath = join(dir(), 'rejected.jsonl');
  });

  afterEach(async () => {
    sink.allow(Number.POSITIVE_INFINITY);
    sink.automatic = true;
    sink.write();
    await Promise.all(inputs.map((input) => input.stop()));
    await Promise.all(files.map((file) => file.close()));
  });

  it('takes one event, as the bytes it was sent as, from a named peer', async () => {
    const { input, port } = await open();
    const body = ` {"unknown": "ü\\u0000",${JSON.stringify(event('a')).slice(1)}\n`;
    const before = Date.now();
    const answer = await post(port, body);
    expect(answer.status).to.equal(200);
    expect(taken(answer)).to.deep.equal({ accepted: 1, rejected: 0, repeated: 0, faults: [] });
    expect(sink.frames.map(({ bytes }) => bytes.toString('utf8'))).to.deep.equal([body.trim()]);
    const [frame] = sink.frames;
    expect(frame?.source).to.include({ input: `http 127.0.0.1:${port}`, peer: '127.0.0.1', format: 'normalized' });
    expect(frame?.receivedAt).to.be.within(before, Date.now());
    expect(input.counters()).to.include({ requests: 1, received: 1, bytes: Buffer.byteLength(body), answered_200: 1 });
  });

  it('takes the events of an array, in order, at both paths', async () => {
    const { port } = await open();
    const events = Array.from({ length: 250 }, (_, n) => event(`id ${n}`));
    expect((await post(port, events.slice(0, 100))).status).to.equal(200);
    expect((await post(port, JSON.stringify(events.slice(100), null, 2), '/events/')).status).to.equal(200);
    expect(sink.frames.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as unknown)).to.deep.equal(events);
  });

  it('takes any content type, also one that is none, or none at all', async () => {
    const { port } = await open();
    const types = [
      'application/json',
      'application/json; charset=UTF-8',
      'text/plain',
      'image/png',
      'no type',
      '',
      undefined,
    ];
    for (const [n, type] of types.entries()) {
      const { status } = await ask(port, {
        method: 'POST',
        path: '/events',
        headers: type === undefined ? {} : { 'content-type': type },
        body: JSON.stringify(event(`typed ${n}`)),
      });
      expect(status, String(type)).to.equal(200);
    }
    expect(sink.frames).to.have.length(types.length);
  });

  it('answers 200 only once the events are on disk', async () => {
    const { port } = await open();
    sink.automatic = false;
    let answered = false;
    const answer = post(port, event('a')).then((got) => {
      answered = true;
      return got;
    });
    await until('the event is being written', () => sink.waiting === 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).to.equal(false);
    sink.write();
    expect((await answer).status).to.equal(200);
  });

  it('takes the good events of a batch, and keeps the bad ones with the reason', async () => {
    const { input, port } = await open();
    const answer = await post(port, [event('a'), event('b', { src_ip: 'x' }), 5, event('c'), { event_id: '\u001b' }]);
    expect(answer.status).to.equal(200);
    const { faults, ...counts } = taken(answer) as { faults: string[] };
    expect(counts).to.deep.equal({ accepted: 2, rejected: 3, repeated: 0 });
    expect(faults[0]).to.equal('event 1: src_ip is "x", an IPv4 or IPv6 address would be right');
    expect(faults[1]).to.equal('event 2: the event is 5, an object would be right');
    expect(faults[2]).to.match(/^event 4: timestamp is .*; sensor is .*/);
    expect(sink.frames).to.have.length(2);
    const text = readFileSync(rejectedPath, 'utf8');
    const kept = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { reason: string; event: string; peer: string });
    expect(kept.map((one) => one.event)).to.deep.equal([
      JSON.stringify(event('b', { src_ip: 'x' })),
      '5',
      '{"event_id":"\\u001b"}',
    ]);
    expect(kept[0]).to.include({ peer: '127.0.0.1', reason: 'src_ip is "x", an IPv4 or IPv6 address would be right' });
    expect(input.counters()).to.include({ received: 2, refused_events: 3 });
  });

  it('answers 418 where no event of the request is acceptable', async () => {
    const { port } = await open();
    for (const body of ['{}', '[{},{}]', 'null', '"text"', '5', '[]', '[[]]']) {
      const answer = await post(port, body);
      expect(answer.status, body).to.equal(418);
      const { accepted, faults } = taken(answer) as { accepted: number; faults: string[] };
      expect(accepted).to.equal(0);
      expect(faults, body).not.to.deep.equal([]);
    }
    expect(sink.frames).to.deep.equal([]);
  });

  it('answers 400 where the body is not JSON, and takes nothing of it', async () => {
    const { input, port } = await open();
    const good = JSON.stringify(event('a'));
    for (const body of [
      '',
      ' ',
      '{',
      'hello',
      `[${good},]`,
      `[${good},nil]`,
      `[${good}`,
      `${good}${good}`,
      `${good}\n${good}`,
    ]) {
      const answer = await post(port, body);
      expect(answer.status, body).to.equal(400);
      expect((JSON.parse(answer.text) as { error: string }).error).to.match(/would be right$/);
    }
    expect(sink.frames).to.deep.equal([]);
    expect(existsSync(rejectedPath)).to.equal(false);
    expect(input.counters()).to.include({ answered_400: 9, refused_events: 0 });
  });

  it('says how many events were wrong, but shows only the first faults', async () => {
    const { port } = await open();
    const answer = await post(
      port,
      Array.from({ length: 500 }, () => ({})),
    );
    const { rejected, faults } = taken(answer) as { rejected: number; faults: string[] };
    expect(rejected).to.equal(500);
    expect(faults).to.have.length(10);
    expect(Math.max(...faults.map((fault) => fault.length))).to.be.at.most(500);
  });

  it('does not take repeats again, within and over requests', async () => {
    const { input, port } = await open();
    expect(taken(await post(port, [event('a'), event('b'), event('a')]))).to.include({ accepted: 2, repeated: 1 });
    const again = await post(port, event('a'));
    expect(again.status).to.equal(200);
    expect(taken(again)).to.include({ accepted: 0, repeated: 1 });
    expect(sink.frames).to.have.length(2);
    expect(input.counters()).to.include({ received: 2, repeated: 2 });
  });

  it('answers 503 where the disk fails, and takes the same event of the retry', async () => {
    const { port } = await open();
    sink.automatic = false;
    const first = post(port, event('a'));
    await until('the event is being written', () => sink.waiting === 1);
    sink.fail();
    expect((await first).status).to.equal(503);
    sink.automatic = true;
    expect(taken(await post(port, event('a')))).to.include({ accepted: 1, repeated: 0 });
    expect(sink.frames).to.have.length(2);
  });

  it('never acknowledges a repeat before the event it repeats is on disk', async () => {
    const { port } = await open();
    sink.automatic = false;
    const answers = [post(port, event('a')), post(port, event('a'))];
    await until('both wait', () => sink.waiting === 2);
    sink.fail();
    for (const answer of answers) expect((await answer).status).to.equal(503);
  });

  it('answers 503 while the sink is full, before reading the body, and takes the retry', async () => {
    const { input, port } = await open();
    sink.capacity = 0;
    const answer = await post(port, event('a'));
    expect(answer.status).to.equal(503);
    expect(answer.headers['retry-after']).to.equal('1');
    sink.allow(Number.POSITIVE_INFINITY);
    expect(taken(await post(port, event('a')))).to.include({ accepted: 1 });
    expect(input.counters()).to.include({ answered_503: 1, answered_200: 1 });
  });

  it('waits within a batch while the sink is full, and pushes nothing meanwhile', async () => {
    const { port } = await open();
    sink.capacity = 3;
    const answer = post(
      port,
      [1, 2, 3, 4, 5].map((n) => event(String(n))),
    );
    await sink.holds(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sink.frames).to.have.length(3);
    sink.allow(Number.POSITIVE_INFINITY);
    expect(taken(await answer)).to.include({ accepted: 5 });
    expect(sink.pushedWhileFull).to.equal(0);
  });

  it('answers 429 over the rate limit', async () => {
    const { input, port } = await open({ ...noLimits, minEps: 1, maxEps: 1 });
    expect((await post(port, [event('a'), event('b'), event('c')])).status).to.equal(200);
    const answer = await post(port, event('d'));
    expect(answer.status).to.equal(429);
    expect(answer.headers['retry-after']).to.equal('1');
    expect(input.counters()).to.include({ answered_429: 1, received: 3 });
  });

  it('answers 413 to a body over 100 MiB, announced or not', async () => {
    const { port } = await open();
    const announced = connect(port, '127.0.0.1');
    announced.write(`POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${100 * 1024 * 1024 + 1}\r\n\r\n{`);
    const [first] = (await once(announced, 'data')) as [Buffer];
    expect(first.toString()).to.match(/^HTTP\/1\.1 413 /);
    announced.destroy();
    const chunked = connect(port, '127.0.0.1');
    chunked.on('error', () => undefined); // It is closed while we still send.
    const answered = once(chunked, 'data') as Promise<[Buffer]>;
    chunked.write('POST /events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    const part = Buffer.from(`100000\r\n${' '.repeat(0x100000)}\r\n`);
    for (let n = 0; n < 101; n += 1) {
      if (!chunked.write(part)) await Promise.race([once(chunked, 'drain'), answered]);
    }
    expect((await answered)[0].toString()).to.match(/^HTTP\/1\.1 413 /);
    chunked.destroy();
  });

  it('refuses an event that is too large or nests too deep, without parsing it', async () => {
    const { port } = await open();
    const large = event('large', { unknown: 'x'.repeat(1024 * 1024) });
    const deep = `${JSON.stringify(event('deep')).slice(0, -1)},"unknown":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    const medium = `${JSON.stringify(event('deep')).slice(0, -1)},"unknown":${'['.repeat(70)}${']'.repeat(70)}}`;
    const answer = await post(port, `[${JSON.stringify(large)},${deep},${medium},${JSON.stringify(event('a'))}]`);
    expect(answer.status).to.equal(200);
    const { accepted, faults } = taken(answer) as { accepted: number; faults: string[] };
    expect(accepted).to.equal(1);
    expect(faults[0]).to.match(/^event 0: the event has \d+ bytes, at most 1048576 would be right$/);
    expect(faults[1]).to.match(/^event 1: the event has/);
    expect(faults[2]).to.equal('event 2: the event nests 71 deep, at most 64 would be right');
  });

  it('lets others have their turn while it reads a large body', async () => {
    const { port } = await open();
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const body = `[${Array.from({ length: 60_000 }, (_, n) => JSON.stringify(event(String(n)))).join()}]`;
    const sent = Buffer.from(body);
    turns = 0;
    const answer = await post(port, sent);
    clearInterval(counting);
    expect(taken(answer)).to.include({ accepted: 60_000 });
    expect(turns).to.be.greaterThan(5);
  });

  it('takes nothing from names that mean something to objects', async () => {
    const { port } = await open();
    const body = `{"__proto__":${JSON.stringify(event('a'))},"constructor":{"prototype":{"event_id":"b"}}}`;
    expect((await post(port, body)).status).to.equal(418);
    expect(({} as Record<string, unknown>)['event_id']).to.equal(undefined);
  });

  it('has one answer for requests it does not know', async () => {
    const { port } = await open();
    for (const path of ['/', '/config', '/debug/vars/', '/events/a', '/%00', '/%zz']) {
      const { status } = await ask(port, { path });
      expect(status, path).to.be.within(400, 404);
    }
    expect((await ask(port, { method: 'GET', path: '/events' })).status).to.equal(404);
    expect((await ask(port, { method: 'PUT', path: '/events', body: '{}' })).status).to.equal(404);
  });

  it('refuses requests for other hosts and from other origins, and what is compressed', async () => {
    const { port } = await open();
    const send = (headers: Record<string, string>): Promise<HttpAnswer> =>
      ask(port, { method: 'POST', path: '/events', headers, body: JSON.stringify(event('a')) });
    expect((await send({ host: 'evil.example' })).status).to.equal(403);
    expect((await send({ host: `evil.example:${port}` })).status).to.equal(403);
    expect((await send({ origin: 'https://evil.example' })).status).to.equal(403);
    expect((await send({ origin: 'null' })).status).to.equal(403);
    expect((await send({ 'content-encoding': 'gzip' })).status).to.equal(415);
    expect(sink.frames).to.deep.equal([]);
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:1', '[::1]:8080']) {
      expect((await send({ host })).status, host).to.equal(200);
    }
    expect((await send({ host: 'localhost:80', origin: 'http://localhost:80' })).status).to.equal(200);
  });

  it('says nothing of itself, and lets nobody store or guess its answers', async () => {
    const { port } = await open();
    const { headers } = await post(port, event('a'));
    expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers).not.to.have.any.keys('server', 'x-powered-by');
    expect((await ask(port, { path: '/nothing' })).headers).to.include({ 'x-content-type-options': 'nosniff' });
  });

  it('refuses headers without end', async () => {
    const { port } = await open();
    const { status } = await ask(port, { path: '/', headers: { 'x-long': 'x'.repeat(20_000) } });
    expect(status).to.equal(431);
  });

  it('closes connections over its limit, and counts them', async () => {
    const intake = makeIntake();
    const input = new HttpEventsInput({ host: '127.0.0.1', port: 0, maxConnections: 2, intake, log });
    inputs.push(input);
    await input.start();
    const port = Number(/\d+$/.exec(input.address)?.[0]);
    const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await until('both are connected', () => input.counters()['connections'] === 2);
    const third = connect(port, '127.0.0.1');
    third.on('error', () => undefined); // Closed or reset, as the kernel likes.
    await once(third, 'close');
    expect(input.counters()).to.include({ refused_connections: 1 });
    for (const socket of held) socket.destroy();
  });

  it('answers what is under way before it stops, and takes nothing after', async () => {
    const { input, port } = await open();
    sink.automatic = false;
    const answer = post(port, event('a'));
    await until('the event is being written', () => sink.waiting === 1);
    const stopping = input.stop();
    sink.write();
    expect((await answer).status).to.equal(200);
    await stopping;
    const refused = await post(port, event('b')).catch((cause: unknown) => cause);
    expect(refused).to.be.instanceOf(Error);
    expect(sink.frames).to.have.length(1);
    await input.stop();
  });

  it('stops although a sender never ends its request', async () => {
    const { input, port } = await open();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined); // It may be reset.
    socket.write('POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    await until('it is connected', () => input.counters()['connections'] === 1);
    await input.stop();
    expect(sink.frames).to.deep.equal([]);
    socket.destroy();
  });

  it('says that a port is in use, where, and what would be right', async () => {
    const { port } = await open();
    const intake = makeIntake();
    const second = new HttpEventsInput({ host: '127.0.0.1', port, maxConnections: 10, intake, log });
    const error: unknown = await second.start().catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(InputError);
    expect((error as Error).message).to.match(/^cannot listen on http 127\.0\.0\.1:\d+: address already in use; /);
    await second.stop();
  });

  it('listens on all interfaces without a host, for any Host, and shows IPv4 peers as such', async () => {
    const intake = makeIntake();
    const input = new HttpEventsInput({ port: 0, maxConnections: 10, intake, log });
    inputs.push(input);
    await input.start();
    const port = Number(/\d+$/.exec(input.address)?.[0]);
    const answer = await ask(port, {
      method: 'POST',
      path: '/events',
      headers: { host: 'siem.example' },
      body: JSON.stringify(event('a')),
    });
    expect(answer.status).to.equal(200);
    expect(sink.frames[0]?.source).to.include({ peer: '127.0.0.1', input: `http *:${port}` });
  });
});
