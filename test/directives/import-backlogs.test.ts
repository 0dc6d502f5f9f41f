import { expect } from 'chai';
import fc from 'fast-check';
import type { GivenOptions } from '../../src/directives/index.js';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';
import { savedBacklog, savedOpenRule, savedRule } from '../support/saved-backlogs.js';

const NOW = 999_950;
const { assets } = assetsOf({ assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }] });
const LATER = { timeout: 600 };
const THREE = wireDirective(1, [
  wireRule(1),
  wireRule(2, { ...LATER, occurrence: 3 }),
  wireRule(3, { ...LATER, to: ':2' }),
]);

const start = (given: unknown[] = [THREE], more: { options?: GivenOptions; state?: MemoryState } = {}) => {
  const started = startEngine({ directives: directivesOf({ directives: given }), assets, ...more });
  started.engine.tick(NOW);
  return started;
};
const outcomeOf = (saved: unknown, given?: unknown[], options: GivenOptions = {}): unknown => {
  const { engine, recorder } = start(given, { options });
  const outcome = Object.fromEntries(engine.importBacklogs(1, saved));
  for (const [reason, count] of Object.entries(outcome)) {
    expect(recorder.counts.get(reason as 'imported'), reason).to.equal(count);
  }
  expect(engine.stats().liveBacklogs).to.equal(outcome['imported'] ?? 0);
  return outcome;
};
const second = (more: object = {}) => eventOf({ pluginSid: 2, time: NOW, ...more });
const third = (more: object = {}) => eventOf({ pluginSid: 3, time: NOW, ...more });

describe('Engine.importBacklogs()', () => {
  it('lets a backlog go on to its end as one of its own, under the id it had', () => {
    const { engine, recorder } = start();
    expect(Object.fromEntries(engine.importBacklogs(1, [savedBacklog()]))).to.deep.equal({ imported: 1 });
    expect(recorder.alarms, 'an import alone writes nothing').to.deep.equal([]);
    for (let n = 0; n < 3; n += 1) engine.event(second(), NOW + 1);
    engine.event(third(), NOW + 2);
    expect(recorder.events.map(({ alarm_id: id, stage }) => [id, stage])).to.deep.equal([
      ['Ab3-xY_9q', 2],
      ['Ab3-xY_9q', 2],
      ['Ab3-xY_9q', 2],
      ['Ab3-xY_9q', 3],
    ]);
    const [one, two] = recorder.alarms;
    expect(recorder.alarms).to.have.length(2);
    expect(one).to.deep.include({ alarm_id: 'Ab3-xY_9q', title: 'story 1', created_time: 999_901, risk: 5 });
    expect(one?.update_time).to.equal(NOW + 1);
    expect(
      one?.rules.map(({ start_time, end_time, status, from }) => [start_time, end_time, status, from]),
    ).to.deep.equal([
      [999_901, 999_901, 'finished', 'ANY'],
      [NOW, NOW, 'finished', '10.0.0.1'],
      [NOW, undefined, undefined, '10.0.0.1'],
    ]);
    expect(two?.rules.map(({ status, to }) => [status, to])).to.deep.equal([
      ['finished', 'ANY'],
      ['finished', 'ANY'],
      ['finished', '8.8.8.8'],
    ]);
    expect(engine.stats()).to.include({ liveBacklogs: 0, alarms: 0 });
  });

  it('takes events only of the address the first one had', () => {
    const { engine, recorder } = start();
    engine.importBacklogs(1, [savedBacklog()]);
    engine.event(second({ srcIp: '10.0.0.2' }), NOW);
    expect(recorder.events).to.deep.equal([]);
  });

  it('ends a backlog at the timeout of its stage, seen from when that began, with a last line', () => {
    const { engine, recorder } = start();
    engine.importBacklogs(1, [savedBacklog()]);
    engine.tick(999_901 + 600);
    expect(recorder.alarms).to.deep.equal([]);
    engine.tick(999_901 + 601);
    expect(recorder.alarms.map(({ alarm_id: id, rules }) => [id, rules.map(({ status }) => status)])).to.deep.equal([
      ['Ab3-xY_9q', ['finished', 'timeout', undefined]],
    ]);
  });

  it('ends what was due while nothing ran at the next second', () => {
    const { engine, recorder } = start();
    engine.importBacklogs(1, [savedBacklog({ rules: [savedRule(1), savedOpenRule(2, { start_time: 5000 })] })]);
    engine.tick(NOW + 1);
    expect(recorder.causes).to.deep.equal(['timeout']);
  });

  it('goes on after a restart, too', () => {
    const { engine, state } = start();
    engine.importBacklogs(1, [savedBacklog()]);
    const { engine: another, recorder } = start([THREE], { state: state.clone() });
    for (let n = 0; n < 3; n += 1) another.event(second(), NOW + 1);
    expect(recorder.alarms.map(({ alarm_id: id }) => id)).to.deep.equal(['Ab3-xY_9q']);
  });

  it('passes over a backlog it has, also after a restart, and one it had', () => {
    const { engine, state, recorder } = start();
    engine.importBacklogs(1, [savedBacklog()]);
    expect(Object.fromEntries(engine.importBacklogs(1, [savedBacklog()]))).to.deep.equal({ 'import-known': 1 });
    engine.tick(NOW + 5000);
    expect(recorder.causes).to.deep.equal(['timeout']);
    expect(engine.stats()).to.include({ liveBacklogs: 0, alarms: 0 });
    expect(Object.fromEntries(engine.importBacklogs(1, [savedBacklog()]))).to.deep.equal({ 'import-known': 1 });
    const { engine: another } = start([THREE], { state: state.clone() });
    expect(Object.fromEntries(another.importBacklogs(1, [savedBacklog()]))).to.deep.equal({ 'import-known': 1 });
  });

  it('knows the events that counted before', () => {
    const { engine, recorder } = start();
    const rules = [savedRule(1, { event_ids: ['a'] }), savedOpenRule(2, { event_ids: ['b', 'c'] })];
    engine.importBacklogs(1, [savedBacklog({ rules })]);
    for (const id of ['a', 'b', 'c']) engine.event(second({ id }), NOW);
    expect(recorder.counts.get('repeated')).to.equal(3);
    expect(recorder.events).to.deep.equal([]);
    engine.event(second({ id: 'd' }), NOW);
    expect(
      recorder.alarms.map(({ rules }) => rules[1]?.status),
      'the third of three',
    ).to.deep.equal(['finished']);
  });

  for (const [what, rule, missing] of [
    ['a list of ids', { event_ids: ['b', 'c'] }, 1],
    ['an empty list', { event_ids: [], start_time: 999_930 }, 3],
    ['events_count', { events_count: 1 }, 2],
    ['event_count', { event_count: 2 }, 1],
    ['more than there can be', { event_count: 2000 }, 1],
    ['a start after the end of the stage before', { start_time: 999_930 }, 2],
    ['a start with the end of the stage before', { start_time: 999_901 }, 3],
    ['nothing', { start_time: undefined }, 3],
  ] as const) {
    it(`counts on from ${what}`, () => {
      const { engine, recorder } = start();
      engine.importBacklogs(1, [savedBacklog({ rules: [savedRule(1), savedOpenRule(2, rule)] })]);
      for (let n = 1; n < missing; n += 1) engine.event(second(), NOW);
      expect(recorder.alarms).to.deep.equal([]);
      engine.event(second(), NOW);
      expect(recorder.alarms).to.have.length(1);
    });
  }

  it('believes no time that is yet to come', () => {
    const { engine, recorder } = start();
    const far = 4_000_000_000;
    const rules = [savedRule(1, { start_time: far, end_time: far }), savedOpenRule(2, { start_time: far })];
    engine.importBacklogs(1, [savedBacklog({ rules, created_time: far, update_time: far })]);
    engine.tick(NOW + 601);
    expect(recorder.alarms.map(({ created_time: created, update_time: updated }) => [created, updated])).to.deep.equal([
      [NOW, NOW],
    ]);
  });

  it('keeps no more of lists than of its own backlogs, and counts the rest', () => {
    const { engine, recorder } = start([THREE], {
      options: { limits: { addresses: 2, customData: 1, idsPerStage: 1 } },
    });
    const many = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const hits = many.map((term) => ({ provider: 'p', term, result: 'r' }));
    const rules = [savedRule(1, { from: '10.0.0.1', event_ids: many }), savedOpenRule(2, { from: '10.0.0.1' })];
    const custom = many.map((content) => ({ label: 'l', content }));
    const saved = savedBacklog({ rules, src_ips: many, intel_hits: hits, vulnerabilities: hits, custom_data: custom });
    expect(Object.fromEntries(engine.importBacklogs(1, [saved]))).to.deep.equal({ imported: 1 });
    const kept = engine.inspect('Ab3-xY_9q');
    expect(kept?.srcIps).to.deep.equal(['10.0.0.1', '10.0.0.2']);
    expect(kept?.custom).to.deep.equal(['["l","10.0.0.1"]']);
    expect(kept?.intel).to.have.length(2);
    expect(kept?.vulnerabilities).to.have.length(2);
    expect(kept?.ids).to.have.length(1);
    expect(Object.fromEntries(recorder.counts)).to.deep.equal({
      imported: 1,
      'limit-addresses': 1,
      'limit-custom-data': 2,
      'limit-lookup-results': 2,
      'limit-ids': 2,
    });
  });

  const over = [savedRule(1), savedRule(2), savedRule(3)];
  for (const [reason, what, saved, options] of [
    ['import-malformed', 'no object', 'text', {}],
    ['import-malformed', 'without an id', savedBacklog({ alarm_id: undefined }), {}],
    ['import-malformed', 'whose id could be no alarm’s', savedBacklog({ alarm_id: 'a b\n' }), {}],
    ['import-malformed', 'without stages', savedBacklog({ rules: {} }), {}],
    ['import-other-directive', 'of another kingdom', savedBacklog({ kingdom: 'k' }), {}],
    ['import-other-directive', 'of another category', savedBacklog({ category: undefined }), {}],
    ['import-over', 'whose stages have all finished', savedBacklog({ rules: over }), {}],
    ['import-over', 'that has timed out', savedBacklog({ rules: [savedRule(1, { status: 'timeout' })] }), {}],
    ['import-over', 'that says so', savedBacklog({ status: 'timeout' }), {}],
    ['import-no-stage', 'in a stage there is not', savedBacklog({ current_stage: 4 }), {}],
    ['import-no-stage', 'in a stage that is no number', savedBacklog({ current_stage: '2' }), {}],
    ['import-no-stage', 'whose next stage is not told of', savedBacklog({ rules: [savedRule(1)] }), {}],
    ['import-no-stage', 'whose first stage has not finished', savedBacklog({ rules: [savedOpenRule(1)] }), {}],
    ['import-no-first-event', 'of two addresses', savedBacklog({ src_ips: ['10.0.0.1', '10.0.0.2'] }), {}],
    ['import-full', 'past the limit of its directive', savedBacklog(), { limits: { backlogsPerDirective: 1 } }],
    ['import-full', 'past the limit of all', savedBacklog(), { limits: { backlogs: 1 } }],
    ['dropped-at-start', 'where none are to be kept', savedBacklog(), { keepBacklogs: false }],
  ] as const) {
    it(`drops and counts a backlog ${what} as ${reason}`, () => {
      const items = reason === 'import-full' ? [savedBacklog({ alarm_id: 'before' }), saved] : [saved];
      const before = reason === 'import-full' ? { imported: 1 } : {};
      expect(outcomeOf(items, [THREE], options)).to.deep.equal({ ...before, [reason]: 1 });
    });
  }

  it('drops and counts backlogs of a directive it does not have', () => {
    const { engine, state } = start();
    const before = state.sorted();
    expect(Object.fromEntries(engine.importBacklogs(7, [savedBacklog()]))).to.deep.equal({
      'import-unknown-directive': 1,
    });
    expect(state.sorted()).to.deep.equal(before);
  });

  it('goes on from whatever a file says, and the same after a restart', () => {
    const keys = [...Object.keys(savedBacklog()), 'current_stage', 'intel_hits', 'vulnerabilities', 'custom_data'];
    const ruleKeys = [...Object.keys(savedRule(1)), 'event_ids', 'event_count', 'custom_data1'];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.integer(),
      fc.constantFrom('finished', ':1', '2026-01-01T00:00:00Z', 2, 3),
    );
    const some = (from: string[]) => fc.dictionary(fc.constantFrom(...from), value, { maxKeys: 3 });
    fc.assert(
      fc.property(some(keys), some(ruleKeys), some(ruleKeys), (more, one, two) => {
        const rules = [savedRule(1, one), savedOpenRule(2, two)];
        const { engine, state, recorder } = start();
        engine.importBacklogs(1, [savedBacklog({ rules, ...more })]);
        const { engine: another, recorder: again } = start([THREE], { state: state.clone() });
        const events = [...Array.from({ length: 3 }, () => second()), third()];
        for (const either of [engine, another]) {
          for (const event of events) either.event(event, NOW + 1);
          either.tick(NOW + 10_000);
          expect(either.stats().liveBacklogs).to.equal(0);
        }
        expect(again.bytes).to.equal(recorder.bytes);
        for (const { risk, rules } of recorder.alarms) expect([risk <= 10, rules.length]).to.deep.equal([true, 3]);
      }),
      { numRuns: 300 },
    );
  });
});
