import { expect } from 'chai';
import { type DsiemEnvironment, readDsiemEnvironment } from '../../src/cli/dsiem-env.js';

type Outcome = Partial<Pick<DsiemEnvironment, 'overrides' | 'http' | 'mode'>>;

const read = (environment: Record<string, string>): DsiemEnvironment => readDsiemEnvironment(environment);

describe('readDsiemEnvironment()', () => {
  it('finds nothing in an environment without them', () => {
    expect(read({ PATH: '/bin', TOCSIN_UDP: '5514', XDSIEM_PORT: '1', dsiem_port: '2' })).to.deep.equal({
      any: false,
      overrides: {},
      http: {},
      mode: 'standalone',
      notices: [],
      faults: [],
    });
  });

  const meaningful: readonly [string, string, Outcome][] = [
    ['ADDRESS', '192.0.2.1', { http: { address: '192.0.2.1' } }],
    ['ADDRESS', '::1', { http: { address: '::1' } }],
    ['ADDRESS', 'siem.example', { http: { address: 'siem.example' } }],
    ['PORT', '8081', { http: { port: 8081 } }],
    ['MAXDELAY', '0', { http: { maxDelaySeconds: 0 } }],
    ['MAXEPS', '1000', { http: { maxEps: 1000 } }],
    ['MINEPS', '100', { http: { minEps: 100 } }],
    ['HOLDDURATION', '10', { http: { holdSeconds: 10 } }],
    ['WRITEABLECONFIG', 'true', { http: { writableConfig: true } }],
    ['WRITEABLE_CONFIG', 'true', { http: { writableConfig: true } }],
    ['MINALARMLIFETIME', '5', { overrides: { minAlarmLifetimeMinutes: 5 } }],
    ['INTELPRIVATEIP', 'true', { overrides: { intelPrivateIp: true } }],
    ['CACHEDURATION', '10', { overrides: { cacheMinutes: 10 } }],
    ['TAGS', 'One, Two two,', { overrides: { tags: ['One', 'Two two'] } }],
    ['STATUS', 'Open,Closed', { overrides: { status: ['Open', 'Closed'] } }],
    ['MEDRISKMIN', '2', { overrides: { medRiskMin: 2 } }],
    ['MED_RISK_MIN', '2', { overrides: { medRiskMin: 2 } }],
    ['MEDRISKMAX', '9', { overrides: { medRiskMax: 9 } }],
    ['RELOAD_BACKLOGS', 'false', { overrides: { reloadBacklogs: false } }],
    ['RELOAD_BACKLOG', 'false', { overrides: { reloadBacklogs: false } }],
    ['RELOADBACKLOGS', 'false', { overrides: { reloadBacklogs: false } }],
    ['DISCARD_OOR_EVENTS', 'false', { overrides: { discardOorEvents: false } }],
    ['MODE', 'standalone', { mode: 'standalone' }],
    ['MAXQUEUE', '0', {}],
    ['DEBUG', 'false', {}],
  ];
  for (const [name, value, outcome] of meaningful) {
    it(`takes DSIEM_${name}=${value}`, () => {
      expect(read({ [`DSIEM_${name}`]: value })).to.deep.equal({
        any: true,
        overrides: {},
        http: {},
        mode: 'standalone',
        notices: [],
        faults: [],
        ...outcome,
      });
    });
  }

  const meaningless: readonly [string, string][] = [
    ['MAXQUEUE', '25000'],
    ['MSQ', 'nats://nats:4222'],
    ['FRONTEND', 'http://frontend:8080'],
    ['NODE', 'node1'],
    ['DEBUG', 'true'],
    ['TRACE', '1'],
    ['JSON', 'true'],
    ['WEBSOCKET', 'true'],
    ['OTEL_METRICS_ENABLED', 'true'],
    ['OTEL_TRACING_ENABLED', 'true'],
    ['OTEL_ENDPOINT', 'http://otel:4317'],
    ['FILTER_THREADS', '4'],
    ['PRELOAD_DIRECTIVES', 'true'],
    ['DIRECTIVES_IDLE_TIMEOUT_MINUTES', '10'],
    ['APM', 'true'],
    ['PPROF', 'cpu'],
    ['DEV', 'true'],
  ];
  for (const [name, value] of meaningless) {
    it(`says that DSIEM_${name} changes nothing, and why`, () => {
      const { any, notices, faults, overrides, http } = read({ [`DSIEM_${name}`]: value });
      expect({ any, faults, overrides, http }).to.deep.equal({ any: true, faults: [], overrides: {}, http: {} });
      expect(notices).to.have.length(1);
      expect(notices[0]).to.match(new RegExp(`^DSIEM_${name} changes nothing here: .+`, 'u'));
    });
  }

  it('reads booleans as Go and Rust do, in any case', () => {
    for (const word of ['1', 't', 'T', 'TRUE', 'true', 'True', 'y', 'yes', 'on', ' true ']) {
      expect(read({ DSIEM_INTELPRIVATEIP: word }).overrides, word).to.deep.equal({ intelPrivateIp: true });
    }
    for (const word of ['0', 'f', 'F', 'FALSE', 'false', 'False', 'n', 'no', 'off']) {
      expect(read({ DSIEM_INTELPRIVATEIP: word }).overrides, word).to.deep.equal({ intelPrivateIp: false });
    }
  });

  const wrong: readonly [string, string, RegExp][] = [
    ['ADDRESS', '300.1.1.1', /an address, such as 0\.0\.0\.0 would be right/],
    ['PORT', '0', /a whole number from 1 to 65535 would be right/],
    ['PORT', '65536', /whole number/],
    ['PORT', '80a', /whole number/],
    ['MAXEPS', '-1', /whole number/],
    ['MAXQUEUE', 'many', /whole number/],
    ['HOLDDURATION', '0', /from 1/],
    ['WRITEABLECONFIG', 'maybe', /true or false would be right/],
    ['DEBUG', 'very', /true or false/],
    ['TAGS', ' , ', /a list with commas/],
    ['MEDRISKMIN', '1', /from 2 to 8/],
    ['MEDRISKMAX', '10', /from 3 to 9/],
    ['MODE', 'cluster', /standalone, cluster-frontend, cluster-backend would be right/],
    ['MODE', 'cluster-frontend', /clusters come with a later version/],
    ['MODE', 'cluster-backend', /clusters come with a later version/],
  ];
  for (const [name, value, fault] of wrong) {
    it(`refuses DSIEM_${name}=${value}`, () => {
      const { faults } = read({ [`DSIEM_${name}`]: value });
      expect(faults).to.have.length(1);
      expect(faults[0]).to.match(new RegExp(`^DSIEM_${name}: is "`, 'u'));
      expect(faults[0]).to.match(fault);
    });
  }

  it('gives every fault at once', () => {
    expect(read({ DSIEM_PORT: 'x', DSIEM_MODE: 'y', DSIEM_TAGS: ',' }).faults).to.have.length(3);
  });

  it('holds values against each other', () => {
    expect(read({ DSIEM_MEDRISKMIN: '7' }).faults.join()).to.match(/^DSIEM_MEDRISKMIN: is 7; less than .*\(6\)/);
    expect(read({ DSIEM_MEDRISKMIN: '7', DSIEM_MEDRISKMAX: '8' }).faults).to.deep.equal([]);
    expect(read({ DSIEM_MINEPS: '7', DSIEM_MAXEPS: '6' }).faults.join()).to.match(/^DSIEM_MINEPS: is 7; at most/);
    expect(read({ DSIEM_MINEPS: '7', DSIEM_MAXEPS: '0' }).faults, 'no limit').to.deep.equal([]);
  });

  it('refuses two spellings that disagree', () => {
    const { faults } = read({ DSIEM_RELOAD_BACKLOGS: 'true', DSIEM_RELOAD_BACKLOG: 'false' });
    expect(faults).to.deep.equal([
      'DSIEM_RELOAD_BACKLOGS: is "true", and DSIEM_RELOAD_BACKLOG is "false"; one of them would be right',
    ]);
    expect(read({ DSIEM_RELOAD_BACKLOGS: 'true', DSIEM_RELOAD_BACKLOG: 'TRUE' }).faults).to.deep.equal([]);
  });

  it('takes empty ones as absent, and says which ones it does not know', () => {
    expect(read({ DSIEM_PORT: '', DSIEM_TAGS: ' ' }).any).to.equal(false);
    const { any, notices } = read({ DSIEM_PROT: '8080' });
    expect(any).to.equal(false);
    expect(notices).to.deep.equal(['DSIEM_PROT is not known and changes nothing']);
  });

  it('is not misled by what Kubernetes says of a service named dsiem', () => {
    const environment = {
      DSIEM_PORT: 'tcp://10.0.0.1:8080',
      DSIEM_PORT_8080_TCP_ADDR: '10.0.0.1',
      DSIEM_SERVICE_HOST: '10.0.0.1',
    };
    expect(read(environment)).to.deep.include({ any: false, http: {}, notices: [], faults: [] });
  });
});
