import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuditEvent, DeliveryError, type Event, type FieldTypes, type Listener, NoticeEvent } from 'tocsin';
import csvAudit from '../../listeners/csv-audit.js';
import { contractEvent, listenerContract } from '../contracts/listener.js';
import { listenerContext, type TestContext } from '../contracts/listener-context.js';

const classOf = (auditId: string, fields: FieldTypes, name = 'Made') => {
  const made = class extends AuditEvent {
    static override readonly auditId = auditId;
    static override readonly fields = fields;
    get summary(): string {
      return 'summary';
    }
  };
  Object.defineProperty(made, 'name', { value: name });
  return made;
};

const time = Date.UTC(2026, 10, 20, 10);
const eventOf = (auditId: string, values: Readonly<Record<string, unknown>>, types: FieldTypes, name?: string): Event =>
  new (classOf(auditId, types, name))(values, { time });

const filled = (event: Event): Event => Object.assign(event, { id: '7-0', module: 'mod', record: { host: 'gw' } });

describe('csv-audit', () => {
  listenerContract({ name: 'csv-audit', definition: csvAudit, withoutDirectory: 'keeps' });

  let dir: string;
  let context: TestContext;
  let listener: Listener;
  const start = (): void => {
    listener = csvAudit.create(csvAudit.options.parse({}), context);
  };
  const read = (name: string): string => readFileSync(join(dir, 'audit', name), 'utf8');
  const rows = (name: string): string[] => read(name).trimEnd().split('\n');

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-csv-'));
    context = listenerContext(dir);
    start();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('writes a header and a row for each event, in a file for each audit id', async () => {
    await listener.handle(filled(eventOf('sshd.login', { user: 'root', n: 1 }, { user: 'string', n: 'number' })));
    await listener.handle(eventOf('sshd.stats', {}, {}));
    await listener.close?.();
    expect(read('sshd.login.csv')).to.equal(
      'id,time,severity,module,host,summary,user,n\n7-0,2026-11-20T10:00:00.000Z,notice,mod,gw,summary,root,1\n',
    );
    expect(read('sshd.stats.csv')).to.equal(
      'id,time,severity,module,host,summary\n,2026-11-20T10:00:00.000Z,notice,,,summary\n',
    );
  });

  const cells: readonly (readonly [string, unknown, FieldTypes[string], string])[] = [
    ['a formula', '=1+1', 'string', "'=1+1"],
    ['a command', '@SUM(A1)', 'string', "'@SUM(A1)"],
    ['a plus', '+1', 'string', "'+1"],
    ['text that begins with a minus', '-1+cmd', 'string', "'-1+cmd"],
    ['a negative number', -1.5, 'number', '-1.5'],
    ['a formula behind a tab', '\t=1', 'string', '\\x09=1'],
    ['a formula in full width', '＝1', 'string', "'＝1"],
    ['quotes and commas', 'a,"b"', 'string', '"a,""b"""'],
    ['line breaks', 'a\r\n=1', 'string', 'a\\x0d\\x0a=1'],
    ['a line separator', 'a\u2028b', 'string', 'a\\u{2028}b'],
    ['true', true, 'boolean', 'true'],
    ['false', false, 'boolean', 'false'],
    ['an absent value', undefined, 'string?', ''],
    ['a list', ['a', '=b'], 'strings', '"[""a"",""=b""]"'],
    ['JSON', { a: '\u009b' }, 'json', '"{""a"":""\\u009b""}"'],
    ['an empty text', '', 'string', ''],
  ];
  for (const [name, value, type, expected] of cells) {
    it(`writes ${name} safely`, async () => {
      await listener.handle(eventOf('cell', { value }, { value: type }));
      await listener.close?.();
      expect(rows('cell.csv')[1]).to.equal(`,2026-11-20T10:00:00.000Z,notice,,,summary,${expected}`);
    });
  }

  it('tells a field from the column of the same name', async () => {
    await listener.handle(eventOf('twin', { time: 5, host: 'h' }, { time: 'number', host: 'string' }));
    await listener.close?.();
    expect(rows('twin.csv')[0]).to.equal('id,time,severity,module,host,summary,fields.time,fields.host');
  });

  it('appends over restarts under one header', async () => {
    for (const n of [1, 2]) {
      start();
      await listener.handle(eventOf('kept', { n }, { n: 'number' }));
      await listener.close?.();
    }
    expect(rows('kept.csv')).to.have.length(3);
  });

  it('begins a new file with a header after a rotation, without being told', async () => {
    await listener.handle(eventOf('rotated', { n: 1 }, { n: 'number' }));
    await listener.flush?.();
    renameSync(join(dir, 'audit', 'rotated.csv'), join(dir, 'audit', 'rotated.csv.1'));
    await listener.handle(eventOf('rotated', { n: 2 }, { n: 'number' }));
    await listener.close?.();
    expect(rows('rotated.csv')).to.have.length(2);
    expect(rows('rotated.csv.1')).to.have.length(2);
    expect(rows('rotated.csv')[0]).to.equal(rows('rotated.csv.1')[0]);
  });

  it('keeps a file with other columns aside, and says so', async () => {
    mkdirSync(join(dir, 'audit'));
    writeFileSync(join(dir, 'audit', 'old.csv'), 'id,other\n1,2\n');
    await listener.handle(eventOf('old', { n: 1 }, { n: 'number' }));
    await listener.close?.();
    expect(read('old.csv.old-1')).to.equal('id,other\n1,2\n');
    expect(rows('old.csv')).to.have.length(2);
    expect(context.said.join()).to.include('old.csv.old-1');
  });

  it('follows a class whose columns have changed while running', async () => {
    await listener.handle(eventOf('live', { n: 1 }, { n: 'number' }));
    await listener.handle(eventOf('live', { m: 2 }, { m: 'number' }));
    await listener.close?.();
    expect(rows('live.csv.old-1')).to.have.length(2);
    expect(rows('live.csv')).to.have.length(2);
  });

  const refused = async (event: Event): Promise<DeliveryError> => {
    try {
      await listener.handle(event);
    } catch (error) {
      expect(error).to.be.instanceOf(DeliveryError).and.have.property('retryable', false);
      return error as DeliveryError;
    }
    throw new Error('it should have been refused');
  };

  it('refuses a second class with other columns under one audit id', async () => {
    await listener.handle(eventOf('shared', { n: 1 }, { n: 'number' }, 'One'));
    const failure = await refused(eventOf('shared', { m: 2 }, { m: 'number' }, 'Two'));
    expect(failure.message).to.include('One').and.include('Two').and.include('would be right');
    await listener.close?.();
    expect(rows('shared.csv')).to.have.length(2);
  });

  for (const auditId of ['../up', 'a/b', '', '.hidden', 'a\0b', 'a b', '-rf', 'x'.repeat(101)]) {
    it(`refuses the audit id ${JSON.stringify(auditId.slice(0, 12))} as a file name`, async () => {
      expect((await refused(eventOf(auditId, {}, {}))).message).to.include('would be right');
      await listener.close?.();
      expect(readdirSync(dir)).to.deep.equal([]);
    });
  }

  it('counts events that are no audit events', async () => {
    class Plain extends NoticeEvent {
      get summary(): string {
        return 'plain';
      }
    }
    await listener.handle(new Plain({}));
    await listener.close?.();
    expect(context.counts.get('not_audit')).to.equal(1);
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('refuses for good an event that is no row', async () => {
    await refused(eventOf('loose', { n: 1n }, { n: 'json' }));
    await listener.close?.();
  });

  it('delivers to the other files where one of them fails', async () => {
    mkdirSync(join(dir, 'audit', 'bad.csv'), { recursive: true });
    await listener.handle(eventOf('bad', {}, {}));
    await listener.handle(contractEvent(1));
    const failure: unknown = await listener.flush?.().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(DeliveryError).and.have.property('retryable', true);
    expect(rows('contract.event.csv')).to.have.length(2);
    rmSync(join(dir, 'audit', 'bad.csv'), { recursive: true });
    await listener.flush?.();
    expect(rows('bad.csv')).to.have.length(2);
    await listener.close?.();
  });
});
