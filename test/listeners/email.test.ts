import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DeliveryError, ErrorEvent, type Event, type Listener, NoticeEvent } from 'tocsin';
import email from '../../listeners/email.js';
import { contractEvent, listenerContract } from '../contracts/listener.js';
import { listenerContext, type TestContext } from '../contracts/listener-context.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { readMail } from '../support/read-mail.js';
import { type SmtpOptions, type SmtpServer, smtpServers } from '../support/smtp-server.js';
import { temporaryDirs } from '../support/temporary-dir.js';

const loginFields = { user: 'string' } as const;

class Login extends NoticeEvent<typeof loginFields> {
  static override readonly fields = loginFields;
  static readonly text = '{{ fields.user }} logged in\nfrom afar';
  static readonly html = '<p><b>{{ fields.user }}</b> logged in</p>';
  get summary(): string {
    return `${this.fields.user} logged in`;
  }
}

class Broken extends ErrorEvent<typeof loginFields> {
  static override readonly fields = loginFields;
  static readonly text = '{{ fields.user.a.b }}';
  static readonly html = '{{ fields.user.a.b }}';
  get summary(): string {
    return `broken <${this.fields.user}>`;
  }
}

const login = (user: string, id = '7-0'): Event =>
  Object.assign(new Login({ user }, { time: Date.UTC(2026, 10, 20, 10) }), { id, module: 'sshd' });

const required = { host: '127.0.0.1', from: 'tocsin <tocsin@example.net>', to: 'ops@example.net' };
const plain = { ...required, security: 'off' };

const faultsOf = (options: unknown): string[] =>
  (email.options.safeParse(options).error?.issues ?? []).map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  );

describe('email', () => {
  const { start } = smtpServers();
  const { dir } = temporaryDirs();
  const created: Listener[] = [];
  afterEach(async () => {
    for (const listener of created.splice(0)) await listener.close?.();
  });
  const make = (options: unknown): { listener: Listener; context: TestContext } => {
    const context = listenerContext(dir(), 'email');
    const listener = email.create(email.options.parse(options), context);
    created.push(listener);
    return { listener, context };
  };
  const deliver = async (listener: Listener, events: readonly Event[] = [login('alice')]): Promise<void> => {
    await listener.gathering?.deliver(events);
  };
  const failureOf = async (listener: Listener, events?: readonly Event[]): Promise<DeliveryError> => {
    try {
      await deliver(listener, events);
    } catch (thrown) {
      if (thrown instanceof DeliveryError) return thrown;
      throw thrown;
    }
    throw new Error('it was delivered');
  };
  const password = (text: string, name = 'other-password'): { file: string } => {
    const file = join(dir(), name);
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    return { file };
  };
  const keysOf = ({ cert, key }: Certificates) => ({ cert: readFileSync(cert), key: readFileSync(key) });

  describe('its mails', () => {
    let server: SmtpServer;
    beforeEach(async () => {
      server = await start();
    });
    listenerContract({
      name: 'email',
      definition: email,
      options: () => ({ ...plain, port: server.port }),
      required: ['host', 'from', 'to'],
      delivered: () => server.mails.map(({ data }) => readMail(data).text).join(''),
      thousands: 2000,
      withoutDirectory: 'unaffected',
    });
  });

  it('sends one event with its own text and HTML, from and to whom it should', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port, to: ['ops@example.net', 'Night <night@example.net>'] });
    await deliver(listener, [login('Jürgen <b>')]);
    const [mail] = server.mails;
    expect(mail).to.include({ from: 'tocsin@example.net', isEncrypted: false, user: undefined });
    expect(mail?.to).to.deep.equal(['ops@example.net', 'night@example.net']);
    const { headers, text, html } = readMail(mail?.data ?? '');
    expect(headers.get('subject')).to.equal('[tocsin] notice: Jürgen <b> logged in');
    expect(headers.get('from')).to.equal('tocsin <tocsin@example.net>');
    expect(headers.get('to')).to.equal('ops@example.net, Night <night@example.net>');
    expect(headers.get('auto-submitted')).to.equal('auto-generated');
    expect(text.trimEnd()).to.equal('2026-11-20T10:00:00.000Z notice sshd (7-0)\nJürgen <b> logged in\nfrom afar');
    expect(html).to.include('<p><b>Jürgen &lt;b&gt;</b> logged in</p>');
  });

  it('sends many events in one mail, whose subject is that of the most severe', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port });
    await deliver(listener, [login('alice', '1-0'), contractEvent(2), login('bob', '3-0')]);
    const { headers, text, html } = readMail(server.mails[0]?.data ?? '');
    expect(server.mails).to.have.length(1);
    expect(headers.get('subject')).to.equal('[tocsin] error: number 2; text and 2 more');
    for (const part of [text, html]) expect(part).to.match(/\(1-0\)[^]*alice[^]*\(2-0\)[^]*number 2[^]*\(3-0\)[^]*bob/);
  });

  it('has a Message-ID that is the same for the same events, and for no others', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port });
    const batches = [
      [login('a', '1-0')],
      [login('a', '1-0')],
      [login('a', '1-0'), login('a', '2-0')],
      [login('a', '2-0')],
    ];
    for (const events of batches) await deliver(listener, events);
    const ids = server.mails.map(({ data }) => readMail(data).headers.get('message-id'));
    expect(ids[0]).to.match(/^<[0-9a-f]{40}@example\.net>$/);
    expect(ids[1]).to.equal(ids[0]);
    expect(new Set(ids).size).to.equal(3);
  });

  it('shows the summary, escaped, where the templates of an event fail', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port });
    await deliver(listener, [Object.assign(new Broken({ user: 'x&y' }, { time: 0 }), { id: '1-0', module: 'm' })]);
    const { text, html } = readMail(server.mails[0]?.data ?? '');
    expect(text).to.include('broken <x&y>');
    expect(html).to.include('<pre>broken &lt;x&amp;y&gt;</pre>');
  });

  it('lets no text of a log make a header, a recipient or an end of the mail', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port });
    const hostile = 'x\r\nBcc: eve@example.org\r\n\r\n.\r\nRCPT TO:<eve@example.org>\n.\nSubject: forged\u2028\u0000';
    await deliver(listener, [login(hostile, `1-0\r\nX-Evil: 1`)]);
    expect(server.mails).to.have.length(1);
    expect(server.mails[0]?.to).to.deep.equal(['ops@example.net']);
    const { headers, headerNames } = readMail(server.mails[0]?.data ?? '');
    expect(headerNames).to.have.members([
      'from',
      'to',
      'subject',
      'message-id',
      'date',
      'auto-submitted',
      'mime-version',
      'content-type',
    ]);
    expect(headers.get('subject')).to.include('x\\x0d\\x0aBcc: eve@example.org');
    expect(server.commands.join('\n')).not.to.include('eve');
  });

  it('bounds a subject and a message', async () => {
    const server = await start();
    const { listener } = make({ ...plain, port: server.port });
    await deliver(listener, [login('x'.repeat(100_000))]);
    const { headers, text, html } = readMail(server.mails[0]?.data ?? '');
    expect(headers.get('subject')?.length).to.be.below(250);
    expect(text.length + html.length).to.be.below(25_000);
  });

  describe('to a server that refuses', () => {
    const refusing = async (reply: NonNullable<SmtpOptions['reply']>, more = {}) => {
      const server = await start({ reply });
      return { server, ...make({ ...plain, port: server.port, timeout: '1s', ...more }) };
    };
    const to = ['ops@example.net', 'night@example.net'];

    for (const [command, reply, retryable] of [
      ['connect', '421 busy', true],
      ['connect', '554 no service here', true],
      ['connect', '', true],
      ['connect', 'close', true],
      ['MAIL', '451 later', true],
      ['MAIL', '550 not from you', false],
      ['RCPT', '450 greylisted', true],
      ['RCPT', '550 nobody here', false],
      ['DATA', '451 later', true],
      ['DATA', '554 no', false],
      ['.', '451 later', true],
      ['.', '554 spam', false],
      ['.', 'close', true],
      ['.', '', true],
    ] as const) {
      it(`${reply === '' ? 'is silent' : reply} after ${command}: ${retryable ? 'tries again' : 'for good'}`, async () => {
        const { listener } = await refusing((given) => (given.startsWith(command) ? reply : undefined));
        const failure = await failureOf(listener);
        expect(failure.retryable, failure.message).to.equal(retryable);
        if (reply === '')
          expect(failure.message).to.match(/ took no mail(?: within 1000 ms|: Greeting never received)$/u);
        if (/^\d/.test(reply) && command !== 'connect') expect(failure.message).to.include(reply);
      });
    }

    it('one recipient for good: the others get the mail once, and that is said and counted', async () => {
      const { server, listener, context } = await refusing(
        (given) => (given.includes('night') ? '550 gone' : undefined),
        { to },
      );
      await deliver(listener);
      expect(server.mails.map((mail) => mail.to)).to.deep.equal([['ops@example.net']]);
      expect(context.counts.get('recipients_refused')).to.equal(1);
      expect(context.said.join()).to.include('refuses the recipient night@example.net');
    });

    it('one recipient for now: it alone gets the mail again', async () => {
      let refusals = 0;
      const { server, listener } = await refusing(
        (given) => (given.includes('night') && (refusals += 1) < 3 ? '450 greylisted' : undefined),
        { to },
      );
      const failures = [await failureOf(listener), await failureOf(listener)];
      expect(failures.map(({ retryable }) => retryable)).to.deep.equal([true, true]);
      await deliver(listener);
      await deliver(listener, [login('bob', '8-0')]);
      expect(server.mails.map((mail) => mail.to)).to.deep.equal([['ops@example.net'], ['night@example.net'], to]);
    });

    it('one recipient for now and then for good: what the others have is delivered', async () => {
      let refusals = 0;
      const { server, listener, context } = await refusing(
        (given) => (given.includes('night') ? ((refusals += 1) === 1 ? '450 later' : '550 gone') : undefined),
        { to },
      );
      expect((await failureOf(listener)).retryable).to.equal(true);
      await deliver(listener);
      expect(server.mails).to.have.length(1);
      expect(context.counts.get('recipients_refused')).to.equal(1);
    });

    it('shows its words escaped and cut', async () => {
      const { listener } = await refusing((given) =>
        given.startsWith('MAIL') ? `550 \u001b[2J${'x'.repeat(5000)}` : undefined,
      );
      const { message } = await failureOf(listener);
      expect(message)
        .to.include('\\x1b[2J')
        .and.match(/^[ -~]*$/);
      expect(message.length).to.be.below(600);
    });
  });

  describe('its encryption and login', () => {
    const account = { user: 'tocsin', password: 'hunter2 with space' };
    let certificates: Certificates;
    beforeEach(() => {
      certificates = makeCertificates(dir());
    });
    const secured = async (options: SmtpOptions, more = {}) => {
      const server = await start({ tls: keysOf(certificates), login: account, ...options });
      const given = { ...required, host: 'localhost', port: server.port, ca: certificates.ca, timeout: '3s' };
      return {
        server,
        ...make({ ...given, user: account.user, password: password(`${account.password}\n`, 'password'), ...more }),
      };
    };

    it('uses STARTTLS before it logs in', async () => {
      const { server, listener } = await secured({ startTls: true });
      await deliver(listener);
      expect(server.mails[0]).to.include({ isEncrypted: true, user: 'tocsin' });
      const verbs = server.commands.map((command) => command.split(' ', 1)[0]);
      expect(verbs.slice(0, 4)).to.deep.equal(['EHLO', 'STARTTLS', 'EHLO', 'AUTH']);
    });

    it('uses TLS from the first byte on', async () => {
      const { server, listener } = await secured({ implicitTls: true }, { security: 'tls' });
      await deliver(listener);
      expect(server.mails[0]).to.include({ isEncrypted: true, user: 'tocsin' });
    });

    it('sends nothing where STARTTLS is not offered', async () => {
      const { server, listener } = await secured({ startTls: false });
      expect((await failureOf(listener)).retryable).to.equal(true);
      expect(server.mails).to.deep.equal([]);
      expect(server.commands.join()).not.to.match(/AUTH|MAIL/);
    });

    it('sends nothing to a server whose certificate it does not trust', async () => {
      const { server, listener } = await secured({ startTls: true }, { ca: undefined });
      const failure = await failureOf(listener);
      expect(failure.retryable).to.equal(true);
      expect(failure.message).to.include('certificate');
      expect(server.commands.join()).not.to.match(/AUTH|MAIL/);
    });

    it('takes TLS where it is offered, or does without, with if-offered', async () => {
      const none = { user: undefined, password: undefined, security: 'if-offered' };
      const first = await secured({ startTls: true }, none);
      const second = await secured({ startTls: false }, none);
      await deliver(first.listener);
      await deliver(second.listener);
      expect([first, second].map(({ server }) => server.mails[0]?.isEncrypted)).to.deep.equal([true, false]);
    });

    it('tries a refused login again, later, and shows nothing of the password though the server does', async () => {
      const { listener } = await secured({ startTls: true }, { password: password('wrong horse') });
      const failure = await failureOf(listener);
      expect(failure).to.include({ retryable: true, retryAfterMs: 60_000 });
      expect(failure.message).to.equal(
        'the mail server localhost refuses the login (535); the right user and password would be right',
      );
      expect(String(failure.cause)).not.to.include('wrong horse');
    });

    it('sends no mail without its login where the server offers none', async () => {
      const { server, listener } = await secured({ startTls: true, login: undefined as never });
      expect((await failureOf(listener)).retryable).to.equal(true);
      expect(server.mails).to.deep.equal([]);
    });

    it('reads the password again when files are reopened', async () => {
      const { server, listener } = await secured({ startTls: true }, { password: password('wrong') });
      await failureOf(listener);
      password(account.password);
      await listener.reopen?.();
      await deliver(listener);
      expect(server.mails).to.have.length(1);
    });
  });

  describe('its options', () => {
    it('say how events gather', () => {
      const { gathering } = make({ ...plain, wait: '2s', every: '5m', most: 10 }).listener;
      expect(gathering).to.include({ waitMs: 2000, everyMs: 300_000, most: 10 });
    });

    it('warn of mail that goes unencrypted to another host', () => {
      const { context } = make({ ...plain, host: 'mail.example.net' });
      expect(context.said).to.deep.equal([
        'warn: email: mails go to mail.example.net unencrypted; security: starttls or tls would be right',
      ]);
      expect(make(plain).context.said).to.deep.equal([]);
    });

    for (const [what, more, fault] of [
      [
        'a password in the stack file',
        { user: 'a', password: 'hunter2' },
        'password: a secret does not belong in a stack file',
      ],
      [
        'a password unencrypted over a network',
        { host: 'mail.example.net', security: 'off', user: 'a', password: { env: 'PATH' } },
        'security: the password would go unencrypted to mail.example.net',
      ],
      [
        'a password that an attacker could ask for in clear',
        { host: 'mail.example.net', security: 'if-offered', user: 'a', password: { env: 'PATH' } },
        'security: ',
      ],
      ['a user without a password', { user: 'a' }, 'password: there is a user and no password'],
      ['a sender that is no address', { from: 'tocsin' }, 'from: "tocsin" is no address'],
      ['a sender with a header of its own', { from: 'a <a@example.net>\r\nBcc: eve@example.org' }, 'from: '],
      ['a recipient with a header of its own', { to: ['ops@example.net', 'a\nBcc: b <eve@example.org>'] }, 'to'],
      ['a wait that no timer can wait for', { wait: '25d' }, 'wait: longer than 1d; at most 1d would be right'],
      ['a time for a mail of days', { timeout: '2h' }, 'timeout: longer than 1h; at most 1h would be right'],
      ['a subject with a slip', { subject: '{{ summary' }, 'subject: '],
    ] as const) {
      it(`refuse ${what}`, () => {
        const faults = faultsOf({ ...required, ...more });
        expect(faults).to.have.length(1);
        expect(faults[0]).to.include(fault);
        expect(faults[0]).not.to.include('hunter2');
      });
    }
  });
});
