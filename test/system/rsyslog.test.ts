import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeCertificates } from '../support/certificates.js';
import { until } from '../support/eventually.js';
import { wholeLines } from '../support/json-lines.js';
import { livePrograms, type LiveTocsin } from '../support/live-tocsin.js';
import { needs, Rsyslog } from '../support/rsyslog.js';
import { numbered } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { placeTellStack } from '../support/user-stack.js';

const forwardTemplates = [
  'RSYSLOG_ForwardFormat',
  'RSYSLOG_TraditionalForwardFormat',
  'RSYSLOG_SyslogProtocol23Format',
];
const fileTemplates = ['RSYSLOG_FileFormat', 'RSYSLOG_TraditionalFileFormat'];

/** Numbered, so that order and repeats show, and some of what real messages hold. */
const texts = [
  ...numbered('message', 1500),
  'Grüße aus Köln: ß € 😀',
  'key="value" [brackets] <angle> {"json": true}',
  '  spaces before, between  and after  ',
  '12 begins with digits',
  ...numbered('more', 496),
];

/** This template of rsyslog's puts a space of its own before the text (` - -  text`), which RFC 5424 §6.4 makes part of the message. */
const addsSpace = 'RSYSLOG_SyslogProtocol23Format';
const asLogged =
  (template: string) =>
  (message: string): string =>
    template === addsSpace ? message.replace(/^ /u, '') : message;

describe('what a real rsyslogd', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();
  let rsyslog: Rsyslog | undefined;
  afterEach(async () => rsyslog?.stop());
  beforeEach(function () {
    needs(this, 'rsyslogd', 'logger', 'openssl');
    placeTellStack(dir());
  });

  const expectAll = async (live: LiveTocsin, template: string): Promise<void> => {
    await live.told(texts.length);
    const { io, core } = await live.counted(
      'all frames counted in both threads',
      ({ io, core }) => (io?.frames ?? 0) >= texts.length && (core?.records ?? 0) >= texts.length,
    );
    expect(live.messages().map(asLogged(template))).to.deep.equal(texts);
    const told = live.events().filter(({ event }) => event === 'RecordNotice');
    const from = new Set(told.map(({ fields }) => JSON.stringify([fields['host'], fields['app'], fields['pid']])));
    expect([...from], template).to.deep.equal([JSON.stringify([hostname().split('.')[0], 'order', '77'])]);
    expect([io?.frames, core?.records, core?.faults]).to.deep.equal([texts.length, texts.length, 0]);
    expect((await live.end()).code).to.equal(0);
  };
  const expectPriority = (live: LiveTocsin): void => {
    const levels = live.events().map(({ fields }) => `${String(fields['facility'])}.${String(fields['severity'])}`);
    expect(new Set(levels.slice(0, texts.length))).to.deep.equal(new Set(['4.4']));
  };

  for (const template of forwardTemplates) {
    const forward = async (live: LiveTocsin, more: string, globals = ''): Promise<void> => {
      const action = `action(type="omfwd" target="127.0.0.1" template="${template}" ${more})`;
      rsyslog = await Rsyslog.start(dir(), action, globals);
      await rsyslog.log('order', texts);
      await expectAll(live, template);
      expectPriority(live);
    };

    it(`forwards over UDP as ${template} arrives, in order, once`, async () => {
      const live = await start(dir(), ['--stack', 'tell', '--udp', '127.0.0.1:0']);
      await forward(live, `protocol="udp" port="${live.port('udp')}"`);
    });

    for (const framing of ['traditional', 'octet-counted']) {
      it(`forwards over TCP, ${framing}, as ${template} arrives, in order, once`, async () => {
        const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
        await forward(live, `protocol="tcp" TCP_Framing="${framing}" port="${live.port('tcp')}"`);
      });
    }

    it(`forwards over TLS with client certificates as ${template} arrives, in order, once`, async () => {
      const { ca, cert, key } = makeCertificates(dir());
      const tls = ['--tls', '127.0.0.1:0', '--tls-cert', cert, '--tls-key', key, '--tls-ca', ca];
      const live = await start(dir(), ['--stack', 'tell', ...tls]);
      await forward(
        live,
        `protocol="tcp" TCP_Framing="octet-counted" port="${live.port('tls')}" StreamDriver="gtls" StreamDriverMode="1" ` +
          'StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"',
        `defaultNetstreamDriverCAFile="${ca}" defaultNetstreamDriverCertFile="${cert}" defaultNetstreamDriverKeyFile="${key}"`,
      );
    });

    it(`forwards of sshd's as ${template} is noticed: a login with its duration`, async () => {
      const live = await start(dir(), ['--stack', 'sshd', '--udp', '127.0.0.1:0']);
      const action = `action(type="omfwd" target="127.0.0.1" template="${template}" protocol="udp" port="${live.port('udp')}")`;
      rsyslog = await Rsyslog.start(dir(), action);
      await rsyslog.log('sshd', [
        'Accepted password for alice from 192.0.2.10 port 50022 ssh2',
        'Disconnected from user alice 192.0.2.10 port 50022',
      ]);
      await live.counted('both records worked on', ({ core }) => (core?.records ?? 0) >= 2);
      expect((await live.end()).code).to.equal(0);
      const noticed = live.events().map(({ event }) => event);
      expect(noticed).to.include.members(['SshdSessionOpened', 'SshdLogin']);
    });
  }

  for (const template of fileTemplates) {
    it(`writes to a file as ${template}, tailed and rotated, arrives, in order, once`, async () => {
      const logs = join(dir(), 'var');
      mkdirSync(logs);
      const file = join(logs, 'app.log');
      const live = await start(dir(), ['--stack', 'tell', '--tail', file]);
      rsyslog = await Rsyslog.start(dir(), `action(type="omfile" file="${file}" template="${template}")`);
      const parts = 10;
      const each = texts.length / parts;
      const part = (index: number): Promise<void> | undefined =>
        rsyslog?.log('order', texts.slice(index * each, (index + 1) * each));
      const written = (): number =>
        readdirSync(logs).reduce((sum, name) => sum + wholeLines(join(logs, name)).length, 0);
      for (let rotation = 0; rotation < parts / 2; rotation++) {
        await part(rotation * 2);
        await live.told((rotation * 2 + 1) * each);
        for (let age = rotation; age >= 1; age--) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
        renameSync(file, `${file}.1`);
        // Until it is told, rsyslogd writes to the renamed file.
        await part(rotation * 2 + 1);
        await until('rsyslogd has written all', () => written() === (rotation + 1) * 2 * each);
        rsyslog.reopen();
      }
      await expectAll(live, template);
    });
  }
});
