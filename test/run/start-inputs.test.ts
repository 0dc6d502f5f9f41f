import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { HttpListeners, type HttpSpec } from '../../src/run/http-listeners.js';
import type { InputParts } from '../../src/run/input-spec.js';
import { startInputs } from '../../src/run/start-inputs.js';
import { CollectingLog, CollectingSink } from '../contracts/input.js';
import { temporaryDirs } from '../support/temporary-dir.js';

describe('startInputs()', () => {
  const { dir } = temporaryDirs();
  let log: CollectingLog;
  let parts: InputParts;
  let http: HttpListeners;
  let other: Server;
  let taken: HttpSpec;
  const tcp = {
    kind: 'tcp',
    host: '127.0.0.1',
    port: 0,
    maxFrame: 65_536,
    maxConnections: 10,
    idleTimeoutMs: 1000,
  } as const;

  beforeEach(async () => {
    log = new CollectingLog();
    const sink = new CollectingSink();
    http = new HttpListeners({
      settings: {
        limits: { maxEps: 0, minEps: 0, maxDelaySeconds: 0, holdSeconds: 0 },
        dataDir: dir(),
        configDir: undefined,
        configWritable: false,
        modules: [],
        dsiemConfig: { status: [], tags: [] },
      },
      sink,
      delaySeconds: () => 0,
      received: () => 0,
      log,
    });
    parts = { sink, positions: new Map(), http, log };
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    taken = { kind: 'http', host: '127.0.0.1', port, maxConnections: 10, ingestOnly: false, optional: true };
  });

  afterEach(async () => {
    other.close();
    await http.close();
  });

  it('goes on without the HTTP listener nobody asked for, where its port is taken, and says so', async () => {
    const inputs = await startInputs([tcp, taken], parts);
    expect(inputs.map(({ name }) => name.slice(0, 3))).to.deep.equal(['tcp']);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(
      /^warn going on without HTTP: cannot listen on http 127\.0\.0\.1:\d+: address already/,
    );
    await Promise.all(inputs.map((input) => input.stop()));
  });

  it('stops everything where a listener that was asked for cannot start, and names every one', async () => {
    const asked = { ...taken, optional: false };
    const thrown: unknown = await startInputs([tcp, asked, asked], parts).catch((cause: unknown) => cause);
    expect((thrown as Error).message).to.match(/^cannot listen on http [^\n]*\ncannot listen on http [^\n]*$/);
  });
});
