import { expect } from 'chai';
import { readDsiemEnvironment } from '../../src/cli/dsiem-env.js';
import { httpSettings, httpSpecs } from '../../src/cli/http-options.js';
import { ConfigurationError, type Fault } from '../../src/fault.js';
import type { HttpSpec } from '../../src/run/http-listeners.js';
import type { ResolvedStack } from '../../src/stack/resolve.js';

describe('httpSpecs()', () => {
  const specs = (
    options: { http?: string[]; ingest?: string[] },
    alone = false,
    environment: Record<string, string> = {},
  ): string[] => {
    const faults: Fault[] = [];
    const found = httpSpecs(
      { ...options, maxConnections: 10 },
      { alone, dsiem: readDsiemEnvironment(environment), faults },
    );
    const show = ({ host, port, ingestOnly, optional }: HttpSpec): string =>
      `${host ?? '*'} ${port}${ingestOnly ? ' ingest' : ''}${optional ? ' optional' : ''}`;
    return [...found.map(show), ...faults.map(({ where, message }) => `${where}: ${message}`)];
  };

  it('serves at loopback where there is no other input, if it can', () => {
    expect(specs({}, true)).to.deep.equal(['127.0.0.1 8080 optional']);
    expect(specs({}, false)).to.deep.equal([]);
  });

  it('serves where it is told to, and must', () => {
    expect(specs({ http: ['8081', '[::1]:8082'], ingest: ['192.0.2.1:1'] })).to.deep.equal([
      '* 8081',
      '::1 8082',
      '192.0.2.1 1 ingest',
    ]);
  });

  it('takes events where dsiem would, with any of its variables, whatever other inputs there are', () => {
    for (const alone of [true, false]) {
      expect(specs({}, alone, { DSIEM_MAXEPS: '10' })).to.deep.equal(['0.0.0.0 8080 ingest']);
      expect(specs({}, alone, { DSIEM_ADDRESS: '::1', DSIEM_PORT: '81' })).to.deep.equal(['::1 81 ingest']);
    }
    expect(specs({ http: ['9000'] }, false, { DSIEM_PORT: '81' }), 'the command line comes first').to.deep.equal([
      '* 9000',
    ]);
  });

  it('says which address is wrong', () => {
    const [http, ingest] = specs({ http: ['x'], ingest: ['1.2.3:4'] });
    expect(http).to.match(/^--http: cannot listen at "x": /);
    expect(ingest).to.match(/^--ingest: cannot listen at "1\.2\.3:4": /);
  });
});

describe('httpSettings()', () => {
  const stack: Pick<ResolvedStack, 'modules' | 'files'> = {
    modules: [{ name: 'dsiem', use: 'dsiem', url: 'file:///dsiem.js', options: { tags: ['Mine'] } }],
    files: [{ file: '/shipped/directives_a.json', text: '' }],
  };
  const settings = (options: object, environment: Record<string, string> = {}) =>
    httpSettings({ dataDir: 'data', ...options }, stack as ResolvedStack, readDsiemEnvironment(environment));

  it('has no rate limit unless one is asked for', () => {
    expect(settings({}).limits).to.deep.equal({ maxEps: 0, minEps: 0, maxDelaySeconds: 180, holdSeconds: 10 });
    expect(settings({ maxEps: 50 }).limits).to.include({ maxEps: 50, minEps: 50 });
    expect(settings({ maxEps: 1000 }).limits).to.include({ maxEps: 1000, minEps: 100 });
  });

  it('takes options before the environment', () => {
    const environment = { DSIEM_MAXEPS: '500', DSIEM_MINEPS: '10', DSIEM_MAXDELAY: '5', DSIEM_HOLDDURATION: '6' };
    const limits = { maxEps: 500, minEps: 10, maxDelaySeconds: 5, holdSeconds: 6 };
    expect(settings({}, environment).limits).to.deep.equal(limits);
    expect(settings({ maxEps: 600 }, environment).limits).to.deep.equal({ ...limits, maxEps: 600 });
  });

  it('shows the configuration the stack was read from, and gives status and tags as the stack has them', () => {
    const { configDir, configWritable, dsiemConfig } = settings({});
    expect({ configDir, configWritable }).to.deep.equal({ configDir: '/shipped', configWritable: false });
    expect(dsiemConfig).to.deep.equal({ status: ['Open', 'In-Progress', 'Closed'], tags: ['Mine'] });
    expect(settings({ configDir: '/mine', writableConfig: true })).to.include({
      configDir: '/mine',
      configWritable: true,
    });
  });

  it('refuses limits that contradict each other, and writing to what is shipped', () => {
    const faults = (options: object): readonly Fault[] => {
      try {
        settings(options);
        return [];
      } catch (thrown) {
        return (thrown as ConfigurationError).faults;
      }
    };
    expect(faults({ maxEps: 5, minEps: 6, writableConfig: true }).map(({ where }) => where)).to.deep.equal([
      '--min-eps',
      '--writable-config',
    ]);
    expect(faults({ minEps: 6 })).to.deep.equal([]);
  });
});
