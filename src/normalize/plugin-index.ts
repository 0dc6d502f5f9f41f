import { Bucket } from './bucket.js';
import type { Building } from './event-builder.js';
import { compilePath } from './json-path.js';
import { compileKind, type Kind, type Outcome } from './kind.js';
import type { LoadedKind, LoadedPlugin } from './loaded-plugin.js';
import type { Pattern } from './pattern.js';
import type { Selector } from './plugin-schema.js';
import { type Getter, groupGetter, type PairFormat, pairGetter, type Scan } from './scan.js';
import { compileSelector, keyOf } from './selector.js';

const everyRecord: Selector = {};

type Try = (scan: Scan) => Outcome | undefined;

const never: Try = () => undefined;

/** A pattern at one of its places: what it does, and what it does when it is not turned off. */
interface Placed {
  readonly order: number;
  readonly on: Try;
  attempt: Try;
}

/** Plugins found by what a record says of itself: program, host, input, facility, then literals and values. */
export class PluginIndex {
  readonly #building: Building;
  readonly #keyed = {
    app: new Map<string, Bucket>(),
    host: new Map<string, Bucket>(),
    input: new Map<string, Bucket>(),
  };
  readonly #facilities = new Map<number, Bucket>();
  readonly #global = new Bucket();
  readonly #placed: Placed[] = [];
  /** Patterns by their number, as they are named to people. */
  readonly names: string[] = [];

  constructor(plugins: readonly LoadedPlugin[], building: Building) {
    this.#building = building;
    for (const plugin of plugins) this.#add(plugin);
    for (const bucket of this.#buckets()) bucket.finish();
  }

  /** What the plugins make of a record; undefined where none knows it. */
  find(scan: Scan): Outcome | undefined {
    const { app, host, input, facility } = scan.record;
    const { app: apps, host: hosts, input: inputs } = this.#keyed;
    return (
      findIn(apps, app, scan) ??
      findIn(hosts, host, scan) ??
      findIn(inputs, input, scan) ??
      findIn(this.#facilities, facility, scan) ??
      this.#global.find(scan)
    );
  }

  /** From here on the patterns of these names know no record, and all others do. */
  turnOff(names: ReadonlySet<string>): void {
    for (const placed of this.#placed) placed.attempt = names.has(this.names[placed.order] ?? '') ? never : placed.on;
  }

  #add(plugin: LoadedPlugin): void {
    if (plugin.read === 'text') {
      this.#addText(plugin);
      return;
    }
    for (const kind of plugin.kinds) {
      if (plugin.read === 'json') this.#addJson(plugin, kind);
      else this.#addPairs(plugin, kind, plugin.read);
    }
  }

  /** Kinds with the same pattern are matched once, and then told apart by their conditions. */
  #addText(plugin: LoadedPlugin): void {
    const byPattern = new Map<Pattern, LoadedKind[]>();
    for (const kind of plugin.kinds) {
      if (kind.pattern === undefined) continue;
      byPattern.set(kind.pattern, [...(byPattern.get(kind.pattern) ?? []), kind]);
    }
    for (const [pattern, kinds] of byPattern) {
      const getter = groupGetter(pattern.groups);
      const compiled = kinds.map((kind) => this.#compile(plugin, kind, getter));
      const attempt: Try = (scan) => {
        const match = pattern.regex.exec(scan.message);
        return match === null ? undefined : firstOf(compiled, match);
      };
      this.#place(plugin, { attempt, kind: kinds[0] }, (bucket, placed) => bucket.addText(pattern.literals, placed));
    }
  }

  #addJson(plugin: LoadedPlugin, kind: LoadedKind): void {
    const compiled = this.#compile(plugin, kind, compilePath);
    const attempt: Try = (scan) => {
      const object = scan.json();
      return object !== undefined && compiled.accepts(object) ? compiled.make(object) : undefined;
    };
    this.#place(plugin, { attempt, kind }, (bucket, placed) => bucket.addJson(kind.when, placed));
  }

  #addPairs(plugin: LoadedPlugin, kind: LoadedKind, format: PairFormat): void {
    const compiled = this.#compile(plugin, kind, pairGetter);
    const attempt: Try = (scan) => {
      const pairs = scan.pairs(format);
      return pairs !== undefined && compiled.accepts(pairs) ? compiled.make(pairs) : undefined;
    };
    this.#place(plugin, { attempt, kind }, (bucket, placed, selector) => {
      // A literal of the selector finds the plugin before anything is read.
      if (selector.contains?.every(isAscii) !== true) bucket.addPairs(format, kind.when, placed);
      else for (const literal of selector.contains) bucket.addText({ inner: literal }, placed);
    });
  }

  #compile<F>(plugin: LoadedPlugin, kind: LoadedKind, getter: Getter<F>): Kind<F> {
    return compileKind(plugin, kind, { getter, building: this.#building });
  }

  #place(
    plugin: LoadedPlugin,
    { attempt, kind }: { readonly attempt: Try; readonly kind: LoadedKind | undefined },
    add: (bucket: Bucket, placed: Placed, selector: Selector) => void,
  ): void {
    const place = kind === undefined ? 0 : plugin.kinds.indexOf(kind);
    const order = this.names.push(`plugin ${plugin.name}, kind ${place + 1}`) - 1;
    for (const selector of plugin.records.length === 0 ? [everyRecord] : plugin.records) {
      const holds = compileSelector(selector);
      const on: Try = holds === undefined ? attempt : (scan) => (holds(scan) ? attempt(scan) : undefined);
      const placed: Placed = { order, on, attempt: on };
      this.#placed.push(placed);
      for (const bucket of this.#bucketsOf(selector)) add(bucket, placed, selector);
    }
  }

  #bucketsOf(selector: Selector): Bucket[] {
    const key = keyOf(selector);
    if (key === 'none') return [this.#global];
    if (key === 'facility') return (selector.facility ?? []).map((facility) => bucketAt(this.#facilities, facility));
    return (selector[key] ?? []).map((value) => bucketAt(this.#keyed[key], value));
  }

  *#buckets(): Generator<Bucket> {
    yield* this.#keyed.app.values();
    yield* this.#keyed.host.values();
    yield* this.#keyed.input.values();
    yield* this.#facilities.values();
    yield this.#global;
  }
}

const findIn = <K>(buckets: ReadonlyMap<K, Bucket>, key: K | undefined, scan: Scan): Outcome | undefined =>
  key === undefined || buckets.size === 0 ? undefined : buckets.get(key)?.find(scan);

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

const bucketAt = <K>(buckets: Map<K, Bucket>, key: K): Bucket => {
  const bucket = buckets.get(key) ?? new Bucket();
  buckets.set(key, bucket);
  return bucket;
};

const firstOf = <F>(kinds: readonly Kind<F>[], fields: F): Outcome | undefined => {
  for (const kind of kinds) if (kind.accepts(fields)) return kind.make(fields);
  return undefined;
};
