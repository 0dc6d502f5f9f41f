import { expect } from 'chai';
import { formatFault, loadAssets } from '../../src/directives/index.js';

const load = (...assets: unknown[]) => loadAssets([{ file: 'assets_a.json', text: JSON.stringify({ assets }) }]);

describe('loadAssets()', () => {
  it('lists all faults and warnings', () => {
    const loaded = load(
      { name: '', cidr: '10.0.0.0/8', value: 1 },
      { name: 'a', cidr: '10.0.0.1', value: 1 },
      { name: 'b', cidr: '10.0.0.0/8', value: 0 },
      { name: 'c', cidr: '10.0.0.1/8', value: 7, whitelist: true },
      { name: 'd', cidr: '::/0', value: 1, whitelisted: 'yes' },
      5,
    );
    expect(loaded.faults.map(({ path, message }) => `${path}: ${message}`)).to.deep.equal([
      'assets[0].name: "", a text that is not empty would be right',
      'assets[1].cidr: "10.0.0.1", an IPv4 or IPv6 network such as "10.0.0.0/8" would be right',
      'assets[2].value: 0, an integer from 1 on would be right',
      'assets[4].whitelisted: "yes", true or false would be right',
      'assets[5]: 5, an object would be right',
    ]);
    expect(loaded.warnings.map(({ path, message }) => `${path}: ${message}`)).to.deep.equal([
      'assets[3].cidr: "10.0.0.1/8" has bits after its length, taken as 10.0.0.0/8',
      'assets[3].value: 7 is above 5, 1–5 would be right',
      'assets[3].whitelist: this key is not known and does nothing, whitelisted would be right',
    ]);
    expect(loaded.list.map(({ name }) => name)).to.deep.equal(['c']);
  });

  it('says where a broken file breaks', () => {
    const { faults } = loadAssets([{ file: 'assets_a.json', text: '{"assets": [\n{"name": "x",}]}' }]);
    expect(faults.map(formatFault)).to.deep.equal([
      'assets_a.json:2:14 not JSON: "}" is here, a text in double quotes would be right',
    ]);
  });
});

describe('AssetMap', () => {
  const { assets } = load(
    { name: 'first host', cidr: '10.0.0.1/32', value: 1 },
    { name: 'second host', cidr: '10.0.0.1/32', value: 2 },
    { name: 'lan', cidr: '10.0.0.0/24', value: 3 },
    { name: 'ten', cidr: '10.0.0.0/8', value: 4 },
    { name: 'scanners', cidr: '10.0.9.0/24', value: 5, whitelisted: true },
    { name: 'guests', cidr: '172.16.0.0/12', value: 5, whitelisted: true },
    { name: 'six', cidr: '2001:db8::/32', value: 2 },
    { name: 'six host', cidr: '2001:db8::1/128', value: 1 },
  );

  const cases: readonly (readonly [string, object])[] = [
    [
      '10.0.0.1',
      { isHome: true, isWhitelisted: false, value: 4, networks: ['10.0.0.0/24', '10.0.0.0/8'], hostName: 'first host' },
    ],
    ['10.0.9.9', { isHome: true, isWhitelisted: true, value: 5, networks: ['10.0.0.0/8'], hostName: undefined }],
    ['172.16.0.1', { isHome: false, isWhitelisted: true, value: 5, networks: [], hostName: undefined }],
    ['8.8.8.8', { isHome: false, isWhitelisted: false, value: 0, networks: [], hostName: undefined }],
    [
      '2001:db8::1',
      { isHome: true, isWhitelisted: false, value: 2, networks: ['2001:db8::/32'], hostName: 'six host' },
    ],
    ['2001:db9::1', { isHome: false, isWhitelisted: false, value: 0, networks: [], hostName: undefined }],
    ['not an address', { isHome: false, isWhitelisted: false, value: 0, networks: [], hostName: undefined }],
  ];
  for (const [address, expected] of cases) {
    it(`knows of ${address} what the assets say`, () => {
      expect(assets.factsOf(address)).to.deep.include(expected);
      expect(assets.factsOf(address)).to.equal(assets.factsOf(address));
    });
  }

  it('forgets addresses before they fill the memory', () => {
    for (let i = 0; i < 70_000; i += 1) assets.factsOf(`11.0.${i >> 8}.${i & 255}`);
    expect(assets.factsOf('10.0.0.1').hostName).to.equal('first host');
  });
});
