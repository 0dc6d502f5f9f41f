import { join, resolve } from 'node:path';
import {
  AppendFile,
  DeliveryError,
  defineListener,
  type Event,
  type EventClass,
  type Listener,
  type ListenerContext,
} from 'tocsin';
import { z } from 'zod';
import { auditColumns, auditHeader, auditRow } from './csv-audit/row.js';

const options = z.strictObject({
  dir: z.string().min(1).default('audit').describe('Directory of the CSV files, from the log directory (--log-dir) on'),
});

/** An audit id becomes a file name: no separator, no leading dot, no surprise in a shell. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

interface AuditFile {
  /** The event class whose columns it has. */
  readonly eventClass: EventClass;
  readonly className: string;
  readonly header: string;
  readonly rows: AppendFile;
}

class CsvAudit implements Listener {
  readonly #dir: string;
  readonly #context: ListenerContext;
  readonly #files = new Map<string, AuditFile>();

  constructor(dir: string, context: ListenerContext) {
    this.#dir = dir;
    this.#context = context;
  }

  handle(event: Event): void | Promise<void> {
    const { auditId } = event;
    if (auditId === undefined) {
      this.#context.metrics.count('not_audit');
      return undefined;
    }
    const known = this.#files.get(auditId);
    if (known?.eventClass === event.class) return known.rows.add(rowOf(event));
    return this.#fileFor(auditId, event).then((file) => file.rows.add(rowOf(event)));
  }

  async flush(): Promise<void> {
    await this.#each((rows) => rows.flush());
  }

  forget(): number {
    return [...this.#files.values()].reduce((sum, { rows }) => sum + rows.forget(), 0);
  }

  async reopen(): Promise<void> {
    await this.#each((rows) => rows.reopen());
  }

  async close(): Promise<void> {
    await this.#each((rows) => rows.close());
  }

  async #fileFor(auditId: string, event: Event): Promise<AuditFile> {
    const className = event.class.name;
    const header = auditHeader(auditColumns(event.class));
    const known = this.#files.get(auditId);
    if (known?.header === header) return known;
    if (known !== undefined) {
      if (known.className !== className) throw twoClasses(auditId, known.className, className);
      await known.rows.flush();
      await known.rows.close();
    }
    if (!safeName.test(auditId)) throw unsafeName(auditId, className);
    const { log, metrics, places } = this.#context;
    const path = join(this.#dir, `${auditId}.csv`);
    const rows = new AppendFile({ path, header, log, metrics, places });
    const file = { eventClass: event.class, className, header, rows };
    this.#files.set(auditId, file);
    return file;
  }

  /** Every file gets its turn, even where another one fails; the first failure is thrown then. */
  async #each(act: (rows: AppendFile) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled([...this.#files.values()].map(({ rows }) => act(rows)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

const rowOf = (event: Event): string => {
  try {
    return auditRow(event);
  } catch (cause) {
    throw new DeliveryError(
      `cannot write event ${event.id} (${event.class.name}) as a CSV row: ${String(cause)}; a valid time and fields of plain data would be right`,
      { retryable: false, cause },
    );
  }
};

const twoClasses = (auditId: string, first: string, second: string): DeliveryError =>
  new DeliveryError(
    `cannot write ${second} to ${auditId}.csv: it has the columns of ${first}; one audit id for each class would be right`,
    { retryable: false },
  );

const unsafeName = (auditId: string, className: string): DeliveryError =>
  new DeliveryError(
    `cannot name a file after the audit id ${JSON.stringify(auditId)} of ${className}; letters, digits, ".", "_" and "-", beginning with a letter or digit, at most 100, would be right`,
    { retryable: false },
  );

/** Writes audit events as rows of one CSV file an audit id. */
export default defineListener({
  name: 'csv-audit',
  description: 'Audit events as rows of a CSV file for each audit id',
  options,
  writes: ({ dir }) => [join(dir, '*.csv')],
  create: ({ dir }, context) => new CsvAudit(resolve(context.logDir, dir), context),
});
