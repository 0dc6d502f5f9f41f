import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { writeEvent } from '../../src/directives/wire.js';
import { createNormalizer } from '../../src/normalize/index.js';
import { recordOf, shipped, shippedFiles } from './support.js';

const golden = new URL('../golden/normalize/', import.meta.url);
const read = (name: string): string[] =>
  readFileSync(new URL(name, golden), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe('the shipped plugins', () => {
  it('are the seven that are promised', () => {
    expect(shippedFiles.map(({ file }) => file.replace('.yaml', ''))).to.deep.equal([
      'cef',
      'linux-auth',
      'linux-firewall',
      'sshd',
      'suricata',
      'wazuh',
      'web',
    ]);
  });

  for (const { file } of shippedFiles) {
    const name = file.replace('.yaml', '');
    it(`give the golden events for ${name}.log`, () => {
      const { normalize } = createNormalizer(shipped());
      const events = read(`${name}.log`).flatMap((line) => normalize(recordOf(line)));
      expect(events.map((event) => JSON.parse(JSON.stringify(writeEvent(event))) as unknown)).to.deep.equal(
        read(`${name}.normalized.jsonl`).map((line) => JSON.parse(line) as unknown),
      );
    });
  }

  it('use the taxonomy of dsiem.md §12', () => {
    const taxonomy: Readonly<Record<string, readonly string[] | 'any'>> = {
      Authentication: ['Failed', 'Refused', 'Successful', 'Session', 'Probe'],
      Account: ['Created', 'Changed', 'Deleted', 'Group Changed', 'Password Changed'],
      Privilege: ['Granted', 'Denied'],
      Traffic: ['Allowed', 'Denied', ''],
      'Web Access': ['OK', 'Redirect', 'Client Error', 'Not Found', 'Server Error'],
      Alert: 'any',
      Service: ['Started', 'Stopped', 'Failed'],
    };
    const products = [
      'Remote Access',
      'Operating System',
      'Firewall',
      'Web Server',
      'Mail',
      'Intrusion Detection System',
    ];
    const { normalize } = createNormalizer(shipped());
    const events = shippedFiles.flatMap(({ file }) =>
      read(file.replace('.yaml', '.log')).flatMap((line) => normalize(recordOf(line))),
    );
    for (const { product, category, subcategory } of events) {
      expect(products).to.include(product);
      const subcategories = taxonomy[category];
      if (subcategories !== 'any') expect(subcategories, category).to.include(subcategory);
    }
  });
});

describe('the shipped plugins on real logs', () => {
  const data = new URL('../../../shared/data/', import.meta.url);

  const sidsOf = (name: string): Record<string, number> => {
    const { normalize } = createNormalizer(shipped());
    const counts: Record<string, number> = {};
    for (const line of readFileSync(new URL(name, data), 'utf8').split('\n')) {
      if (line === '') continue;
      for (const { pluginId, pluginSid } of normalize(recordOf(line))) {
        const key = `${pluginId}/${pluginSid}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
    return counts;
  };

  before(function () {
    if (existsSync(data)) return;
    console.log('      skipped: ../shared/data is not beside the project');
    this.skip();
  });

  it('count the attempts of OpenSSH_2k.log', () => {
    // 518 single lines and two lines repeated five times.
    expect(sidsOf('OpenSSH_2k.log')).to.deep.equal({
      '4003/1': 528,
      '4003/3': 113,
      '4003/7': 1,
      '4003/11': 1,
      '4003/12': 1,
      '4003/13': 10,
      '4003/14': 501,
      '4003/15': 85,
    });
  });

  it('find nothing but sessions and one failed login in Linux_2k.log', () => {
    expect(sidsOf('Linux_2k.log')).to.deep.equal({
      '4003/11': 36,
      '4003/12': 36,
      '4004/1': 1,
      '4004/3': 87,
      '4004/4': 87,
    });
  });
});
