import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import dsiem from '../../modules/dsiem.js';
import { type AlarmLine, writeEvent } from '../../src/directives/index.js';
import type { Event } from '../../src/events/event.js';
import { eventLine } from '../../src/events/event-line.js';
import { createCore } from '../../src/frontend/core.js';
import { BlockReader, FrameSource } from '../../src/journal/block.js';
import type { Json } from '../../src/json.js';
import type { LookupRequest } from '../../src/module.js';
import { FrameWriter } from '../../src/run/frame-writer.js';
import { noteLog } from '../support/note-log.js';
import { eventOf, wireDirective, wireRule } from '../support/rules.js';

const url = pathToFileURL(join(import.meta.dirname, '../../modules/dsiem.ts')).href;
const now = 1_700_000_000;

const jsonFile = (file: string, value: unknown) => ({ file, text: JSON.stringify(value) });
const source = (name: string, plugin: string, address: string) => ({
  name,
  plugin,
  enabled: true,
  config: JSON.stringify({ url: address }),
});
const configuration = (
  secondStage: Record<string, unknown> = { occurrence: 2 },
  firstStage: Record<string, unknown> = {},
) => [
  jsonFile('directives_x.json', {
    directives: [wireDirective(1, [wireRule(1, firstStage), wireRule(2, secondStage), wireRule(3)])],
  }),
  jsonFile('assets_x.json', { assets: [{ name: 'ten', cidr: '10.0.0.0/8', value: 5 }] }),
  jsonFile('intel_x.json', { intel_sources: [source('Wise', 'Wise', 'http://w/${ip}')] }),
  jsonFile('vuln_x.json', { vuln_sources: [source('Nesd', 'Nesd', 'http://n/${ip}/${port}')] }),
];
const hit = (provider: string, term: string, result = 'bad: yes') => ({ provider, term, result });

type State = (readonly [module: string, key: string, json: string])[];

/** The core with the dsiem module, fed by a journal. */
const start = async (
  setup: { files?: ReturnType<typeof configuration>; options?: Record<string, unknown>; restored?: State } = {},
) => {
  const asked: LookupRequest[] = [];
  const events: Event[] = [];
  const blocks: Uint8Array[] = [];
  const core = await createCore({
    stack: {
      modules: [{ name: 'dsiem', use: 'dsiem', url, options: setup.options ?? {} }],
      timeZone: 'UTC',
      machineTimeZone: 'UTC',
      files: setup.files ?? configuration(),
      plugins: [],
      hosts: {},
    },
    clock: 'receipt',
    log: noteLog().log,
    event: (event) => events.push(event),
    lookup: (request, module) => {
      expect(module).to.equal('dsiem');
      asked.push(request);
    },
    checkpoints: true,
    ...(setup.restored === undefined ? {} : { restored: setup.restored }),
  });
  const work = (block: Uint8Array): void => core.frontend.block(new BlockReader(block));
  const writer = new FrameWriter({
    nextSeq: 1,
    write: async (block) => {
      blocks.push(block);
      work(block);
    },
    sync: async () => undefined,
    failed: (cause) => {
      throw cause;
    },
  });
  const frame = new FrameSource({ input: 'test', format: 'normalized' });
  const event = async (...parts: Parameters<typeof eventOf>) => {
    const bytes = Buffer.from(JSON.stringify(writeEvent(eventOf(...parts))));
    writer.push({ source: frame, bytes, start: 0, end: bytes.length, receivedAt: now * 1000, flags: 0 });
    await writer.idle();
  };
  const answer = async ({ id, source: from }: LookupRequest, result: Json, error?: string) => {
    writer.lookupResult('dsiem', { id, source: from, result, ...(error === undefined ? {} : { error }) });
    await writer.idle();
  };
  const alarms = () =>
    events.flatMap(({ class: { name }, fields }) =>
      name === 'AlarmEvent' ? [{ cause: fields['cause'] as string, ...(fields['alarm'] as AlarmLine) }] : [],
    );
  const checkpoint = (): State => {
    const state: State = [];
    for (const memory of core.states.values()) {
      memory.beginCheckpoint((module, key, json) => json !== undefined && state.push([module, key, json]));
      while (memory.slice(1000) > 0);
    }
    return state;
  };
  const count = (name: string) => core.moduleCounters.get('dsiem')?.get(name);
  return {
    asked,
    blocks,
    work,
    event,
    answer,
    alarms,
    checkpoint,
    count,
    lines: () => events.map(eventLine).join('\n'),
  };
};

const termsOf = ({ source: from, query }: LookupRequest) => [from, (query as { terms: string[] }).terms];

describe('The dsiem module asks lookup sources', () => {
  it('about addresses and services of an alarm, private addresses apart', async () => {
    const { asked, event, count } = await start({ options: { cacheMinutes: 3 } });
    await event();
    expect(asked.map(termsOf)).to.deep.equal([
      ['intel/Wise', ['8.8.8.8']],
      ['vuln/Nesd', ['10.0.0.1 1024', '8.8.8.8 80']],
    ]);
    expect(asked.map(({ query }) => (query as { maxAgeMinutes: number }).maxAgeMinutes)).to.deep.equal([3, 3]);
    expect(new Set(asked.map(({ id }) => id)).size).to.equal(2);
    expect(count('lookup_private_addresses')).to.equal(1);
  });

  it('about private addresses, too, where they may', async () => {
    const { asked, event } = await start({ options: { intelPrivateIp: true } });
    await event();
    expect(asked.map(termsOf)[0]).to.deep.equal(['intel/Wise', ['10.0.0.1', '8.8.8.8']]);
  });

  it('about nothing where no source is configured', async () => {
    const { asked, event, alarms } = await start({ files: configuration().slice(0, 2) });
    await event();
    expect([asked.length, alarms().length]).to.deep.equal([0, 1]);
  });

  it('in portions where there is much to ask', async () => {
    const files = configuration({ occurrence: 40, sticky_different: 'DST_IP' }, { reliability: 0 });
    const { asked, event } = await start({ files });
    await event();
    for (let i = 0; i < 40; i += 1) await event({ pluginSid: 2, dstIp: `8.8.4.${i}`, dstPort: 0, srcPort: 0 });
    const intel = asked.map(termsOf).filter(([from]) => from === 'intel/Wise');
    expect(intel.map(([, terms]) => terms!.length)).to.deep.equal([32, 9]);
  });

  it('and writes what they found as one more line of the alarm, each time something is new', async () => {
    const { asked, event, answer, alarms, count } = await start();
    await event();
    await answer(asked[0]!, { hits: [hit('Wise', '8.8.8.8')], failed: [] });
    await answer(asked[1]!, { hits: [], failed: [] });
    expect(alarms().map(({ cause, intel_hits: hits }) => [cause, hits])).to.deep.equal([
      ['stage', undefined],
      ['lookup', [hit('Wise', '8.8.8.8')]],
    ]);
    expect(count('lookup_hits')).to.equal(1);
  });

  it('loses nothing that was found when more is found', async () => {
    const { asked, event, answer, alarms } = await start();
    await event();
    await answer(asked[0]!, { hits: [hit('Wise', '8.8.8.8')], failed: [] });
    await answer(asked[1]!, { hits: [hit('Nesd', '8.8.8.8:80')], failed: [] });
    for (let i = 0; i < 2; i += 1) await event({ pluginSid: 2 });
    expect(alarms().map(({ cause }) => cause)).to.deep.equal(['stage', 'lookup', 'lookup', 'stage']);
    expect(alarms().at(-1)).to.deep.include({
      intel_hits: [hit('Wise', '8.8.8.8')],
      vulnerabilities: [hit('Nesd', '8.8.8.8:80')],
    });
  });

  it('again at the next change where a source failed, and not otherwise', async () => {
    const { asked, event, answer, count } = await start();
    await event();
    await answer(asked[0]!, { hits: [], failed: ['8.8.8.8'] });
    await answer(asked[1]!, null, 'there is no such source');
    expect([asked.length, count('lookup_failed_terms')]).to.deep.equal([2, 3]);
    for (let i = 0; i < 2; i += 1) await event({ pluginSid: 2 });
    expect(asked.slice(2).map(termsOf)).to.deep.equal([
      ['intel/Wise', ['8.8.8.8']],
      ['vuln/Nesd', ['10.0.0.1 1024', '8.8.8.8 80']],
    ]);
    for (const one of asked.slice(2)) await answer(one, { hits: [], failed: [] });
    await event({ pluginSid: 3 });
    expect(asked).to.have.length(4);
  });

  it('again after a restart where they had not answered, and counts an answer only once', async () => {
    const before = await start();
    await before.event();
    await before.answer(before.asked[0]!, { hits: [hit('Wise', '8.8.8.8')], failed: [] });
    const after = await start({ restored: before.checkpoint() });
    expect(after.asked).to.deep.equal([before.asked[1]]);
    await after.answer(after.asked[0]!, { hits: [hit('Nesd', '8.8.8.8:80')], failed: [] });
    await after.answer(after.asked[0]!, { hits: [hit('Nesd', '8.8.8.8:443')], failed: [] });
    expect(after.alarms()).to.have.length(1);
    expect(after.alarms()[0]).to.deep.include({
      intel_hits: [hit('Wise', '8.8.8.8')],
      vulnerabilities: [hit('Nesd', '8.8.8.8:80')],
    });
    expect(after.count('lookup_answered_twice')).to.equal(1);
    const last = await start({ restored: after.checkpoint() });
    expect(last.asked).to.deep.equal([]);
  });

  it('and gives the same from the same journal, answers included', async () => {
    const first = await start();
    await first.event();
    await first.answer(first.asked[1]!, { hits: [hit('Nesd', '8.8.8.8:80')], failed: ['10.0.0.1 1024'] });
    await first.event({ pluginSid: 2 });
    await first.answer(first.asked[0]!, { hits: [hit('Wise', '8.8.8.8')], failed: [] });
    await first.event({ pluginSid: 2 });
    const second = await start();
    for (const block of first.blocks) second.work(block);
    expect(second.lines()).to.equal(first.lines());
    expect(second.asked).to.deep.equal(first.asked);
    expect(second.checkpoint()).to.deep.equal(first.checkpoint());
  });
});

describe('dsiem.check()', () => {
  it('finds what is wrong with intel and vuln files', () => {
    const files = [
      jsonFile('intel_x.json', { intel_sources: [source('Wise', 'Else', 'http://w/${ip}')] }),
      jsonFile('vuln_x.json', { vuln_sources: [source('Nesd', 'Nesd', 'http://n/${ip}')] }),
    ];
    const { faults } = dsiem.check!(dsiem.options.parse({}), files);
    expect(faults.map(({ where, message }) => `${where}: ${message}`)).to.deep.equal([
      'intel_x.json:1:43 intel_sources[0].plugin: "Else", "Wise" or "list" would be right',
      'vuln_x.json:1:73 vuln_sources[0].config: url: ${port} is missing, so every answer would be the same',
    ]);
    expect(dsiem.files).to.include.members(['intel_*.json', 'vuln_*.json']);
  });
});
