import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** A mail as it was handed over. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, with `\n` as line ends. */
  readonly data: string;
  readonly isEncrypted: boolean;
  /** Who logged in before. */
  readonly user: string | undefined;
}

/** How a server for tests behaves. */
export interface SmtpOptions {
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** TLS from the first byte on. */
  readonly implicitTls?: boolean;
  /** Whether STARTTLS is offered. */
  readonly startTls?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
  /** What is replied to a command; undefined: what is usual. `` (nothing) hangs, `close` ends the connection. */
  readonly reply?: (command: string) => string | undefined;
}

/** An SMTP server at loopback (RFC 5321, RFC 3207, RFC 4954), as far as a client needs one. */
export interface SmtpServer {
  readonly port: number;
  readonly mails: TakenMail[];
  /** Every command of every session, in order. */
  readonly commands: string[];
}

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** One session: lines in, replies out. */
class Session {
  readonly #options: SmtpOptions;
  readonly #server: SmtpServer;
  #socket: Socket;
  #isEncrypted: boolean;
  #pending = '';
  #data: string[] | undefined;
  #login: string[] | undefined;
  #user: string | undefined;
  #from = '';
  #to: string[] = [];

  constructor(socket: Socket, options: SmtpOptions, server: SmtpServer) {
    this.#options = options;
    this.#server = server;
    this.#isEncrypted = options.implicitTls === true;
    this.#socket = this.#isEncrypted ? this.#encrypt(socket) : socket;
    this.#listen();
    this.#answer('connect', '220 test ESMTP');
  }

  #encrypt(socket: Socket): TLSSocket {
    return new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ ...this.#options.tls }) });
  }

  #listen(): void {
    this.#socket.on('error', () => undefined); // A client that goes away is what some tests are about.
    this.#socket.on('data', (chunk: Buffer) => {
      this.#pending += chunk.toString('latin1');
      for (let end = this.#pending.indexOf('\r\n'); end !== -1; end = this.#pending.indexOf('\r\n')) {
        const line = this.#pending.slice(0, end);
        this.#pending = this.#pending.slice(end + 2);
        this.#line(line);
      }
    });
  }

  #answer(command: string, usual: string): boolean {
    const reply = this.#options.reply?.(command) ?? usual;
    if (reply === 'close') this.#socket.destroy();
    else if (reply !== '') this.#socket.write(`${reply}\r\n`);
    return reply === usual;
  }

  #line(line: string): void {
    if (this.#data !== undefined) {
      this.#dataLine(line, this.#data);
      return;
    }
    if (this.#login !== undefined) {
      this.#loginLine(line, this.#login);
      return;
    }
    this.#server.commands.push(line);
    const verb = line.split(/[ :]/u, 1)[0]?.toUpperCase() ?? '';
    if (verb === 'EHLO') return void this.#answer(line, this.#offers());
    if (verb === 'STARTTLS') {
      this.#startTls();
      return;
    }
    if (verb === 'AUTH') {
      this.#auth(line);
      return;
    }
    if (verb === 'MAIL') {
      this.#to = [];
      this.#from = /<(.*?)>/u.exec(line)?.[1] ?? '';
    }
    if (verb === 'DATA') {
      if (this.#answer(line, '354 go on')) this.#data = [];
      return;
    }
    const taken = this.#answer(line, verb === 'QUIT' ? '221 bye' : '250 ok');
    if (verb === 'RCPT' && taken) this.#to.push(/<(.*?)>/u.exec(line)?.[1] ?? '');
    if (verb === 'QUIT') this.#socket.end();
  }

  #offers(): string {
    const { startTls, login } = this.#options;
    const offers = ['test', '8BITMIME'];
    if (startTls === true && !this.#isEncrypted) offers.push('STARTTLS');
    if (login !== undefined) offers.push('AUTH PLAIN LOGIN');
    return offers.map((offer, index) => `250${index === offers.length - 1 ? ' ' : '-'}${offer}`).join('\r\n');
  }

  #startTls(): void {
    if (!this.#answer('STARTTLS', this.#options.startTls === true ? '220 go on' : '502 no') || !this.#options.startTls)
      return;
    this.#socket.removeAllListeners('data');
    this.#pending = '';
    this.#socket = this.#encrypt(this.#socket);
    this.#isEncrypted = true;
    this.#listen();
  }

  #auth(line: string): void {
    const [, mechanism = '', initial] = line.split(' ');
    if (mechanism === 'PLAIN' && initial !== undefined) {
      this.#check(...plainParts(initial));
      return;
    }
    this.#login = [mechanism];
    this.#socket.write(mechanism === 'PLAIN' ? '334 \r\n' : '334 VXNlcm5hbWU6\r\n');
  }

  #loginLine(line: string, login: string[]): void {
    login.push(fromBase64(line));
    if (login[0] === 'PLAIN') {
      this.#check(...plainParts(line));
      return;
    }
    if (login.length === 2) return void this.#socket.write('334 UGFzc3dvcmQ6\r\n');
    this.#check(login[1] ?? '', login[2] ?? '');
  }

  #check(user: string, password: string): void {
    this.#login = undefined;
    const { login } = this.#options;
    if (user === login?.user && password === login.password) {
      this.#user = user;
      this.#answer('login', '235 welcome');
    } else this.#answer('login', `535 not you, ${user} with ${password}`);
  }

  #dataLine(line: string, data: string[]): void {
    if (line !== '.') return void data.push(line.startsWith('.') ? line.slice(1) : line);
    this.#data = undefined;
    if (!this.#answer('.', '250 taken')) return;
    const { mails } = this.#server;
    const text = Buffer.from(data.join('\n'), 'latin1').toString('utf8');
    mails.push({ from: this.#from, to: this.#to, data: text, isEncrypted: this.#isEncrypted, user: this.#user });
  }
}

const plainParts = (initial: string): [string, string] => {
  const [, user = '', password = ''] = fromBase64(initial).split('\0');
  return [user, password];
};

/** Starts servers that behave as told; those of a suite are closed after each test. */
export const smtpServers = (): { readonly start: (options?: SmtpOptions) => Promise<SmtpServer> } => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  return {
    start: async (options = {}) => {
      const sockets = new Set<Socket>();
      const listening = createServer();
      await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
      const { port } = listening.address() as AddressInfo;
      const server: SmtpServer = { port, mails: [], commands: [] };
      listening.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        new Session(socket, options, server);
      });
      stops.push(
        () =>
          new Promise((resolve) => {
            listening.close(() => resolve());
            for (const socket of sockets) socket.destroy();
          }),
      );
      return server;
    },
  };
};
