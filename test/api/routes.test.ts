// Longer than most: every route of one server.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { ConfigDir } from '../../src/api/config-dir.js';
import { HttpServer } from '../../src/api/http-server.js';
import { addRoutes, type Routes } from '../../src/api/routes.js';
import { CollectingLog } from '../contracts/input.js';
import { until } from '../support/eventually.js';
import { ask, type HttpAnswer } from '../support/http-client.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('addRoutes()', () => {
  const { dir } = temporaryDirs();
  let servers: HttpServer[];
  let log: CollectingLog;

  const open = async (routes: Partial<Routes> = {}): Promise<number> => {
    const server = new HttpServer({ host: '127.0.0.1', port: 0, maxConnections: 100, log });
    servers.push(server);
    await addRoutes(server.app, {
      dir: new ConfigDir(dir()),
      check: undefined,
      dsiemConfig: () => ({ status: ['Open', 'Closed'], tags: ['Valid'] }),
      counters: () => ({ io: { frames: 5 } }),
      received: () => 0,
      ...routes,
    });
    return (await server.listen()).port;
  };
  const get = (port: number, path: string): Promise<HttpAnswer> => ask(port, { path });

  beforeEach(() => {
    servers = [];
    log = new CollectingLog();
  });

  afterEach(() => Promise.all(servers.map((server) => server.close(100))));

  describe('/config', () => {
    it('lists the JSON files, at both paths', async () => {
      for (const name of ['directives_b.json', 'assets_a.json', 'notes.txt', '.hidden.json', 'a.b.json']) {
        writeFileSync(join(dir(), name), '{}');
      }
      const port = await open();
      const wanted = {
        files: ['assets_a.json', 'directives_b.json', 'dsiem_config.json'].map((filename) => ({ filename })),
      };
      for (const path of ['/config', '/config/']) {
        const { status, text, headers } = await get(port, path);
        expect(status).to.equal(200);
        expect(headers['content-type']).to.match(/^application\/json/);
        expect(JSON.parse(text)).to.deep.equal(wanted);
      }
    });

    it('gives a file as it is', async () => {
      const text = '{"assets":[ "ü" ]}\n';
      writeFileSync(join(dir(), 'assets_a.json'), text);
      const port = await open();
      const answer = await get(port, '/config/assets_a.json');
      expect(answer.status).to.equal(200);
      expect(answer.text).to.equal(text);
      expect(answer.headers['content-type']).to.match(/^application\/json/);
    });

    it('gives status and tags as dsiem_config.json', async () => {
      const port = await open({ dir: undefined });
      const { status, text } = await get(port, '/config/dsiem_config.json');
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.deep.equal({ status: ['Open', 'Closed'], tags: ['Valid'] });
      expect(JSON.parse((await get(port, '/config')).text)).to.deep.equal({
        files: [{ filename: 'dsiem_config.json' }],
      });
    });

    it('answers 404 for what is not there or is no file', async () => {
      mkdirSync(join(dir(), 'dir.json'));
      symlinkSync(join(dir(), 'nowhere'), join(dir(), 'gone.json'));
      const port = await open();
      for (const name of ['none.json', 'dir.json', 'gone.json']) {
        expect((await get(port, `/config/${name}`)).status, name).to.equal(404);
      }
    });

    it('answers 418 for a name that no configuration file can have', async () => {
      writeFileSync(join(dir(), '..hidden.json'), '{}');
      const port = await open();
      const names = [
        '..%2f..%2fetc%2fpasswd',
        '%2e%2e',
        '-a.json',
        '.a.json',
        'a',
        'a.JSON',
        'a.json.txt',
        'a%00.json',
        'ä.json',
        `${'a'.repeat(230)}.json`,
      ];
      for (const name of names)
        expect((await get(port, `/config/${encodeURI(name).replaceAll('%25', '%')}`)).status, name).to.equal(418);
    });

    it('is read-only unless asked for otherwise', async () => {
      writeFileSync(join(dir(), 'assets_a.json'), '{}');
      const port = await open();
      for (const method of ['POST', 'DELETE', 'PUT']) {
        const { status } = await ask(port, { method, path: '/config/assets_a.json', body: '{}' });
        expect(status, method).to.equal(404);
      }
      expect(readFileSync(join(dir(), 'assets_a.json'), 'utf8')).to.equal('{}');
    });
  });

  describe('/config, writable', () => {
    const asked: string[] = [];
    const check = async (name: string, text: string): Promise<readonly string[]> => {
      asked.push(`${name} ${text}`);
      return text.includes('bad') ? ['line 1 is bad', 'line 2 is bad'] : [];
    };
    const write = (port: number, name: string, body: string | Uint8Array): Promise<HttpAnswer> =>
      ask(port, { method: 'POST', path: `/config/${name}`, body });

    it('writes what passes the check, and leaves nothing else behind', async () => {
      const port = await open({ check });
      expect((await write(port, 'assets_a.json', '{"ü":1}')).status).to.equal(201);
      expect(asked.at(-1)).to.equal('assets_a.json {"ü":1}');
      expect(readFileSync(join(dir(), 'assets_a.json'), 'utf8')).to.equal('{"ü":1}');
      expect((await write(port, 'assets_a.json', '{}')).status).to.equal(201);
      expect(readFileSync(join(dir(), 'assets_a.json'), 'utf8')).to.equal('{}');
      expect(readdirSync(dir())).to.deep.equal(['assets_a.json']);
      expect(statSync(join(dir(), 'assets_a.json')).mode & 0o027).to.equal(0);
    });

    it('answers 418 with all faults, and leaves the file as it was', async () => {
      const port = await open({ check });
      await write(port, 'assets_a.json', '{}');
      const answer = await write(port, 'assets_a.json', 'bad');
      expect(answer.status).to.equal(418);
      expect(JSON.parse(answer.text)).to.deep.equal({ faults: ['line 1 is bad', 'line 2 is bad'] });
      expect(readFileSync(join(dir(), 'assets_a.json'), 'utf8')).to.equal('{}');
    });

    it('refuses names that no file can have, and what is not UTF-8, before any check', async () => {
      const port = await open({ check });
      const before = asked.length;
      expect((await write(port, '..%2fassets_a.json', '{}')).status).to.equal(418);
      expect((await write(port, 'assets_a.json', Buffer.from([0xff, 0xfe]))).status).to.equal(418);
      expect(asked).to.have.length(before);
      expect(readdirSync(dir())).to.deep.equal([]);
    });

    it('deletes', async () => {
      const port = await open({ check });
      await write(port, 'assets_a.json', '{}');
      const remove = (name: string): Promise<HttpAnswer> => ask(port, { method: 'DELETE', path: `/config/${name}` });
      expect((await remove('assets_a.json')).status).to.equal(200);
      expect((await remove('assets_a.json')).status).to.equal(404);
      expect((await remove('%2e%2e')).status).to.equal(418);
      expect(readdirSync(dir())).to.deep.equal([]);
    });

    it('makes one change after the other, each checked with what the last left', async () => {
      let running = 0;
      let most = 0;
      const port = await open({
        check: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
          return [];
        },
      });
      const answers = await Promise.all([1, 2, 3, 4].map((n) => write(port, `assets_${n}.json`, '{}')));
      expect(answers.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201]);
      expect(most).to.equal(1);
    });

    it('is not written by pages of other sites', async () => {
      const port = await open({ check });
      const headers = { origin: 'http://evil.example' };
      const { status } = await ask(port, { method: 'POST', path: '/config/assets_a.json', headers, body: '{}' });
      expect(status).to.equal(403);
      expect(readdirSync(dir())).to.deep.equal([]);
    });

    it('tells the sender nothing of a fault of ours, and the operator all', async () => {
      const port = await open({ check, dir: new ConfigDir(join(dir(), 'nowhere')) });
      const answer = await write(port, 'assets_a.json', '{}');
      expect(answer.status).to.equal(500);
      expect(answer.text).not.to.contain(dir());
      expect(log.lines.join()).to.match(/^warn http: a request failed: ENOENT.*nowhere/);
    });
  });

  it('shows counters', async () => {
    const port = await open();
    for (const path of ['/debug/vars', '/debug/vars/']) {
      const { status, text } = await get(port, path);
      expect(status).to.equal(200);
      expect(JSON.parse(text)).to.deep.equal({ io: { frames: 5 } });
    }
  });

  it('says what it is, and that there is no console yet', async () => {
    const port = await open();
    const root = await get(port, '/');
    expect(root.status).to.equal(200);
    expect(root.headers['content-type']).to.match(/^text\/plain/);
    expect(root.text).to.match(/^tocsin/);
    for (const path of ['/ui', '/ui/', '/ui/alarms/1']) {
      const { status, text } = await get(port, path);
      expect(status, path).to.equal(404);
      expect(text).to.match(/console comes with a later version/);
    }
  });

  describe('/eps/', () => {
    const watch = (port: number, path = '/eps/'): WebSocket => new WebSocket(`ws://127.0.0.1:${port}${path}`);

    it('tells how many events come a second, over the last second', async () => {
      let received = 1000;
      const port = await open({ received: () => (received += 50) });
      const socket = watch(port);
      const messages: unknown[] = [];
      socket.addEventListener('message', ({ data }) => void messages.push(JSON.parse(data as string)));
      await until('six messages came', () => messages.length >= 6);
      socket.close();
      expect(messages.slice(0, 6)).to.deep.equal(Array.from({ length: 6 }, () => ({ eps: 200 })));
    });

    it('is no page', async () => {
      expect((await get(await open(), '/eps/')).status).to.equal(404);
    });

    it('has room for so many, and lets the server close', async () => {
      const port = await open();
      const sockets = Array.from({ length: 33 }, () => watch(port));
      const closed: number[] = [];
      let opened = 0;
      for (const socket of sockets) {
        socket.addEventListener('open', () => (opened += 1));
        socket.addEventListener('close', ({ code }) => void closed.push(code));
      }
      await until('one is turned away', () => opened === 33 && closed.length === 1);
      expect(closed).to.deep.equal([1013]);
      await servers[0]?.close(1000);
      await until('all are closed', () => closed.length === 33);
    });

    it('ends who sends more than nothing', async () => {
      const port = await open();
      const socket = watch(port);
      const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
      socket.addEventListener('open', () => socket.send('x'.repeat(100_000)));
      expect(await closed).to.be.oneOf([1006, 1009]);
    });
  });
});
