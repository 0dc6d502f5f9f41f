import { expect } from 'chai';
import fc from 'fast-check';
import type { Backlog } from '../../src/directives/index.js';
import { assetsOf, directivesOf, Recorder, startEngine } from '../support/engine-run.js';
import type { MemoryState } from '../support/memory-state.js';
import { type ModelLine, SlowModel } from '../support/slow-model.js';
import { normalized, STORY_ASSETS, type Story, story } from '../support/stories.js';

const { assets } = assetsOf({ assets: STORY_ASSETS });
const RUNS = { numRuns: Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? 100) };

const start = ({ directives, options }: Story, more: { state?: MemoryState; recorder?: Recorder } = {}) =>
  startEngine({ directives: directivesOf({ directives }), assets, options, ...more });

/** All lines in the order they were written. */
class InOrder extends Recorder {
  readonly lines: ModelLine[] = [];
  override alarmEvent(line: Recorder['events'][number]): void {
    this.lines.push({ file: 'event', line: { ...line } });
  }
  override alarm(line: Recorder['alarms'][number]): void {
    this.lines.push({ file: 'alarm', line: { ...line } });
  }
}

const SETS = ['src_ips', 'dst_ips', 'networks'];

/** Ids by order of first appearance, sets sorted, keys sorted: what both sides must agree on. */
const comparable = (lines: readonly ModelLine[]): string[] => {
  const ids = new Map<unknown, number>();
  const numberOf = (id: unknown): number => ids.get(id) ?? ids.set(id, ids.size).size - 1;
  return lines.map(({ file, line }) =>
    JSON.stringify([file, { ...line, alarm_id: numberOf(line['alarm_id']) }], (key, value: unknown) => {
      if (SETS.includes(key)) return [...(value as string[])].sort();
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
  );
};

/** Everything but definitions: of those, a restart forgets what nobody uses. */
const progress = (state: MemoryState): [string, unknown][] =>
  state
    .clone()
    .sorted()
    .filter(([key]) => !key.startsWith('definition:'));

const backlogs = (state: MemoryState): Map<string, Backlog> => {
  const found = [...state.entries()].filter(([key]) => key.startsWith('backlog:'));
  return new Map(JSON.parse(JSON.stringify(found)) as [string, Backlog][]);
};

describe('Engine, on random stories', () => {
  it('gives what a plain scan over all directives and backlogs gives', () => {
    let alarms = 0;
    fc.assert(
      fc.property(story(), (one) => {
        const recorder = new InOrder();
        const { engine } = start(one, { recorder });
        const model = new SlowModel(one.directives, STORY_ASSETS, one.options);
        for (const { event, now } of one.events) {
          engine.event(normalized(event), now);
          model.event(event, now);
        }
        const [ours, theirs] = [comparable(recorder.lines), comparable(model.lines)];
        for (const [i, line] of ours.entries())
          if (line !== theirs[i])
            throw new Error(`line ${i}: the engine wrote ${line}, the model ${theirs[i] ?? 'nothing'}`);
        expect(ours.length).to.equal(theirs.length);
        alarms += recorder.lines.filter(({ file }) => file === 'alarm').length;
      }),
      RUNS,
    );
    expect(alarms, 'alarms over all stories: without them nothing was shown').to.be.greaterThan(100);
  });

  it('changes nothing after a restart at any point', () => {
    fc.assert(
      fc.property(story(), fc.nat(), (one, at) => {
        const whole = start(one);
        for (const { event, now } of one.events) whole.engine.event(normalized(event), now);
        const before = start(one);
        const cut = at % one.events.length;
        for (const { event, now } of one.events.slice(0, cut)) before.engine.event(normalized(event), now);
        const after = start(one, { state: before.state.clone(), recorder: before.recorder });
        for (const { event, now } of one.events.slice(cut)) after.engine.event(normalized(event), now);
        expect(after.recorder.bytes).to.equal(whole.recorder.bytes);
        expect(progress(after.state)).to.deep.equal(progress(whole.state));
      }),
      RUNS,
    );
  });

  it('marks every entry it changes, and no other', () => {
    fc.assert(
      fc.property(story(40), (one) => {
        const { engine, state } = start(one);
        for (const { event, now } of one.events) {
          const before = new Map(state.clone().sorted());
          state.changed.clear();
          engine.event(normalized(event), now);
          const after = new Map(state.clone().sorted());
          for (const key of new Set([...before.keys(), ...after.keys()])) {
            const isSame = JSON.stringify(before.get(key)) === JSON.stringify(after.get(key));
            if (!isSame) expect(state.changed.has(key), key).to.equal(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('never lets a stage fall, a count pass its occurrence, or a risk sink', () => {
    fc.assert(
      fc.property(story(), (one) => {
        const { engine, state } = start(one);
        let before = backlogs(state);
        for (const { event, now } of one.events) {
          engine.event(normalized(event), now);
          const after = backlogs(state);
          for (const [key, backlog] of after) {
            const rules = one.directives.find(({ id }) => id === backlog.directive)!.rules;
            expect(backlog.count).to.be.lessThan(rules.find(({ stage }) => stage === backlog.stage)!.occurrence);
            const old = before.get(key);
            if (old === undefined) continue;
            expect(backlog.stage).to.be.at.least(old.stage);
            expect(backlog.risk).to.be.at.least(old.risk);
          }
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a backlog that has ended as it is', () => {
    fc.assert(
      fc.property(story(), (one) => {
        const options = { ...one.options, lookups: { intel: true, vulnerabilities: false }, endedSeconds: 1_000_000 };
        const { engine, state } = start({ ...one, options });
        const ended = new Map<string, string>();
        for (const { event, now } of one.events) {
          engine.event(normalized(event), now);
          for (const [key, backlog] of backlogs(state)) {
            if (backlog.status === 'live') continue;
            const text = JSON.stringify(backlog);
            expect(text).to.equal(ended.get(key) ?? text);
            ended.set(key, text);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
