import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { HttpServer } from '../../src/api/http-server.js';
import { guardRequest } from '../../src/api/request-guard.js';
import { CollectingLog } from '../contracts/input.js';
import { until } from '../support/eventually.js';
import { ask, type HttpAnswer } from '../support/http-client.js';

describe('HttpServer', () => {
  let server: HttpServer;
  let port: number;
  let lengths: number[];
  const mostBodyBytes = 1_000_000;

  beforeEach(async () => {
    const log = new CollectingLog();
    server = new HttpServer({ host: '127.0.0.1', port: 0, maxConnections: 100, mostBodyBytes, log });
    lengths = [];
    for (const method of ['POST', 'DELETE'] as const) {
      server.app.route({
        method,
        url: '/take',
        handler: (request, reply) => {
          lengths.push((request.body as Buffer | undefined)?.length ?? -1);
          return reply.send({});
        },
      });
    }
    ({ port } = await server.listen());
  });

  afterEach(() => server.close(100));

  const send = (method: string, path: string, bytes: number): Promise<HttpAnswer> =>
    ask(port, { method, path, body: Buffer.alloc(bytes, 0x20) });
  const begin = (bytes: number): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined); // It may be reset.
    socket.write(`POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes + 1}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes));
    return socket;
  };

  it('gives bodies as they are, and none where there is none', async () => {
    expect((await send('POST', '/take', 5)).status).to.equal(200);
    expect((await ask(port, { method: 'DELETE', path: '/take' })).status).to.equal(200);
    expect(lengths).to.deep.equal([5, -1]);
  });

  it('has room again for bodies once requests are answered, whatever they asked for', async () => {
    for (const [method, path, status] of [
      ['POST', '/take', 200],
      ['DELETE', '/take', 200],
      ['PUT', '/nothing', 404],
      ['POST', '/nothing', 404],
    ] as const) {
      for (let n = 0; n < 3; n += 1) expect((await send(method, path, 600_000)).status, method).to.equal(status);
    }
  });

  it('answers 503 while unfinished bodies take all room, and has it again when their senders are gone', async () => {
    const held = begin(600_000);
    await until('the body that never ends is held', async () => {
      const { status } = await send('POST', '/take', 500_000);
      return status === 503;
    });
    held.destroy();
    await once(held, 'close');
    await until('there is room again', async () => (await send('POST', '/take', 500_000)).status === 200);
  });

  it('answers paths that cannot be read as it answers all else', async () => {
    const answer = await send('POST', '/take/%zz', 1);
    expect([answer.status, answer.headers['x-content-type-options']]).to.deep.equal([400, 'nosniff']);
    expect(Object.keys(JSON.parse(answer.text) as object)).to.deep.equal(['error']);
  });

  it('answers 500 without saying why, where a handler fails', async () => {
    const log = new CollectingLog();
    const failing = new HttpServer({ host: '127.0.0.1', port: 0, maxConnections: 10, log });
    failing.app.get('/', () => {
      throw new Error('a secret');
    });
    const { port: at } = await failing.listen();
    const { status, text } = await ask(at, { path: '/' });
    await failing.close(100);
    expect(status).to.equal(500);
    expect(text).not.to.contain('secret');
    expect(log.lines).to.deep.equal(['warn http: a request failed: a secret']);
  });
});

describe('guardRequest()', () => {
  const table: readonly [string | undefined, string | undefined, string, boolean][] = [
    ['localhost:8080', undefined, '127.0.0.1', true],
    ['LOCALHOST', undefined, '127.0.0.1', true],
    ['127.0.0.1:8080', undefined, '127.0.0.1', true],
    ['[::1]:8080', undefined, '::1', true],
    ['127.0.0.2:8080', undefined, '127.0.0.2', true],
    ['evil.example:8080', undefined, '127.0.0.1', false],
    ['localhost.evil.example', undefined, '::1', false],
    ['127.0.0.1.evil.example', undefined, '127.0.0.1', false],
    ['', undefined, '127.0.0.1', false],
    [undefined, undefined, '::1', false],
    ['siem.example', undefined, '127.9.9.9', false],
    ['siem.example', undefined, '::ffff:127.0.0.1', false],
    ['siem.example', undefined, '128.0.0.1', true],
    ['siem.example', undefined, '0.0.0.0', true],
    [undefined, undefined, '::', true],
    ['siem.example', 'http://siem.example', '0.0.0.0', true],
    ['siem.example:8080', 'https://siem.example:8080', '::', true],
    ['siem.example', 'http://evil.example', '0.0.0.0', false],
    ['siem.example', 'http://siem.example.evil.example', '0.0.0.0', false],
    ['siem.example', 'null', '0.0.0.0', false],
    ['localhost:8080', 'http://localhost:9090', '127.0.0.1', false],
  ];
  for (const [host, origin, boundTo, allowed] of table) {
    it(`${allowed ? 'lets in' : 'refuses'} Host ${host} with Origin ${origin} at ${boundTo}`, () => {
      expect(guardRequest({ host, origin }, boundTo) === undefined).to.equal(allowed);
    });
  }
});
