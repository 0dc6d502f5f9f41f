import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DeliveryError, NoticeEvent } from 'tocsin';
import eventFile from '../../listeners/event-file.js';
import { contractEvent, listenerContract } from '../contracts/listener.js';
import { listenerContext } from '../contracts/listener-context.js';

const fields = { detail: 'json' } as const;

class Loose extends NoticeEvent<typeof fields> {
  static override readonly fields = fields;
  get summary(): string {
    return 'loose';
  }
}

describe('event-file', () => {
  listenerContract({ name: 'event-file', definition: eventFile, withoutDirectory: 'keeps' });

  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tocsin-event-file-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('writes one line of JSON an event, in the order of events.jsonl', async () => {
    const listener = eventFile.create(eventFile.options.parse({}), listenerContext(dir));
    await listener.handle(contractEvent(1, 'a\nb'));
    await listener.close?.();
    expect(readFileSync(join(dir, 'events.jsonl'), 'utf8')).to.equal(
      '{"event":"ContractEvent","auditId":"contract.event","severity":"error","time":"2026-11-20T10:00:00.001Z",' +
        '"module":"contract","summary":"number 1; a\\nb","fields":{"n":1,"text":"a\\nb"}}\n',
    );
  });

  it('makes an empty file where there was no event', async () => {
    const listener = eventFile.create(eventFile.options.parse({ file: 'sub/other.jsonl' }), listenerContext(dir));
    await listener.flush?.();
    await listener.close?.();
    expect(readFileSync(join(dir, 'sub/other.jsonl'), 'utf8')).to.equal('');
  });

  it('refuses for good an event that JSON cannot carry, and goes on', async () => {
    const listener = eventFile.create(eventFile.options.parse({}), listenerContext(dir));
    const detail: unknown[] = [];
    detail.push(detail);
    for (const event of [
      new Loose({ detail }),
      new Loose({ detail: 1n }),
      new Loose({ detail: 1 }, { time: Number.NaN }),
    ]) {
      expect(() => listener.handle(event))
        .to.throw(DeliveryError, 'Loose')
        .with.property('retryable', false);
    }
    await listener.handle(new Loose({ detail: 1 }));
    await listener.close?.();
    expect(readFileSync(join(dir, 'events.jsonl'), 'utf8').trimEnd().split('\n')).to.have.length(1);
  });
});
