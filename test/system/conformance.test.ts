import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AlarmEventLine, AlarmLine } from '../../src/directives/index.js';
import { canonicalOutput, canonicalTexts } from '../support/alarm-canon.js';
import { wholeLines } from '../support/json-lines.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';

const conformance = join(import.meta.dirname, '../../../shared/conformance');
const parsed = <T>(path: string): T[] => wholeLines(path).map((line) => JSON.parse(line) as T);

describe('The built program gives what the conformance scenarios expect', () => {
  const { dir } = temporaryDirs();
  const scenarios = [
    'ping-flood-two-sources',
    'references-to-stage-two',
    'retries-count-once',
    'risk-never-falls',
    'whitelist-names-networks-ipv6',
  ];
  for (const scenario of scenarios) {
    it(scenario, async () => {
      const folder = join(conformance, scenario);
      if (!existsSync(folder)) {
        process.stderr.write(`not compared, ../shared/conformance/${scenario} is absent\n`);
        return;
      }
      const args = ['--format', 'normalized', '--stack', 'dsiem', '--config-dir', folder, '--out', 'out'];
      const { code, stderr } = await tocsin(['replay', join(folder, 'events.jsonl'), ...args], { cwd: dir() });
      expect(code, stderr).to.equal(0);
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as unknown[];
      const out = (name: string): string => join(dir(), 'out', name);
      const seen = canonicalOutput(
        parsed<AlarmEventLine>(out('siem_alarm_events.json')),
        parsed<AlarmLine>(out('siem_alarms.json')),
      );
      expect(seen).to.deep.equal(canonicalTexts(expected));
      expect(seen).not.to.deep.equal([]);
    });
  }
});
