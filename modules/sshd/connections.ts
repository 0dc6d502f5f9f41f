import type { KeyedState } from 'tocsin';
import { type Connection, type Place, betterAddr, joinInto, mayBelong, newConnection } from './connection.js';
import { Recency } from './recency.js';

/** Why a connection is forgotten without its end having been seen. */
export type Forgotten = 'expired' | 'evicted' | 'superseded';

export interface ConnectionLimits {
  /** Longest silence, ms. */
  readonly maxAge: number;
  readonly maxConnections: number;
}

/** What happens to a connection that ends otherwise than by a line of its own. */
export interface ConnectionWatcher {
  forgotten(reason: Forgotten): void;
  /** Its process is gone, and nothing else can name it: it is over. */
  over(connection: Connection): void;
}

const prefix = 'connection ';
const maxPids = 8;
const keyFor = (id: number): string => `${prefix}${id}`;

// Address, port and pid hold no spaces, so the host behind them needs no escape.
const peerKey = (addr: string, port: number, host: string): string => `${addr} ${port} ${host}`;
const pidKey = (pid: string, host: string): string => `${pid} ${host}`;

/** The open connections: found by host, address and port or by host and pid; bounded by age and number, oldest out. */
export class Connections {
  private readonly byPeer = new Map<string, string>();
  private readonly byPid = new Map<string, string>();
  private readonly recency = new Recency();
  private nextId = 1;
  private nextOrder = 1;

  constructor(
    private readonly state: KeyedState,
    public limits: ConnectionLimits,
    private readonly watcher: ConnectionWatcher,
  ) {
    const kept: [string, Connection][] = [];
    for (const [key, value] of state.entries()) if (key.startsWith(prefix)) kept.push([key, value as Connection]);
    kept.sort((a, b) => a[1].order - b[1].order);
    for (const [key, connection] of kept) {
      this.index(key, connection);
      this.recency.touch(key, connection.seen);
      this.nextId = Math.max(this.nextId, connection.id + 1);
      this.nextOrder = connection.order + 1;
    }
  }

  get size(): number {
    return this.recency.size;
  }

  /** The connection a line belongs to, for changing; none where no line before it named it. `now` is stack time. */
  find(place: Place, now: number): Connection | undefined {
    const key = this.keyOf(place);
    return key === undefined ? undefined : this.touch(key, place, now);
  }

  /** The same for a line about an attempt: one that belongs to no open connection, or to an authenticated one, begins a new one. */
  take(place: Place, now: number): Connection | undefined {
    if (place.pid === '' && place.port === 0) return undefined;
    let key = this.keyOf(place);
    if (key !== undefined && this.state.get<Connection>(key)?.login !== null) {
      this.drop(key);
      this.watcher.forgotten('superseded');
      key = undefined;
    }
    return this.touch(key ?? this.begin(place), place, now);
  }

  /** Forgets a connection that has ended. */
  end(connection: Connection): void {
    this.drop(keyFor(connection.id));
  }

  /** Forgets those silent for longer than `maxAge` before `now`, stack time. */
  sweep(now: number): void {
    for (;;) {
      const key = this.recency.oldestBefore(now - this.limits.maxAge);
      if (key === undefined) return;
      this.drop(key);
      this.watcher.forgotten('expired');
    }
  }

  private keyOf(place: Place): string | undefined {
    const peer =
      place.port === 0 ? undefined : this.fresh(this.byPeer.get(peerKey(place.addr, place.port, place.host)), place);
    const pid = place.pid === '' ? undefined : this.fresh(this.byPid.get(pidKey(place.pid, place.host)), place);
    if (pid === undefined || pid === peer) return peer;
    const connection = this.state.edit<Connection>(pid);
    if (connection === undefined) return peer;
    if (!mayBelong(connection, place)) {
      this.releasePid(pid, connection, place.pid);
      return peer;
    }
    if (peer === undefined) return pid;
    if (connection.port === 0) this.join(peer, pid, connection);
    else this.releasePid(pid, connection, place.pid);
    return peer;
  }

  /** The key, unless the connection's last line is too long ago by the clock of its host. */
  private fresh(key: string | undefined, place: Place): string | undefined {
    if (key === undefined) return undefined;
    const last = this.state.get<Connection>(key)?.last ?? place.time;
    if (Math.abs(place.time - last) <= this.limits.maxAge) return key;
    this.drop(key);
    this.watcher.forgotten('expired');
    return undefined;
  }

  private join(into: string, from: string, connection: Connection): void {
    const target = this.state.edit<Connection>(into);
    if (target !== undefined) joinInto(target, connection);
    this.drop(from);
  }

  /** The pid belongs to another connection now. Without pid and port, no line can name this one again. */
  private releasePid(key: string, connection: Connection, pid: string): void {
    this.byPid.delete(pidKey(pid, connection.host));
    connection.pids = connection.pids.filter((own) => own !== pid);
    if (connection.port !== 0 || connection.pids.length > 0) return;
    this.drop(key);
    this.watcher.over(connection);
  }

  private begin(place: Place): string {
    while (this.recency.size >= this.limits.maxConnections) {
      const oldest = this.recency.oldest();
      if (oldest === undefined) break;
      this.drop(oldest);
      this.watcher.forgotten('evicted');
    }
    const key = keyFor(this.nextId);
    this.state.put(key, newConnection(this.nextId, place.host));
    this.nextId += 1;
    return key;
  }

  private touch(key: string, place: Place, now: number): Connection | undefined {
    const connection = this.state.edit<Connection>(key);
    if (connection === undefined) return undefined;
    this.settle(key, connection, place);
    connection.last = place.time;
    connection.seen = now;
    connection.order = this.nextOrder;
    this.nextOrder += 1;
    this.recency.touch(key, now);
    return connection;
  }

  /** Adds to a connection what the line says of its place. */
  private settle(key: string, connection: Connection, place: Place): void {
    this.settlePeer(key, connection, place);
    const { pid, host } = place;
    if (pid === '' || connection.pids.at(-1) === pid) return;
    const others = connection.pids.filter((other) => other !== pid);
    for (const old of others.splice(0, others.length - maxPids + 1)) this.byPid.delete(pidKey(old, host));
    connection.pids = [...others, pid];
    this.byPid.set(pidKey(pid, host), key);
  }

  private settlePeer(key: string, connection: Connection, place: Place): void {
    const addr = betterAddr(connection.addr, place.addr);
    const port = connection.port === 0 ? place.port : connection.port;
    if (addr === connection.addr && port === connection.port) return;
    // Two that turn out to have the same peer stay apart until a line names it.
    if (port !== 0 && this.byPeer.has(peerKey(addr, port, connection.host))) return;
    if (connection.port !== 0) this.byPeer.delete(peerKey(connection.addr, connection.port, connection.host));
    connection.addr = addr;
    connection.port = port;
    if (port !== 0) this.byPeer.set(peerKey(addr, port, connection.host), key);
  }

  private index(key: string, connection: Readonly<Connection>): void {
    if (connection.port !== 0) this.byPeer.set(peerKey(connection.addr, connection.port, connection.host), key);
    for (const pid of connection.pids) this.byPid.set(pidKey(pid, connection.host), key);
  }

  private drop(key: string): void {
    const connection = this.state.get<Connection>(key);
    this.state.delete(key);
    this.recency.delete(key);
    if (connection === undefined) return;
    if (connection.port !== 0) this.byPeer.delete(peerKey(connection.addr, connection.port, connection.host));
    for (const pid of connection.pids) this.byPid.delete(pidKey(pid, connection.host));
  }
}
