import { expect } from 'chai';
import fc from 'fast-check';
import { ModuleState } from '../../src/frontend/keyed-state.js';

const contents = (state: ModuleState): Record<string, unknown> =>
  JSON.parse(JSON.stringify(Object.fromEntries(state.entries()))) as Record<string, unknown>;

const apply = (kept: Map<string, string>, key: string, json: string | undefined): void => {
  if (json === undefined) kept.delete(key);
  else kept.set(key, json);
};

const asObject = (kept: Map<string, string>): Record<string, unknown> =>
  Object.fromEntries([...kept].map(([key, json]) => [key, JSON.parse(json) as unknown]));

describe('ModuleState', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), key: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.nat(9) }),
    fc.record({ do: fc.constant('edit' as const), key: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.nat(9) }),
    fc.record({ do: fc.constant('held' as const), key: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.nat(9) }),
    fc.record({ do: fc.constant('delete' as const), key: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.nat(9) }),
    fc.record({ do: fc.constant('slice' as const), key: fc.constant(''), n: fc.nat(3) }),
  );

  it('gives out, in slices, exactly what it held when the checkpoint began, whatever changes meanwhile', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), fc.array(step), (before, during, after) => {
        const state = new ModuleState('m');
        const kept = new Map<string, string>();
        const told = new WeakMap<object, number>();
        const run = (steps: typeof before): void => {
          for (const { do: what, key, n } of steps) {
            if (what === 'put') state.put(key, { n, list: [n] });
            else if (what === 'delete') state.delete(key);
            else if (what === 'slice') state.slice(n);
            else if (what === 'held') {
              const held = state.get<{ n: number; list: number[] }>(key);
              if (held === undefined) continue;
              if (told.get(held) !== state.epoch) state.willChange(key);
              told.set(held, state.epoch);
              held.list.push(n);
            } else state.edit<{ n: number; list: number[] }>(key)?.list.push(n);
          }
        };
        for (const steps of [before, during, after]) {
          run(steps);
          while (state.slice(1) > 0);
          const then = contents(state);
          state.beginCheckpoint((module, key, json) => {
            expect(module).to.equal('m');
            apply(kept, key, json);
          });
          run(during);
          while (state.slice(1) > 0);
          expect(asObject(kept)).to.deep.equal(then);
        }
      }),
    );
  });

  it('gives out again what an abandoned checkpoint gave', () => {
    const state = new ModuleState('m');
    const given: string[] = [];
    state.put('a', 1);
    state.put('b', 2);
    state.beginCheckpoint((_module, key) => given.push(key));
    state.slice(1);
    state.abandon(given.splice(0));
    state.beginCheckpoint((_module, key) => given.push(key));
    while (state.slice(10) > 0);
    expect(given.sort()).to.deep.equal(['a', 'b']);
  });

  it('does not count what was restored as changed', () => {
    const state = new ModuleState('m');
    state.restore('a', 1);
    state.beginCheckpoint(() => expect.fail('nothing changed'));
    expect(state.slice(10)).to.equal(0);
  });

  it('tells of what JSON cannot carry, leaves it out, and gives out the rest', () => {
    const state = new ModuleState('m');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    state.put('big', 5n);
    state.put('function', () => 1);
    state.put('cycle', cycle);
    state.put('good', { n: 1 });
    const kept: Record<string, string | undefined> = {};
    const unsaved: string[] = [];
    state.beginCheckpoint(
      (_, key, json) => {
        kept[key] = json;
      },
      (module, key, reason) => unsaved.push(`${module}.${key}: ${reason.slice(0, 40)}`),
    );
    while (state.slice(2) > 0);
    expect(kept).to.deep.equal({ good: '{"n":1}' });
    expect(unsaved).to.deep.equal([
      'm.big: Do not know how to serialize a BigInt',
      'm.function: a function has no JSON',
      'm.cycle: Converting circular structure to JSON --',
    ]);
  });

  it('refuses a key that is no text', () => {
    expect(() => new ModuleState('m').put(5 as unknown as string, 1)).to.throw(TypeError, 'a key of state is number');
  });
});
