import { expect } from 'chai';
import { NoticeEvent } from '../../src/events/event.js';
import { BlockReader } from '../../src/journal/block.js';
import { EventBatch } from '../../src/run/event-batch.js';

class Said extends NoticeEvent<typeof Said.fields> {
  static override readonly fields = { what: 'json' } as const;
  get summary(): string {
    return this.fields.what === 'mute' ? (undefined as unknown as string) : 'said';
  }
}

class Counted extends Said {
  static readonly quiet = true;
}

const said = (id: string, what: unknown): Said => Object.assign(new Said({ what }), { id, module: 'm' });

describe('EventBatch', () => {
  it('is as it was where an event cannot be stored', () => {
    const batch = new EventBatch({ lastEventId: undefined, lastEventNumber: 4 });
    batch.add(said('1-0', 'a'));
    expect(() => batch.add(said('1-1', 5n))).to.throw(TypeError, 'BigInt');
    expect(() => batch.add(said('1-2', 'mute'))).to.throw(TypeError, 'its summary is undefined, a text would be right');
    expect([batch.events, batch.lastEventId]).to.deep.equal([1, '1-0']);
    batch.add(said('1-3', 'b'));
    const reader = new BlockReader(batch.take() ?? new Uint8Array());
    expect([reader.header.firstSeq, reader.header.count, batch.lastEventId]).to.deep.equal([5, 2, '1-3']);
  });

  it('counts what people see: quiet events are stored, without what only people read, and not counted', () => {
    const batch = new EventBatch({ lastEventId: undefined, lastEventNumber: 0 });
    batch.add(said('1-0', 'a'));
    batch.add(Object.assign(new Counted({ what: 'ä€😀'.repeat(9_000) }), { id: '1-1', module: 'm' }));
    const reader = new BlockReader(batch.take() ?? new Uint8Array());
    expect(reader.header.count).to.equal(2);
    while (reader.next());
    const stored = JSON.parse(reader.bytes.toString('utf8', reader.start, reader.end)) as unknown;
    expect(stored).to.deep.include({ id: '1-1', event: 'Counted', fields: { what: 'ä€😀'.repeat(9_000) } });
    expect(stored).not.to.have.any.keys('summary', 'record');
    expect(batch.events).to.equal(1);
  });
});
