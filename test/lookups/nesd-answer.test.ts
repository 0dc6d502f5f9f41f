import { expect } from 'chai';
import { readNesdAnswer } from '../../src/lookups/nesd-answer.js';

const strict = { allowLowSeverity: false };
const answer = JSON.stringify([
  { cve: 'CVE-2014-6271', risk: 'High', name: 'Shellshock' },
  { cve: 'CVE-1', risk: 'Low', name: 'Small' },
  { cve: '', risk: 'Critical', name: 'No number' },
  { cve: 'CVE-2', risk: 'None', name: 'Info' },
  { risk: 'Medium', name: 'Bare' },
]);

describe('readNesdAnswer()', () => {
  it('gives risk, name and CVE of risks from Medium on', () => {
    expect(readNesdAnswer(answer, strict)).to.deep.equal({
      results: ['High - Shellshock (CVE-2014-6271)', 'Critical - No number', 'Medium - Bare'],
    });
  });

  it('lets Low count where it may', () => {
    expect(readNesdAnswer(answer, { allowLowSeverity: true })).to.deep.equal({
      results: ['High - Shellshock (CVE-2014-6271)', 'Low - Small (CVE-1)', 'Critical - No number', 'Medium - Bare'],
    });
  });

  it('knows the words for nothing', () => {
    for (const body of ['no vulnerability found\n', 'no vulnerability found', '[]']) {
      expect(readNesdAnswer(body, strict)).to.deep.equal({ results: [] });
    }
  });

  it('refuses anything else', () => {
    for (const body of [
      '',
      'null',
      '{}',
      '[1]',
      '[null]',
      '[{"name":"x"}]',
      '[{"risk":"High"}]',
      '<html>',
      '"no vulnerability found"',
    ]) {
      expect(readNesdAnswer(body, strict), body).to.include({ reason: 'malformed' });
    }
  });
});
