import { expect } from 'chai';
import { formatFault } from '../../src/directives/index.js';
import { loadLookupSources } from '../../src/lookups/load-sources.js';

const load = (files: Record<string, unknown>) =>
  loadLookupSources(
    Object.entries(files).map(([file, value]) => ({
      file: `/etc/d/${file}`,
      text: typeof value === 'string' ? value : JSON.stringify(value, null, 1),
    })),
  );
const intel = (...sources: unknown[]) => ({ intel_sources: sources });
const source = (plugin: string, config: unknown, more: object = {}) => ({
  name: plugin,
  plugin,
  enabled: true,
  config: JSON.stringify(config),
  ...more,
});
const wise = source('Wise', { url: 'http://wise:8081/ip/${ip}' });

describe('loadLookupSources()', () => {
  it('reads the files of dsiem as they are', () => {
    const { sources, faults, warnings } = load({
      'intel_wise.json': {
        intel_sources: [
          {
            name: 'Wise',
            type: 'IP',
            plugin: 'Wise',
            enabled: true,
            config: '{ "url" : "http://wise:8081/ip/${ip}" }',
          },
        ],
      },
      'vuln_nessus.json': {
        vuln_sources: [
          {
            name: 'Nessus',
            type: 'IP-Port',
            plugin: 'Nesd',
            enabled: true,
            config: '{ "url" : "http://nesd:8081/?ip=${ip}&port=${port}" }',
          },
        ],
      },
      'directives_x.json': 'not looked at',
    });
    expect([faults, warnings]).to.deep.equal([[], []]);
    expect(sources).to.deep.equal([
      { kind: 'intel', name: 'Wise', plugin: 'Wise', url: 'http://wise:8081/ip/${ip}' },
      {
        kind: 'vulnerabilities',
        name: 'Nessus',
        plugin: 'Nesd',
        url: 'http://nesd:8081/?ip=${ip}&port=${port}',
        allowLowSeverity: false,
      },
    ]);
  });

  it('reads lists, their files seen from the configuration', () => {
    const { sources, faults } = load({
      'intel_a.json': intel(
        source('list', { file: 'bad.txt' }, { name: 'a' }),
        source('list', { file: '/lists/bad.CSV' }, { name: 'b' }),
        source('list', { file: 'x', format: 'csv', column: 'ip', text_column: 3, delimiter: ';' }, { name: 'c' }),
      ),
    });
    expect(faults).to.deep.equal([]);
    expect(sources.map((one) => (one.plugin === 'list' ? [one.file, one.csv] : one))).to.deep.equal([
      ['/etc/d/bad.txt', undefined],
      ['/lists/bad.CSV', { delimiter: ',', column: 1 }],
      ['/etc/d/x', { delimiter: ';', column: 'ip', textColumn: 3 }],
    ]);
  });

  it('leaves out what is not enabled, right or not', () => {
    const { sources, faults } = load({
      'intel_a.json': intel({ ...wise, enabled: false, plugin: 'Else' }, { name: 'x' }),
    });
    expect([sources, faults]).to.deep.equal([[], []]);
  });

  it('says all that is wrong, and where', () => {
    const { sources, faults, warnings } = load({
      'intel_a.json': intel(
        wise,
        { ...wise, enabeld: true, type: 'Host' },
        'x',
        { ...wise, name: '', plugin: 'wise' },
        { ...wise, name: 'n', config: { url: 'http://w/${ip}' } },
        { ...wise, name: 'o', config: '{ url }' },
        { ...wise, name: 'p', config: '[]' },
        source('Wise', { url: 'http://${ip}/', ulr: 1 }, { name: 'q' }),
        source('list', { file: 'a', column: 1, format: 'xml' }, { name: 'r' }),
        source('list', { file: 'a.csv', column: 0, delimiter: ',,' }, { name: 's' }),
        source('list', { column: 1 }, { name: 't' }),
        { ...wise, name: 'u', enabled: 'yes' },
      ),
      'intel_b.json': '{"intel_sources": [}',
      'vuln_a.json': {
        vuln_sources: [source('Wise', {}), source('Nesd', { url: 'http://n/${ip}', allow_low_severity: 1 })],
      },
      'vuln_b.json': { sources: [] },
    });
    expect(sources.map(({ name }) => name)).to.deep.equal(['Wise']);
    expect(faults.map(formatFault).map((text) => text.replace(/\(.*?\)/u, '(…)'))).to.deep.equal([
      '/etc/d/intel_a.json:10:12 intel_sources[1].name: "Wise" is the name of an earlier source, too, a name of its own would be right',
      '/etc/d/intel_a.json:17:3 intel_sources[2]: "x", an object would be right',
      '/etc/d/intel_a.json:19:12 intel_sources[3].name: "", a text that is not empty would be right',
      '/etc/d/intel_a.json:20:14 intel_sources[3].plugin: "wise", "Wise" or "list" would be right',
      '/etc/d/intel_a.json:28:14 intel_sources[4].config: an object, a text that holds a JSON object, such as "{ \\"url\\": … }" would be right',
      '/etc/d/intel_a.json:36:14 intel_sources[5].config: its text is not JSON (…), a text that holds a JSON object, such as "{ \\"url\\": … }" would be right',
      '/etc/d/intel_a.json:42:14 intel_sources[6].config: its text holds [], a text that holds a JSON object, such as "{ \\"url\\": … }" would be right',
      '/etc/d/intel_a.json:48:14 intel_sources[7].config: url: the host depends on what is asked about, a fixed host would be right',
      '/etc/d/intel_a.json:54:14 intel_sources[8].config: format: "xml", "text" or "csv" would be right',
      '/etc/d/intel_a.json:60:14 intel_sources[9].config: delimiter: ",,", one character would be right',
      '/etc/d/intel_a.json:60:14 intel_sources[9].config: column: 0, the name of a column, or its number from 1 on, would be right',
      '/etc/d/intel_a.json:66:14 intel_sources[10].config: file: missing, a text that is not empty would be right',
      '/etc/d/intel_a.json:66:14 intel_sources[10].config: column: a text file has no columns, "format": "csv" would be right',
      '/etc/d/intel_a.json:71:15 intel_sources[11].enabled: "yes", true or false would be right',
      '/etc/d/intel_b.json:1:20 not JSON: "}" is here, a value would be right',
      '/etc/d/vuln_a.json:5:14 vuln_sources[0].plugin: "Wise", "Nesd" would be right',
      '/etc/d/vuln_a.json:13:14 vuln_sources[1].config: url: ${port} is missing, so every answer would be the same',
      '/etc/d/vuln_a.json:13:14 vuln_sources[1].config: allow_low_severity: 1, true or false would be right',
      '/etc/d/vuln_b.json:1:1 the file holds the keys "sources", {"vuln_sources": […]} would be right',
    ]);
    expect(warnings.map(({ path, message }) => `${path} ${message}`)).to.deep.equal([
      'intel_sources[1].enabeld this key is not known and does nothing, enabled would be right',
      'intel_sources[1].type "Host" means nothing here, "IP" would be right',
      'intel_sources[7].config ulr: this key is not known and does nothing, url would be right',
    ]);
  });
});
