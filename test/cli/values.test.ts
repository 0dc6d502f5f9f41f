import { expect } from 'chai';
import { InvalidArgumentError } from 'commander';
import { parseDurationOrNone, parseKeep } from '../../src/cli/values.js';

describe('parseDurationOrNone()', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['0s', 0],
    ['0.0 m', 0],
    ['5', 5000],
    ['1m', 60_000],
  ] as const) {
    it(`takes ${text}`, () => {
      expect(parseDurationOrNone(text)).to.equal(ms);
    });
  }

  for (const text of ['', '0x', '-0', '0.0001ms']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseDurationOrNone(text)).to.throw(InvalidArgumentError, /is no duration/u);
    });
  }
});

describe('parseKeep()', () => {
  const week = 7 * 86_400_000;
  for (const [text, limits] of [
    ['7d', { ms: week }],
    ['20GB', { bytes: 20e9 }],
    ['7d,20GB', { ms: week, bytes: 20e9 }],
    ['20GB, 7d', { ms: week, bytes: 20e9 }],
    ['400d', { ms: 400 * 86_400_000 }],
  ] as const) {
    it(`takes ${text}`, () => {
      expect(parseKeep(text)).to.deep.equal(limits);
    });
  }

  for (const text of [
    '',
    ',',
    '7d,',
    '7',
    '7 weeks',
    '7d,8d',
    '1GB,2GB',
    '7d,20GB,1d',
    '-7d',
    'off',
    '20',
    '0GB',
    'GB',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseKeep(text)).to.throw(InvalidArgumentError, /would be right/u);
    });
  }
});
