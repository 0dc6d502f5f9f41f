import { expect } from 'chai';
import type { ModuleCall } from '../../src/frontend/at-work.js';
import { type CoreEnd, judge, judgeProcess } from '../../src/run/judge.js';
import { emptyRecord, type PoisonRecord } from '../../src/run/poison-record.js';

const nameOf = ({ kind }: { readonly kind: string }): string =>
  kind === 'module' ? 'm' : kind === 'plugin' ? 'plugin p' : 'core';

const diesIn = (seq: number, call: ModuleCall, more: Partial<CoreEnd> = {}): CoreEnd => ({
  message: 'the core thread ended with exit code 1\n    at somewhere',
  pulse: { seq, working: { kind: 'module', index: 0, call }, beats: 1 },
  ...more,
});

const times = (count: number, end: CoreEnd, record: PoisonRecord = emptyRecord): PoisonRecord =>
  count === 0 ? record : times(count - 1, end, judge(record, end, nameOf).record);

describe('judge()', () => {
  it('sets an entry aside when a module ended the core at it for the third time', () => {
    expect(times(2, diesIn(9, 'onRecord'))).to.deep.equal({
      ...emptyRecord,
      suspects: [{ first: 9, last: 9, deaths: 2 }],
    });
    const reason = 'the core thread ended with exit code 1 (at work: module m, onRecord)';
    const { record, what, decided } = judge(times(2, diesIn(9, 'onRecord')), diesIn(9, 'onRecord'), nameOf);
    expect(record).to.deep.equal({ ...emptyRecord, aside: [{ seq: 9, by: 'm', reason, kept: false }] });
    expect([what, decided]).to.deep.equal([`journal entry 9: ${reason}`, 'entry 9 is set aside']);
  });

  it('turns a module off that ends the core on its clock: the next entry would move the clock as well', () => {
    const { record, decided } = judge(times(2, diesIn(9, 'onTick')), diesIn(9, 'onTick'), nameOf);
    expect(record.aside).to.deep.equal([]);
    expect(record.off).to.have.length(1);
    expect(record.off[0]).to.include({ name: 'm', from: 9 });
    expect(decided).to.equal('m is turned off');
  });

  it('turns a module off rather than set aside an eleventh entry of it near the others', () => {
    let record = emptyRecord;
    for (let seq = 1; seq <= 11; seq += 1) record = times(3, diesIn(seq * 10, 'onRecord'), record);
    expect(record.aside).to.have.length(10);
    expect(record.off.map(({ from }) => from)).to.deep.equal([110]);
    const far = times(3, diesIn(50_000, 'onRecord'), { ...record, off: [] });
    expect(far.aside).to.have.length(11);
  });

  it('turns off at once who does not come back: a module, or a pattern', () => {
    const stands = { stoodMs: 30_000 };
    expect(times(1, diesIn(9, 'onEvent', stands)).off).to.deep.equal([
      { name: 'm', from: 9, reason: 'module m, onEvent had not come back for 30 s' },
    ]);
    const pattern: CoreEnd = {
      message: '',
      pulse: { seq: 9, working: { kind: 'plugin', index: 3 }, beats: 1 },
      ...stands,
    };
    expect(times(1, pattern).off.map(({ name }) => name)).to.deep.equal(['plugin p']);
  });

  it('sets aside what the core itself does not come back from', () => {
    const end: CoreEnd = { message: '', pulse: { seq: 9, working: { kind: 'core' }, beats: 1 }, stoodMs: 500 };
    expect(times(3, end).aside).to.deep.equal([
      { seq: 9, by: 'core', reason: 'core had not come back for 0.5 s', kept: false },
    ]);
  });

  it('holds nothing against an entry where none was at work', () => {
    const idle: CoreEnd = { message: 'gone', pulse: { seq: 9, working: { kind: 'idle' }, beats: 1 } };
    expect(times(5, idle)).to.equal(emptyRecord);
    expect(times(5, diesIn(9, 'checkpoint'))).to.equal(emptyRecord);
  });
});

describe('judgeProcess()', () => {
  it('finds an entry guilty at the third death, the one of its block included', () => {
    const block = judgeProcess(emptyRecord, { first: 1, last: 9 });
    expect(block.record.suspects).to.deep.equal([{ first: 1, last: 9, deaths: 1 }]);
    expect(block.what).to.equal('the process ended while it was at work on journal entries 1-9');
    const alone = judgeProcess(block.record, { first: 4, last: 4 });
    expect(alone.record.aside).to.deep.equal([]);
    expect(judgeProcess(alone.record, { first: 4, last: 4 }).record.aside.map(({ seq }) => seq)).to.deep.equal([4]);
  });
});
