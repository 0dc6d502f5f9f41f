import { expect } from 'chai';
import fc from 'fast-check';
import { readSavedBacklog, savedItems } from '../../src/directives/saved-backlog.js';
import { savedBacklog, savedRule } from '../support/saved-backlogs.js';

const one = savedBacklog();

describe('savedItems()', () => {
  for (const [what, content, items] of [
    ['an array', [one, one], [one, one]],
    ['one backlog', one, [one]],
    ['an object with the array', { version: 1, backlogs: [one] }, [one]],
    ['an object with the array under another name', { id: 7, list: [one] }, [one]],
    ['an object with neither', {}, [{}]],
    ['a text', 'x', ['x']],
    ['null', null, [null]],
  ] as const) {
    it(`finds what ${what} holds`, () => {
      expect(savedItems(content)).to.deep.equal(items);
    });
  }
});

describe('readSavedBacklog()', () => {
  it('reads times as seconds and as text', () => {
    const saved = readSavedBacklog({ ...one, created_time: 12.9, update_time: '1970-01-01T00:01:00.5Z' });
    expect(saved).to.deep.include({ created: 12, updated: 60 });
  });

  it('takes nothing that is not what it should be', () => {
    const saved = readSavedBacklog({
      id: 'by-id',
      kingdom: 7,
      risk: 99,
      created_time: -1,
      update_time: 'yesterday',
      src_ips: ['10.0.0.1', 'x', 3, '::ffff:10.0.0.2'],
      dst_ips: { 0: '10.0.0.1' },
      custom_data: [{ label: 'l', content: '' }, { content: 'x'.repeat(70_000) }, null, { content: 'kept' }],
      intel_hits: [
        { provider: 'p', term: 't' },
        { provider: 'p', term: 't', result: 'r' },
      ],
      rules: [null, { stage: 'one' }, savedRule(1, { start_time: true, event_ids: ['a', 5, ''] })],
    });
    expect(saved).to.deep.include({
      alarmId: 'by-id',
      kingdom: '',
      risk: 10,
      created: 0,
      updated: 0,
      srcIps: ['10.0.0.1', '10.0.0.2'],
      dstIps: [],
      custom: [{ label: '', content: 'kept' }],
      intel: [{ provider: 'p', term: 't', result: 'r' }],
      currentStage: undefined,
    });
    expect([...(saved?.rules.keys() ?? [])]).to.deep.equal([1]);
    expect(saved?.rules.get(1)).to.deep.include({ start: 0, eventIds: ['a'], events: 3 });
  });

  it('reads no inherited key', () => {
    const bare = JSON.parse('{"__proto__":{"alarm_id":"inherited","current_stage":2},"current_stage":2}') as unknown;
    expect(readSavedBacklog(bare)).to.equal(undefined);
    expect(readSavedBacklog(Object.create(one))).to.equal(undefined);
  });

  it('takes any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, other) => {
        for (const item of savedItems(any)) readSavedBacklog(item);
        for (const key of Object.keys(one)) readSavedBacklog({ ...one, [key]: other });
        readSavedBacklog({ ...one, rules: [other, { ...savedRule(1), event_ids: any, from: other }] });
      }),
    );
  });
});
