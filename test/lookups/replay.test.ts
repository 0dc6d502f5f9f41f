import { join } from 'node:path';
import { expect } from 'chai';
import { writeEvent } from '../../src/directives/index.js';
import { wholeLines } from '../support/json-lines.js';
import { lookupServers } from '../support/lookup-server.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

describe('tocsin replay with lookup sources', () => {
  const { dir } = temporaryDirs();
  const servers = lookupServers();

  it('asks none of them, says how much was not asked, and raises the alarms all the same', async () => {
    const server = await servers.start((_, response) => response.end('[]'));
    const config = JSON.stringify({ url: `${server.url}/\${ip}` });
    const sources = [{ name: 'Wise', plugin: 'Wise', enabled: true, config }];
    place(dir(), 'c/intel_x.json', JSON.stringify({ intel_sources: sources }));
    place(dir(), 'c/assets_x.json', '{"assets":[{"name":"ten","cidr":"10.0.0.0/8","value":5}]}');
    place(dir(), 'c/directives_x.json', JSON.stringify({ directives: [wireDirective(1, [wireRule(1), wireRule(2)])] }));
    const events = [eventOf(), eventOf({ dstIp: '8.8.4.4' })].map((event) => `${JSON.stringify(writeEvent(event))}\n`);
    const file = place(dir(), 'events.jsonl', events.join(''));
    const args = ['replay', '--stack', 'dsiem', '--config-dir', 'c', '--format', 'normalized', '--out', 'out', file];
    const { stderr, code } = await tocsin(args, { cwd: dir() });
    expect([code, server.asked]).to.deep.equal([0, []]);
    expect(stderr).to.match(/2 lookups were not made: a replay asks no source/u);
    expect(wholeLines(join(dir(), 'out/siem_alarms.json'))).to.have.length(2);
  });
});
