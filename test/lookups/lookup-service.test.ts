import type { ServerResponse } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readLookupFindings } from '../../src/lookups/lookup-question.js';
import { LookupService, type LookupServiceOptions } from '../../src/lookups/lookup-service.js';
import { type SourceDefinition, sourceKey } from '../../src/lookups/source-definition.js';
import type { LookupResult } from '../../src/module.js';
import { lookupServers } from '../support/lookup-server.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const wise = (url: string): SourceDefinition => ({ kind: 'intel', name: 'W', plugin: 'Wise', url: `${url}/ip/\${ip}` });
const nesd = (url: string): SourceDefinition => ({
  kind: 'vulnerabilities',
  name: 'N',
  plugin: 'Nesd',
  url: `${url}/?ip=\${ip}&port=\${port}`,
  allowLowSeverity: false,
});
const bad = '[{field: "tags", len: 4, value: "no"}, {field: "tags", len: 8, value: "bad one"}]';

describe('LookupService', () => {
  const servers = lookupServers();
  const { dir } = temporaryDirs();
  const services: LookupService[] = [];
  afterEach(() => {
    for (const service of services.splice(0)) service.close();
  });

  /** A service, and a way to ask it and get the answer. */
  const start = (source: SourceDefinition, more: Partial<LookupServiceOptions> = {}) => {
    const { log, notes } = noteLog();
    const answers = new Map<string, (result: LookupResult) => void>();
    const modules: string[] = [];
    const service = new LookupService({
      sources: [source],
      log,
      answer: (module, result) => {
        modules.push(module);
        answers.get(result.id)?.(result);
      },
      ...more,
    });
    services.push(service);
    let serial = 0;
    const askRaw = (query: unknown, key = sourceKey(source)): Promise<LookupResult> => {
      serial += 1;
      const id = `q${serial}`;
      const answered = new Promise<LookupResult>((resolve) => answers.set(id, resolve));
      service.ask({ id, source: key, query: query as never }, 'dsiem');
      return answered;
    };
    const ask = async (...terms: string[]) => readLookupFindings((await askRaw({ terms, maxAgeMinutes: 10 })).result);
    service.start();
    return { service, ask, askRaw, notes, modules, counts: () => service.counters().sources[0]! };
  };
  const says = (body: string) => (_: string, response: ServerResponse) => response.end(body);

  it('asks WISE about each address, and gives what it says to the module that asked', async () => {
    const server = await servers.start((path, response) => response.end(path === '/ip/8.8.8.8' ? bad : '[]'));
    const { ask, modules, counts } = start(wise(server.url));
    expect(await ask('8.8.8.8', '2001:db8::1')).to.deep.equal({
      hits: [{ provider: 'W', term: '8.8.8.8', result: 'tags: bad one' }],
      failed: [],
    });
    expect(server.asked.sort()).to.deep.equal(['/ip/2001%3Adb8%3A%3A1', '/ip/8.8.8.8']);
    expect(modules).to.deep.equal(['dsiem']);
    expect(counts()).to.include({ asked: 2, found: 1, nothing: 1, shared: 0 });
  });

  it('asks Nesd about each service', async () => {
    const body = JSON.stringify([{ cve: 'CVE-2014-6271', risk: 'High', name: 'Shellshock' }]);
    const server = await servers.start((path, response) =>
      response.end(path.includes('port=80') ? body : 'no vulnerability found\n'),
    );
    const { ask } = start(nesd(server.url));
    const provider = 'N';
    const result = 'High - Shellshock (CVE-2014-6271)';
    expect(await ask('10.0.0.1 80', '10.0.0.1 22', '2001:db8::1 80')).to.deep.equal({
      hits: [
        { provider, term: '10.0.0.1:80', result },
        { provider, term: '[2001:db8::1]:80', result },
      ],
      failed: [],
    });
    expect(server.asked).to.include('/?ip=2001%3Adb8%3A%3A1&port=80');
  });

  it('asks once for the same within the time answers are kept, "nothing" too, and again after it', async () => {
    let now = 0;
    const server = await servers.start((path, response) => response.end(path === '/ip/8.8.8.8' ? bad : '[]'));
    const { ask, counts } = start(wise(server.url), { now: () => now });
    const both = [
      await ask('8.8.8.8', '9.9.9.9'),
      ...(await Promise.all([ask('8.8.8.8', '9.9.9.9'), ask('8.8.8.8', '9.9.9.9')])),
    ];
    expect(new Set(both.map((one) => JSON.stringify(one))).size).to.equal(1);
    expect([server.asked.length, counts().shared]).to.deep.equal([2, 4]);
    now = 10 * 60_000 + 1;
    await ask('8.8.8.8');
    expect(server.asked.length).to.equal(3);
  });

  it('asks once for what several ask at the same time', async () => {
    const server = await servers.start(says(bad));
    const { ask } = start(wise(server.url));
    const answers = await Promise.all([ask('8.8.8.8'), ask('8.8.8.8'), ask('8.8.8.8')]);
    expect(answers.map(({ hits }) => hits.length)).to.deep.equal([1, 1, 1]);
    expect(server.asked.length).to.equal(1);
  });

  it('asks a source eight things at a time', async () => {
    const held: ServerResponse[] = [];
    const server = await servers.start((_, response) => {
      held.push(response);
      if (held.length === 8) for (const one of held.splice(0)) setImmediate(() => one.end('[]'));
    });
    const { ask } = start(wise(server.url));
    const { failed } = await ask(...Array.from({ length: 32 }, (_, i) => `8.8.8.${i}`));
    expect([failed, server.most(), server.asked.length]).to.deep.equal([[], 8, 32]);
  });

  const failures: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
    ['status', (response) => response.writeHead(500).end(bad)],
    ['status', (response) => response.writeHead(204).end()],
    ['redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end(bad)],
    ['malformed', (response) => response.end('<html>')],
    ['unreachable', (response) => response.destroy()],
    [
      'unreachable',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('[', () => response.destroy()),
    ],
    ['timeout', () => undefined],
    ['timeout', (response) => response.write('[')],
    ['too-large', (response) => response.end(`[${' '.repeat(1024 * 1024)}]`)],
  ];
  for (const [i, [reason, answer]] of failures.entries()) {
    it(`fails by ${reason}, says so, and asks again (${i + 1})`, async () => {
      const server = await servers.start((_, response) => answer(response));
      const { ask, counts, notes } = start(wise(server.url), { timeoutMs: 100 });
      expect(await ask('8.8.8.8')).to.deep.equal({ hits: [], failed: ['8.8.8.8'] });
      expect(await ask('8.8.8.8')).to.deep.equal({ hits: [], failed: ['8.8.8.8'] });
      expect(counts().failed).to.deep.equal({ [reason]: 2 });
      expect(server.asked).to.deep.equal(['/ip/8.8.8.8', '/ip/8.8.8.8']);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.match(
        new RegExp(`^warn intel/W fails \\(${reason}\\): .*; asked again at the next change`, 'u'),
      );
    });
  }

  it('ends a huge answer that never ends', async () => {
    let sent = 0;
    const server = await servers.start((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        response.write(' '.repeat(65_536), () => setImmediate(more));
      };
      more();
    });
    const { ask, counts } = start(wise(server.url));
    expect((await ask('8.8.8.8')).failed).to.deep.equal(['8.8.8.8']);
    expect(counts().failed).to.deep.equal({ 'too-large': 1 });
    expect(sent).to.be.below(64 * 1024 * 1024);
  });

  it('says when a source answers again', async () => {
    let broken = true;
    const server = await servers.start((_, response) => (broken ? response.writeHead(503).end() : response.end(bad)));
    const { ask, notes } = start(wise(server.url));
    await ask('8.8.8.8');
    broken = false;
    expect((await ask('8.8.8.8')).hits).to.have.length(1);
    expect(notes.at(-1)).to.equal('info intel/W answers again');
  });

  it('fails at once where nobody listens', async () => {
    const server = await servers.start(says(bad));
    await server.close();
    const { ask, counts } = start(wise(server.url));
    expect((await ask('8.8.8.8')).failed).to.deep.equal(['8.8.8.8']);
    expect(counts().failed).to.deep.equal({ unreachable: 1 });
  });

  it('goes on over a kept connection that the service has closed', async () => {
    const used = new Set<unknown>();
    const server = await servers.start((_, response) => {
      if (used.has(response.socket)) response.destroy();
      else response.end(bad);
      used.add(response.socket);
    });
    const { ask, counts } = start(wise(server.url));
    for (let i = 0; i < 3; i += 1) expect((await ask(`8.8.8.${i}`)).hits).to.have.length(1);
    expect(counts().failed).to.deep.equal({});
    expect(server.asked.length).to.equal(5);
  });

  it('bounds and escapes what a source says', async () => {
    const entries = Array.from({ length: 150 }, (_, i) => ({
      field: 'a',
      len: 9,
      value: `\u001b${i}${'x'.repeat(2000)}`,
    }));
    const server = await servers.start(says(JSON.stringify(entries)));
    const { ask, counts } = start(wise(server.url));
    const { hits } = await ask('8.8.8.8');
    expect(hits).to.have.length(100);
    expect(hits[0]!.result.slice(0, 10)).to.equal('a: \\x1b0xx');
    expect(hits[0]!.result.length).to.be.below(1100);
    expect(counts().resultsCut).to.equal(50);
    const many = await ask(...Array.from({ length: 32 }, (_, i) => `8.8.4.${i}`));
    expect(JSON.stringify(many).length).to.be.below(400_000);
    expect(counts().resultsCut).to.be.above(50 + 32 * 50);
  });

  it('answers from a list, and from what the list becomes', async () => {
    const file = join(dir(), 'bad.txt');
    writeFileSync(file, '8.8.8.0/24 resolvers\n');
    const { ask, counts } = start({ kind: 'intel', name: 'L', plugin: 'list', file }, { lookMs: 5 });
    expect(await ask('8.8.8.8', '9.9.9.9')).to.deep.equal({
      hits: [{ provider: 'L', term: '8.8.8.8', result: 'resolvers' }],
      failed: [],
    });
    writeFileSync(file, '9.9.9.9 quad nine\n');
    while ((await ask('9.9.9.9')).hits.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await ask('8.8.8.8')).hits).to.deep.equal([]);
    expect(counts().list).to.deep.equal({ entries: 1, faultyLines: 0, leftOut: 0 });
  });

  it('answers with an error what it cannot understand', async () => {
    const { askRaw } = start(wise('http://127.0.0.1:1'));
    expect(await askRaw({ terms: ['8.8.8.8'], maxAgeMinutes: 1 }, 'intel/gone')).to.deep.equal({
      id: 'q1',
      source: 'intel/gone',
      error: 'there is no lookup source intel/gone',
    });
    for (const query of [null, [], {}, { terms: 'x', maxAgeMinutes: 1 }, { terms: [] }]) {
      expect(await askRaw(query)).to.have.property('error');
    }
  });

  it('answers nothing before it is started, everything then, and nothing more once it is closed', async () => {
    const server = await servers.start((path, response) => (path.endsWith('9') ? undefined : response.end(bad)));
    const results: LookupResult[] = [];
    const { log } = noteLog();
    const service = new LookupService({
      sources: [wise(server.url)],
      log,
      answer: (_, result) => results.push(result),
    });
    services.push(service);
    const query = (address: string) => ({ terms: [address], maxAgeMinutes: 1 });
    service.ask({ id: 'a', source: 'intel/W', query: query('8.8.8.8') }, 'm');
    await new Promise((resolve) => setImmediate(resolve));
    expect([results.length, server.asked.length]).to.deep.equal([0, 0]);
    service.start();
    while (results.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    service.ask({ id: 'b', source: 'intel/W', query: query('8.8.8.9') }, 'm');
    while (server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    service.close();
    service.ask({ id: 'c', source: 'intel/W', query: query('8.8.8.8') }, 'm');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(results.map(({ id }) => id)).to.deep.equal(['a']);
    expect(service.counters()).to.include({ requests: 3, answered: 1, unanswered: 2 });
  });
});
