import { isoTime, type Json, type LogRecord, type LogicModule, type ModuleContext, nextMidnight } from 'tocsin';
import { newFailures, unanswered } from './attempts.js';
import type { Connection, Login, Place } from './connection.js';
import { Connections, type Forgotten } from './connections.js';
import { SshdAttemptsExceeded, SshdLogin, SshdLoginFailed, SshdSessionOpened, SshdStats } from './events.js';
import { FailureWindows, type NewFailure } from './failure-windows.js';
import type { SshdLine } from './line.js';
import type { SshdOptions } from './options.js';
import { readSshdLine } from './read-sshd-line.js';
import { editTotals, statsDue } from './totals.js';

const programs: ReadonlySet<string> = new Set(['sshd', 'sshd-session', 'sshd-auth']);
const hostLimit = 255;
/** With the hour that a change of the clock adds. */
const longestDayMs = 25 * 3_600_000;

const placeOf = (record: LogRecord, line: SshdLine): Place => {
  const pid = line.pid === '' ? (record.pid ?? '') : line.pid;
  return {
    host: (record.host ?? record.peer ?? '').slice(0, hostLimit),
    pid: /^[0-9]{1,20}$/.test(pid) ? pid : '',
    addr: line.addr,
    port: line.port,
    time: record.time,
  };
};

const loginFields = (connection: Connection, login: Login): SshdSessionOpened['fields'] => ({
  user: connection.user,
  auth: login.auth,
  addr: connection.addr,
  port: connection.port,
  key: login.key === '' ? undefined : login.key,
  failures: connection.failures,
});

/** The message; without the blank that rsyslog's RSYSLOG_SyslogProtocol23Format puts before every one. */
const textOf = ({ message }: LogRecord): string => (message.startsWith(' ') ? message.slice(1) : message);

/** Follows each connection of sshd from its first line to its last, and each address through its failures. */
export class SshdFollower implements LogicModule<SshdOptions> {
  private readonly connections: Connections;
  private readonly windows: FailureWindows;
  /** Record time, ms, and stack time of the line being worked on. */
  private time = 0;
  private now = 0;

  constructor(
    options: SshdOptions,
    private readonly context: ModuleContext,
  ) {
    this.connections = new Connections(context.state, options, {
      forgotten: (reason) => this.forgotten(reason),
      over: (connection) => this.finish(connection),
    });
    this.windows = new FailureWindows(context.state, options, () => context.metrics.count('evicted_addresses'));
  }

  onRecord(record: LogRecord): void {
    if (record.app === undefined || !programs.has(record.app)) return;
    const line = readSshdLine(textOf(record));
    if (line === undefined) this.context.metrics.count('unknown_lines');
    if (line === undefined || line.kind === 'other') return;
    this.time = record.time;
    this.now = this.context.now;
    this.follow(line, placeOf(record, line));
  }

  onTick(now: number): void {
    const { wallTime } = this.context;
    const due = statsDue(this.context.state);
    // A clock that was set back makes a midnight that was the next one a far one.
    const isFar = due !== null && due - wallTime > longestDayMs;
    const isDue = due !== null && wallTime >= due;
    if (isDue) {
      this.sweep(now - (wallTime - due));
      this.tellStats(due);
    }
    this.sweep(now);
    if (due === null || isDue || isFar) {
      editTotals(this.context.state).statsDue = nextMidnight(wallTime, this.context.timeZone);
    }
  }

  onEnd(now: number): void {
    this.sweep(now);
    this.tellStats(this.context.wallTime);
  }

  reconfigure(options: SshdOptions): void {
    this.connections.limits = options;
    this.windows.limits = options;
  }

  inspect(): Json {
    return { connections: this.connections.size, addresses: this.windows.size };
  }

  private follow(line: SshdLine, place: Place): void {
    if (line.kind === 'ended') this.ended(line, place);
    else if (line.kind === 'opened') this.opened(place);
    else if (line.kind === 'pam-failure') this.toldByPam(line, place);
    else this.attempted(line, place);
  }

  private toldByPam(line: SshdLine, place: Place): void {
    const known = this.connections.find(place, this.now);
    // An authenticated session has nothing to fail: its pid is used again, and sshd's own line will say by whom.
    if (known === undefined || known.login === null) this.attempted(line, place);
  }

  private attempted(line: SshdLine, place: Place): void {
    const connection = this.connections.take(place, this.now);
    if (connection === undefined) {
      this.unattached(line, place.host);
      return;
    }
    if (line.kind !== 'pam-failure' || connection.user === '') connection.user = line.user;
    connection.invalidUser ||= line.invalidUser;
    if (line.kind === 'accepted') this.accepted(line, connection);
    else this.fail(connection, newFailures(connection, line));
  }

  /** A line without port and pid: no later line can be said to belong to it, so only its address can be counted. */
  private unattached(line: SshdLine, host: string): void {
    this.context.metrics.count('unattached_lines');
    if (line.addr === '' || line.kind === 'pam-failure') return;
    this.blame({ addr: line.addr, host, user: line.user, count: line.times, time: this.time });
  }

  private accepted(line: SshdLine, connection: Connection): void {
    connection.pamModule = '';
    const login = { auth: line.method, key: line.key, start: this.time, opened: false };
    connection.login = login;
    this.windows.forgive(connection.addr, line.user);
    this.context.dispatch(new SshdSessionOpened(loginFields(connection, login)));
  }

  private opened(place: Place): void {
    const login = this.connections.find(place, this.now)?.login ?? null;
    if (login === null || login.opened) return;
    login.opened = true;
    login.start = this.time;
  }

  private ended(line: SshdLine, place: Place): void {
    // A connection given up without a line before it has failed all the same.
    const known = this.connections.find(place, this.now);
    const connection = known ?? (line.tooMany && place.port !== 0 ? this.connections.take(place, this.now) : undefined);
    if (connection === undefined) return;
    connection.invalidUser ||= line.invalidUser;
    if (connection.user === '') connection.user = line.user;
    if (connection.login === null) this.fail(connection, newFailures(connection, line));
    this.finish(connection);
  }

  private finish(connection: Connection): void {
    this.connections.end(connection);
    if (connection.login === null) this.finishFailed(connection);
    else this.finishLogin(connection, connection.login);
  }

  private finishFailed(connection: Connection): void {
    this.fail(connection, unanswered(connection));
    if (connection.failures === 0) return;
    editTotals(this.context.state).failed += 1;
    this.context.dispatch(
      new SshdLoginFailed({
        user: connection.user,
        addr: connection.addr === '' ? undefined : connection.addr,
        port: connection.port === 0 ? undefined : connection.port,
        failures: connection.failures,
        invalidUser: connection.invalidUser,
      }),
    );
  }

  private finishLogin(connection: Connection, login: Login): void {
    editTotals(this.context.state).logins += 1;
    const duration = Math.max(0, this.time - login.start) / 1000;
    this.context.dispatch(
      new SshdLogin({
        ...loginFields(connection, login),
        start: isoTime(login.start),
        finish: isoTime(this.time),
        duration,
      }),
    );
  }

  /** Counts new failures of a connection, against its address as soon as that is known. */
  private fail(connection: Connection, count: number): void {
    connection.failures += count;
    connection.unplaced += count;
    if (connection.unplaced === 0 || connection.addr === '') return;
    const placed = connection.unplaced;
    connection.unplaced = 0;
    const { addr, host, user } = connection;
    this.blame({ addr, host, user, count: placed, time: this.time });
  }

  private blame(failure: NewFailure): void {
    const exceeded = this.windows.add(failure, this.now);
    if (exceeded === undefined) return;
    editTotals(this.context.state).exceeded += 1;
    const window = this.windows.limits.failureWindow / 1000;
    this.context.dispatch(new SshdAttemptsExceeded({ addr: failure.addr, ...exceeded, window }));
  }

  private forgotten(reason: Forgotten): void {
    this.context.metrics.count(`connections_${reason}`);
    if (reason !== 'evicted') editTotals(this.context.state).expired += 1;
  }

  private sweep(now: number): void {
    this.connections.sweep(now);
    this.windows.sweep(now);
  }

  private tellStats(time: number): void {
    const totals = editTotals(this.context.state);
    const { logins, failed, exceeded, expired } = totals;
    this.context.dispatch(new SshdStats({ logins, failed, exceeded, expired, open: this.connections.size }, { time }));
    Object.assign(totals, { logins: 0, failed: 0, exceeded: 0, expired: 0 });
  }
}
