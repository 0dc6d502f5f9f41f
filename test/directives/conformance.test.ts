import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { readEvent, WireFault } from '../../src/directives/index.js';
import { canonicalOutput, canonicalTexts } from '../support/alarm-canon.js';
import { assetsOf, directivesOf, startEngine } from '../support/engine-run.js';

const FOLDER = path.resolve(import.meta.dirname, '../../../shared/conformance');

const json = (scenario: string, file: string): unknown =>
  JSON.parse(readFileSync(path.join(FOLDER, scenario, file), 'utf8'));

const replay = (scenario: string): string[] => {
  const { engine, recorder } = startEngine({
    directives: directivesOf(json(scenario, 'directives_x.json')),
    assets: assetsOf(json(scenario, 'assets_x.json')).assets,
  });
  let now = 0;
  for (const line of readFileSync(path.join(FOLDER, scenario, 'events.jsonl'), 'utf8').split('\n')) {
    if (line === '') continue;
    const event = readEvent(JSON.parse(line));
    if (event instanceof WireFault) throw new Error(`${scenario}: ${event.toString()}`);
    now = Math.max(now, event.time);
    engine.event(event, now);
  }
  return canonicalOutput(recorder.events, recorder.alarms);
};

describe('The engine gives what the conformance scenarios expect', () => {
  if (!existsSync(FOLDER)) {
    it.skip('(../shared/conformance is not here)');
    return;
  }
  for (const entry of readdirSync(FOLDER, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    it(entry.name, () => {
      const expected = canonicalTexts(json(entry.name, 'expected.json') as unknown[]);
      expect(replay(entry.name)).to.deep.equal(expected);
    });
  }
});
