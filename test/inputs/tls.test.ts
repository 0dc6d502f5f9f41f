import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { frameFlags, InputError } from '../../src/inputs/input.js';
import { TcpInput } from '../../src/inputs/tcp.js';
import { CollectingLog, CollectingSink, contractMaxFrame, inputContract } from '../contracts/input.js';
import { asCounted, closed, portOf, write } from './tcp-client.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('  TLS tests are skipped: there is no openssl program to make certificates with');

const directory = mkdtempSync(join(tmpdir(), 'tls-'));
const path = (name: string): string => join(directory, name);

/** Makes `name.pem` and `name.key`, signed by `ca.pem` or by itself. */
const makeCertificate = (name: string, options: { readonly signed: boolean } = { signed: true }): void => {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const signature = options.signed ? ['-CA', path('ca.pem'), '-CAkey', path('ca.key')] : [];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
  execFileSync('openssl', [...request, ...names, ...signature, ...files], { stdio: 'ignore' });
};

const connectTls = async (input: TcpInput, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const ca = readFileSync(path('ca.pem'));
  const socket = connect({ host: '127.0.0.1', port: portOf(input.address), ca, ...options });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
};

(hasOpenssl ? describe : describe.skip)('TLS', () => {
  before(() => {
    makeCertificate('ca', { signed: false });
    makeCertificate('server');
    makeCertificate('client');
    makeCertificate('stranger', { signed: false });
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const files = { cert: path('server.pem'), key: path('server.key') };

  inputContract(
    'TLS',
    async (sink, log) => {
      const input = new TcpInput(sink, { host: '127.0.0.1', port: 0, tls: files, maxFrame: contractMaxFrame, log });
      let socket: TLSSocket | undefined;
      return {
        input,
        send: async (frames) => {
          socket ??= await connectTls(input);
          await write(socket, Buffer.concat(frames.map(asCounted)));
        },
        sendHalf: async (bytes) => {
          socket ??= await connectTls(input);
          await write(socket, Buffer.concat([Buffer.from('100 '), bytes]));
        },
        close: async () => void socket?.destroy(),
      };
    },
    { waits: true },
  );

  describe('TcpInput with TLS', () => {
    let sink: CollectingSink;
    let log: CollectingLog;
    let inputs: TcpInput[];
    const make = (options: Partial<ConstructorParameters<typeof TcpInput>[1]> = {}): TcpInput => {
      const input = new TcpInput(sink, { host: '127.0.0.1', port: 0, tls: files, log, ...options });
      inputs.push(input);
      return input;
    };
    const open = async (options: Partial<ConstructorParameters<typeof TcpInput>[1]> = {}): Promise<TcpInput> => {
      const input = make(options);
      await input.start();
      return input;
    };
    const failures = async (input: TcpInput, count: number): Promise<void> => {
      while (input.counters().handshake_failures! < count) await new Promise((resolve) => setImmediate(resolve));
    };
    const client = (name: string): ConnectionOptions => ({
      cert: readFileSync(path(`${name}.pem`)),
      key: readFileSync(path(`${name}.key`)),
    });
    const refusal = async (tls: { cert: string; key: string; ca?: string }): Promise<string> => {
      const error: unknown = await make({ tls })
        .start()
        .catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(InputError);
      return (error as Error).message;
    };

    beforeEach(() => {
      sink = new CollectingSink();
      log = new CollectingLog();
      inputs = [];
    });
    afterEach(() => Promise.all(inputs.map((input) => input.stop())));

    it('is named tls, and takes both framings and half frames', async () => {
      const input = await open();
      const socket = await connectTls(input);
      socket.end('<1>line\n6 <2>two<3>half');
      await sink.holds(3);
      expect(sink.texts).to.deep.equal(['<1>line', '<2>two', '<3>half']);
      expect(sink.frames[2]?.flags).to.equal(frameFlags.partial);
      expect(sink.frames[0]?.source).to.include({ input: `tls 127.0.0.1:${portOf(input.address)}`, peer: '127.0.0.1' });
    });

    it('counts plain text as a failed handshake, says so once, and serves others', async () => {
      const input = await open();
      for (let count = 1; count <= 3; count += 1) {
        const plain = connectPlain({ host: '127.0.0.1', port: portOf(input.address) });
        plain.on('error', () => undefined).resume();
        plain.write('<34>Oct 11 22:14:15 host app: in the clear\n');
        await closed(plain);
        await failures(input, count);
      }
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]).to.match(
        /TLS handshake with 127\.0\.0\.1 failed: it does not speak TLS; send plain text to the TCP input/,
      );
      expect(input.counters()).to.include({ received: 0, connections: 0, connections_total: 0 });
      const socket = await connectTls(input);
      socket.end('<1>fine\n');
      await sink.holds(1);
    });

    it('refuses TLS 1.1', async () => {
      const input = await open();
      const error: unknown = await connectTls(input, {
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(Error);
      await failures(input, 1);
    });

    it('gives up on a handshake that takes too long', async () => {
      const input = await open({ handshakeTimeoutMs: 40 });
      const silent = connectPlain({ host: '127.0.0.1', port: portOf(input.address) });
      silent.on('error', () => undefined).resume();
      await closed(silent);
      await failures(input, 1);
      expect(log.lines[0]).to.include('it took too long');
    });

    it('counts handshakes in progress to the connection limit, and ends them on stop', async () => {
      const input = await open({ maxConnections: 1 });
      const silent = connectPlain({ host: '127.0.0.1', port: portOf(input.address) });
      silent.on('error', () => undefined).resume();
      await once(silent, 'connect');
      const second = connectPlain({ host: '127.0.0.1', port: portOf(input.address) });
      second.on('error', () => undefined).resume();
      await closed(second);
      expect(input.counters().refused_connections).to.equal(1);
      await input.stop();
      await closed(silent);
    });

    it('with a CA takes clients with its certificates, and refuses and counts those with another or none', async () => {
      const input = await open({ tls: { ...files, ca: path('ca.pem') } });
      const known = await connectTls(input, client('client'));
      await write(known, '<1>known\n');
      await sink.holds(1);
      for (const options of [{}, client('stranger')]) {
        const socket = connect({
          host: '127.0.0.1',
          port: portOf(input.address),
          ca: readFileSync(path('ca.pem')),
          ...options,
        });
        socket.on('error', () => undefined).resume();
        socket.write('<1>unknown\n');
        await closed(socket);
      }
      await failures(input, 2);
      expect(sink.texts).to.deep.equal(['<1>known']);
      expect(input.counters()).to.include({ unauthorized_clients: 2, handshake_failures: 2, connections_total: 1 });
      known.destroy();
    });

    it('names the file that is missing, no PEM, encrypted, or not the certificate’s key', async () => {
      writeFileSync(path('garbage.pem'), 'no certificate');
      const encrypt = [
        'pkey',
        '-in',
        path('server.key'),
        '-aes128',
        '-passout',
        'pass:x',
        '-out',
        path('encrypted.key'),
      ];
      execFileSync('openssl', encrypt);
      expect(await refusal({ ...files, cert: path('none.pem') })).to.match(
        /^cannot read TLS certificate .*none\.pem: no such file; give/,
      );
      expect(await refusal({ ...files, key: directory })).to.match(
        /^cannot read TLS private key .*: it is a directory; give/,
      );
      expect(await refusal({ ...files, cert: path('garbage.pem') })).to.match(
        /^cannot use TLS certificate .*garbage\.pem: it has none/,
      );
      expect(await refusal({ ...files, key: path('garbage.pem') })).to.match(
        /^cannot use TLS private key .*garbage\.pem: it has none/,
      );
      expect(await refusal({ ...files, key: path('encrypted.key') })).to.match(/encrypted\.key: it is encrypted; give/);
      expect(await refusal({ ...files, ca: path('garbage.pem') })).to.match(
        /^cannot use TLS client CA .*garbage\.pem: it has none/,
      );
      expect(await refusal({ ...files, key: path('client.key') })).to.match(
        /client\.key: it does not belong to certificate .*server\.pem/,
      );
    });

    it('reload() uses the new certificate for new connections, and keeps the old one where the new one is no good', async () => {
      const tls = { cert: path('live.pem'), key: path('live.key') };
      makeCertificate('live');
      const input = await open({ tls });
      const fingerprint = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.fingerprint256;
      const before = await connectTls(input);
      const old = fingerprint(before);
      makeCertificate('live');
      await input.reload();
      const after = await connectTls(input);
      const renewed = fingerprint(after);
      expect(renewed).to.match(/^[0-9A-F:]{95}$/);
      expect(renewed).not.to.equal(old);
      writeFileSync(tls.cert, 'no certificate');
      const error: unknown = await input.reload().catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(InputError);
      const still = await connectTls(input);
      expect(fingerprint(still)).to.equal(renewed);
      await write(before, '<1>old connection\n');
      await sink.holds(1);
      for (const socket of [before, after, still]) socket.destroy();
    });
  });
});
