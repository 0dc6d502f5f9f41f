import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createNormalizer } from '../../src/normalize/index.js';
import { pluginsFrom, recordOf, shipped, shippedFiles } from './support.js';

const lines = shippedFiles.flatMap(({ file }) =>
  readFileSync(new URL(`../golden/normalize/${file.replace('.yaml', '.log')}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== ''),
);

/** The longest message that is matched: one of the samples with a part of it again and again, and an end that no pattern has. */
const inflated = (message: string, from: number, to: number): string => {
  const piece = message.slice(from, to);
  return (
    `${message.slice(0, from)}${piece.repeat(Math.ceil(8_000 / Math.max(1, piece.length)))}${message.slice(to)}`.slice(
      0,
      8_190,
    ) + '\u0001"'
  );
};

describe('hostile text', () => {
  it('takes no plugin longer than milliseconds, whatever part of a sample is repeated', () => {
    const { normalize } = createNormalizer(shipped());
    let slowest = { ms: 0, raw: '' };
    for (const line of lines) {
      const record = recordOf(line);
      const words = [...record.message.matchAll(/[^ ]+ ?/g)].map(({ index }) => index);
      for (const [i, from] of words.entries()) {
        for (const to of [words[i + 1], words[i + 4]]) {
          const message = inflated(record.message, from, to ?? record.message.length);
          const start = process.cpuUsage();
          normalize({ ...record, message, raw: message });
          const ms = process.cpuUsage(start).user / 1_000;
          if (ms > slowest.ms) slowest = { ms, raw: message.slice(0, 200) };
        }
      }
    }
    expect(slowest.ms, slowest.raw).to.be.below(100);
  });
});

describe('docs/plugins.md', () => {
  it('shows a plugin that works', () => {
    const docs = readFileSync(new URL('../../docs/plugins.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(docs) ?? [];
    const [, line = ''] = /writes `([^`]*)`/.exec(docs) ?? [];
    const [event] = createNormalizer(pluginsFrom(yaml)).normalize(recordOf(line));
    expect(event).to.include({
      pluginId: 90_001,
      pluginSid: 1,
      srcIp: '203.0.113.9',
      customData1: '4711',
      title: 'Badge refused at gate',
    });
  });

  it('names every shipped plugin file', () => {
    const docs = readFileSync(new URL('../../docs/plugins.md', import.meta.url), 'utf8');
    for (const { file } of shippedFiles) expect(docs).to.include(`\`${file}\``);
    for (const { id } of shipped()) expect(docs).to.include(`| ${id} |`);
  });
});
