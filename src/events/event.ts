import type { Json } from '../json.js';
import type { NormalizedEvent } from '../normalize/normalized-event.js';
import type { LogRecord } from '../record.js';
import { checkFields, type FieldTypes, type FieldValues } from './fields.js';

export type Severity = 'error' | 'warning' | 'notice';

/** What every event class declares beside its fields. Set as `static` members. */
export interface EventClass {
  readonly name: string;
  readonly severity: Severity;
  /** Names the kind of audit row; only on audit events. */
  readonly auditId?: string;
  /** Declared fields and their types; checked whenever an event is built. */
  readonly fields: FieldTypes;
  /** nunjucks template of the message as text, over `fields`, `summary`, `time`, `module` and `record`. */
  readonly text?: string;
  /** The same as HTML; every value is escaped. */
  readonly html?: string;
  /** Only listeners that name the class in `accepts` get it, without its record: for what is too much for people. */
  readonly quiet?: boolean;
  readonly prototype: Event;
}

/**
 * Something a module noticed. Subclass it, declare `static fields`, and write `summary`.
 * `id`, `time`, `module` and `record` are filled in by the stack when it is dispatched; a time set by the module stays.
 */
export abstract class Event<F extends FieldTypes = FieldTypes> {
  static readonly severity: Severity = 'notice';
  static readonly fields: FieldTypes = {};

  /** Journal number of the frame it came from and its ordinal there, `<seq>-<ordinal>`; "" before dispatch. */
  declare readonly id: string;
  /** When it happened, ms since the epoch; 0 before dispatch. */
  declare readonly time: number;
  /** Name under which the module that dispatched it runs; "" before dispatch. */
  declare readonly module: string;
  /** The record it came from; none for events of a tick. */
  declare readonly record: LogRecord | undefined;
  declare readonly fields: FieldValues<F>;

  /**
   * Builds an event from exactly its declared fields.
   * @throws FieldError naming class and field where one is missing, unknown or of another type.
   */
  constructor(fields: FieldValues<F>, options?: { readonly time?: number }) {
    checkFields(new.target, fields);
    // Assigned, for Node 20 is slow with fields declared with a value: a twentieth of the time of a replay.
    this.id = '';
    this.time = options?.time ?? 0;
    this.module = '';
    this.record = undefined;
    this.fields = fields;
  }

  /** One line that says what happened: a plain function of the fields. */
  abstract get summary(): string;

  /** The same thing as normalized events, so that directives can match what modules noticed. */
  toNormalized?(): readonly NormalizedEvent[];

  /** The event's class, with its declarations. */
  get class(): EventClass {
    return this.constructor as unknown as EventClass;
  }

  get severity(): Severity {
    return this.class.severity;
  }

  get auditId(): string | undefined {
    return this.class.auditId;
  }
}

/** An event that someone should act on. */
export abstract class ErrorEvent<F extends FieldTypes = FieldTypes> extends Event<F> {
  static override readonly severity: Severity = 'error';
}

/** An event that someone should look at. */
export abstract class WarningEvent<F extends FieldTypes = FieldTypes> extends Event<F> {
  static override readonly severity: Severity = 'warning';
}

/** An event worth a line. */
export abstract class NoticeEvent<F extends FieldTypes = FieldTypes> extends Event<F> {
  static override readonly severity: Severity = 'notice';
}

/** An event fit for an audit trail: a subclass declares `static auditId`, and may set `static severity`. */
export abstract class AuditEvent<F extends FieldTypes = FieldTypes> extends Event<F> {
  static readonly auditId: string = '';
}

/** An event as it is stored and handed between threads: plain JSON. */
export interface StoredEvent {
  readonly id: string;
  readonly event: string;
  readonly auditId?: string;
  readonly severity: Severity;
  /** ms since the epoch. */
  readonly time: number;
  readonly module: string;
  /** Of a user's module: which code dispatched it, see `codeOf`. */
  readonly code?: string;
  /** None of a quiet class, whose events are too many for it. */
  readonly summary?: string;
  readonly fields: Readonly<Record<string, Json>>;
  /** The record it came from, without what it was normalized to. */
  readonly record?: Omit<LogRecord, 'normalized'>;
}
