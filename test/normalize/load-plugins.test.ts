import { expect } from 'chai';
import { loadPlugins } from '../../src/normalize/index.js';

const check = (source: string): string | undefined =>
  source.includes('(a+)+') ? 'it takes exponential time' : undefined;
const faultsOf = (...texts: readonly string[]): string[] =>
  loadPlugins(
    texts.map((text, i) => ({ file: `p${i}.yaml`, text })),
    check,
  ).faults.map(({ where, message }) => `${where}: ${message}`);

const plugin = (kinds: string, head = 'records: { app: x }'): string =>
  `id: 7\nname: x\nproduct: Mail\n${head}\nkinds:\n${kinds}`;
const good = "  - { sid: 1, category: Alert, pattern: '^login of %{USER:user}$', custom_data1: '{user}' }";

describe('loadPlugins()', () => {
  it('takes a plugin, and a list of plugins', () => {
    const list = `- ${plugin(good).replaceAll('\n', '\n  ')}\n- ${plugin(good).replace('name: x', 'name: y').replaceAll('\n', '\n  ')}`;
    expect(faultsOf(plugin(good))).to.deep.equal([]);
    expect(loadPlugins([{ file: 'l.yaml', text: list }], check).plugins.map(({ name }) => name)).to.deep.equal([
      'x',
      'y',
    ]);
  });

  it('lists every fault of every file with its place', () => {
    const faults = faultsOf(
      plugin(
        [
          "  - { sid: 0, category: Alert, pattern: '^login of %{USER:user}$' }",
          "  - { sid: 1, categry: Alert, pattern: '^login' }",
        ].join('\n'),
      ),
      plugin("  - { sid: 1, pattern: '^login of (?<user>.*)$', custom_data1: '{usr}' }").replace('name: x', 'name: y'),
      'id: [',
    );
    expect(faults.map((fault) => /^p[0-9][.]yaml:[0-9]+/.exec(fault)?.[0])).to.deep.equal([
      'p0.yaml:7',
      'p1.yaml:6',
      'p1.yaml:6',
      'p2.yaml:1',
    ]);
    expect(faults[0]).to.include('categry').and.include('did you mean category?');
    expect(faults[1]).to.include('has no category');
    expect(faults[2]).to.include('names the field usr').and.include('did you mean user?');
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["pattern: 'login of'", 'not anchored', 'begins with ^'],
    ["pattern: '^a|b'", 'not anchored', '(?:…|…)'],
    ["pattern: '^(?:a+)+$'", 'no text of 2 characters', 'stands in every line'],
    ["pattern: '^user (a+)+$'", 'is refused: it takes exponential time', 'would be right'],
    ["pattern: '^user (.) \\1'", 'refers back', 'linear'],
    ["pattern: '^user (x'", 'leaves the group at character 7 open', ''],
    ["pattern: '^user %{NOBODY:x}'", 'names %{NOBODY:x}', 'known are IP'],
    ["pattern: '^user x', src_port: 70000", 'src_port', 'a port 0–65535'],
    ["pattern: '^user x', src_ip: 010.0.0.1", 'is "010.0.0.1"', 'an address'],
    ["pattern: '^user x', title: '{'", 'names no field', '{{'],
    ["pattern: '^user x', when: { '@hots': a }", 'names the field @hots', 'did you mean @host?'],
    ["pattern: '^user (?<y>.*)$', when: { y: 'a*b' }", 'is "a*b"', 'at the start or the end'],
  ];
  for (const [keys, wrong, right] of refused) {
    it(`refuses ${keys}`, () => {
      const faults = faultsOf(plugin(`  - { sid: 1, category: Alert, ${keys} }`));
      expect(faults).to.have.length(1);
      expect(faults[0]).to.include('p0.yaml:6:').and.include(wrong).and.include(right);
    });
  }

  it('refuses a plugin that would look at every record', () => {
    expect(faultsOf(plugin(good, 'records: {}'))[0]).to.include('selects every record');
    expect(faultsOf(plugin(good, 'description: x'))[0]).to.include('which records to read as text');
  });

  it('refuses a default that no kind has', () => {
    expect(faultsOf(plugin(good, "records: { app: x }\ndefaults: { src_ip: '{source}' }"))[0]).to.include(
      'names the field source',
    );
  });

  it('refuses a name that is taken', () => {
    expect(faultsOf(plugin(good), plugin(good))).to.deep.equal([
      'p1.yaml:2:1 name: x is the name of the plugin at p0.yaml:2:1 name already; another name would be right',
    ]);
  });

  it('asks to check only patterns that are not plainly linear', () => {
    const asked: string[] = [];
    const kinds = ["  - { sid: 1, category: Alert, pattern: '^login of (?<u>.*) from %{HOST:h} port [0-9]+$' }"];
    kinds.push("  - { sid: 1, category: Alert, pattern: '^login of .*x.*y$' }");
    loadPlugins([{ file: 'p', text: plugin(kinds.join('\n')) }], (source) => {
      asked.push(source);
      return undefined;
    });
    expect(asked).to.deep.equal(['^login of .*x.*y$']);
  });
});
