import { AuditEvent, type Severity } from 'tocsin';

/** A name as it may stand in a sentence: quoted and escaped unless it is plain, so that it cannot pass for a part of it. */
const shown = (user: string): string => (/^[A-Za-z0-9_.@$\\-]{1,64}$/.test(user) ? user : JSON.stringify(user));

const peer = (addr: string | undefined, port: number | undefined): string =>
  `${addr ?? 'an unknown address'}${port === undefined ? '' : ` port ${port}`}`;

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const opened = {
  user: 'string',
  auth: 'string',
  addr: 'string',
  port: 'number',
  key: 'string?',
  failures: 'number',
} as const;

/** A login succeeded. `failures` are those before it on the same connection. */
export class SshdSessionOpened extends AuditEvent<typeof opened> {
  static override readonly auditId = 'sshd.session_opened';
  static override readonly fields = opened;

  override get summary(): string {
    const { user, auth, addr, port, failures } = this.fields;
    const after = failures === 0 ? '' : ` after ${times(failures, 'failure')}`;
    return `${shown(user)} logged in by ${auth} from ${peer(addr, port)}${after}`;
  }
}

const login = { ...opened, start: 'string', finish: 'string', duration: 'number' } as const;

/** An authenticated session ended. `start` and `finish` are ISO 8601 UTC, `duration` is in seconds, to the millisecond. */
export class SshdLogin extends AuditEvent<typeof login> {
  static override readonly auditId = 'sshd.login';
  static override readonly fields = login;

  override get summary(): string {
    const { user, auth, addr, port, duration } = this.fields;
    return `${shown(user)} was logged in by ${auth} from ${peer(addr, port)} for ${duration} s`;
  }
}

const failed = {
  user: 'string',
  addr: 'string?',
  port: 'number?',
  failures: 'number',
  invalidUser: 'boolean',
} as const;

/**
 * A connection ended after failed or refused attempts and no success. `user` is the last tried. `invalidUser`: sshd called
 * it invalid, as it does with users that do not exist and with those that may not log in. Old sshd names no port.
 */
export class SshdLoginFailed extends AuditEvent<typeof failed> {
  static override readonly auditId = 'sshd.login_failed';
  static override readonly severity: Severity = 'error';
  static override readonly fields = failed;

  override get summary(): string {
    const { user, addr, port, failures, invalidUser } = this.fields;
    const who = `${invalidUser ? 'invalid user ' : ''}${shown(user)}`;
    return `${who} did not get in from ${peer(addr, port)}: ${times(failures, 'failure')}`;
  }
}

const exceeded = { addr: 'string', failures: 'number', window: 'number', users: 'strings' } as const;

/** One address failed `failures` times within `window` seconds. `users` are the names it tried, at most 20. */
export class SshdAttemptsExceeded extends AuditEvent<typeof exceeded> {
  static override readonly auditId = 'sshd.attempts_exceeded';
  static override readonly severity: Severity = 'error';
  static override readonly fields = exceeded;

  override get summary(): string {
    const { addr, failures, window, users } = this.fields;
    return `${addr} failed ${times(failures, 'time')} within ${window} s, as ${users.map(shown).join(', ')}`;
  }
}

const stats = { logins: 'number', failed: 'number', exceeded: 'number', expired: 'number', open: 'number' } as const;

/**
 * What happened since the last one: `SshdLogin`, `SshdLoginFailed` and `SshdAttemptsExceeded` events, and connections
 * forgotten without an end; `open` are the connections followed now.
 */
export class SshdStats extends AuditEvent<typeof stats> {
  static override readonly auditId = 'sshd.stats';
  static override readonly fields = stats;

  override get summary(): string {
    const { fields } = this;
    return `${times(fields.logins, 'login')}, ${fields.failed} failed, ${fields.exceeded} exceeded, ${fields.expired} expired, ${fields.open} open`;
  }
}
