import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place } from '../support/user-stack.js';

describe('tocsin check', () => {
  const { dir } = temporaryDirs();

  it('finds no fault in what is shipped', async () => {
    const { code, stdout, stderr } = await tocsin(['check'], { cwd: dir() });
    expect(stdout).to.match(/^.*\breport\b.*\bsshd\b.*: no fault found\n$/);
    expect(code).to.equal(0);
    // What works, though hardly as meant, is warned of (a stack without directives).
    expect(stderr).not.to.match(/^tocsin: (?!warning: )/m);
  });

  it('lists all faults of a stack at once, each with its line and what would be right, and ends with 1', async () => {
    place(
      dir(),
      'stacks/wrong.yaml',
      [
        'description: Wrong throughout',
        'modules:',
        '  sshd: { failureLimit: many, failureWindw: 5m }',
        '  sshdd: {}',
        'listeners:',
        '  event-file: { when: "event.fild == 1" }',
        '  nowhere: {}',
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await tocsin(['check', '--stack', 'wrong'], { cwd: dir() });
    expect([code, stdout]).to.deep.equal([1, '']);
    for (const fault of [
      /wrong\.yaml:3:\d+.*failureLimit/,
      /wrong\.yaml:3:\d+.*failureWindw.*failureWindow/,
      /wrong\.yaml:4:\d+.*sshdd.*sshd/,
      /wrong\.yaml:6:\d+.*fild/,
      /wrong\.yaml:7:\d+.*nowhere.*event-file/,
    ]) {
      expect(stderr).to.match(fault);
    }
  });

  it('looks past faults of shape: filters, zones and the rest are told at the same time', async () => {
    place(
      dir(),
      'stacks/wrong.yaml',
      [
        'descripton: misspelt',
        'timeZone: Mars/Base',
        'inputs: { udp: [{}], tcp: 99999, tail: /x }',
        'hosts: { a: 5 }',
        'modules:',
        '  sshd: [1]',
        '  sshdd: {}',
        'listeners:',
        '  event-file: { when: "event.fild == 1" }',
        '  logback: { use: 5 }',
        '',
      ].join('\n'),
    );
    const { code, stderr } = await tocsin(['check', '--stack', 'wrong'], { cwd: dir() });
    expect(code).to.equal(1);
    for (const fault of [
      /wrong\.yaml:1:\d+.*descripton.*description/,
      /wrong\.yaml:2:\d+.*Mars\/Base/,
      /wrong\.yaml:3:\d+ inputs\.udp/,
      /wrong\.yaml:3:\d+ inputs\.tcp: cannot listen at "99999"/,
      /wrong\.yaml:4:\d+ hosts\.a/,
      /wrong\.yaml:6:\d+ modules\.sshd/,
      /wrong\.yaml:7:\d+.*unknown module sshdd/,
      /wrong\.yaml:9:\d+.*fild/,
      /wrong\.yaml:10:\d+.*use is number, text would be right/,
    ]) {
      expect(stderr).to.match(fault);
    }
    expect(stderr.trim().split('\n')).to.have.length(9);
  });

  it('takes no __proto__ for a name', async () => {
    place(dir(), 'stacks/wrong.yaml', 'listeners:\n  csv-audit: { __proto__: { dir: x } }\n');
    const { code, stderr } = await tocsin(['check', '--stack', 'wrong'], { cwd: dir() });
    expect(code).to.equal(1);
    expect(stderr).to.match(/wrong\.yaml:2:16: the name __proto__ .* any other would be right/);
  });

  it('refuses pipes, devices and directories where files belong, and waits for none', async () => {
    for (const sub of ['stacks', 'modules', 'conf', 'plugins']) mkdirSync(join(dir(), sub));
    place(dir(), 'stacks/dir.yaml', 'configDir: ../conf\nplugins: ../plugins\nmodules: { piped: {} }\n');
    execFileSync('mkfifo', ['stacks/pipe.yaml', 'modules/piped.ts', 'plugins/p.yaml'], { cwd: dir() });
    symlinkSync('/dev/zero', join(dir(), 'stacks/endless.yaml'));
    symlinkSync('/dev/zero', join(dir(), 'conf/assets_endless.json'));
    const { code, stderr } = await tocsin(['check', '--stack', 'pipe,endless,dir'], { cwd: dir() });
    expect(code).to.equal(1);
    for (const file of ['stacks/pipe.yaml', 'stacks/endless.yaml', 'conf/assets_endless.json', 'plugins/p.yaml']) {
      expect(stderr).to.include(`${file}: cannot be read: it is a pipe or a device; a regular file would be right`);
    }
    expect(stderr).to.match(/modules\/piped\.ts: is no regular file/);
    expect((await tocsin(['stacks'], { cwd: dir() })).stdout).to.include('a regular file would be right');
  });

  it('says which directives --lenient leaves out, and which lists of addresses are missing', async () => {
    place(dir(), 'conf/directives_x.json', '{"directives":[{"id":"one"}]}');
    const config = JSON.stringify({ file: 'bad.txt' });
    const sources = [{ name: 'Bad', type: 'IP', plugin: 'list', enabled: true, config }];
    place(dir(), 'conf/intel_x.json', JSON.stringify({ intel_sources: sources }));
    const args = ['check', '--stack', 'dsiem', '--config-dir', 'conf', '--lenient'];
    const { code, stderr } = await tocsin(args, { cwd: dir() });
    expect(code, stderr).to.equal(0);
    expect(stderr).to.match(/warning: .*directives_x\.json:1:\d+ .*; left out$/m);
    expect(stderr).to.match(/warning: intel source "Bad": its list cannot be read: ENOENT.*bad\.txt/);
    place(dir(), 'conf/bad.txt', '192.0.2.1\n');
    expect((await tocsin(args, { cwd: dir() })).stderr).not.to.include('intel source');
  });

  it('warns of a misspelt key beside the fault it makes', async () => {
    const asset = { name: 'a', cidr: '10.0.0.0/8', valu: 1 };
    place(dir(), 'conf/assets_x.json', JSON.stringify({ assets: [asset] }));
    const { code, stderr } = await tocsin(['check', '--stack', 'dsiem', '--config-dir', 'conf'], { cwd: dir() });
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/^tocsin: warning: .*assets\[0\]\.valu: this key is not known and does nothing, value would be right$/m)
      .and.match(/^tocsin: .*assets\[0\]\.value: missing, /m);
    const run = await tocsin(['replay', '--stack', 'dsiem', '--config-dir', 'conf', 'x.log'], { cwd: dir() });
    expect([run.code, run.stderr]).to.deep.equal([code, stderr]);
  });

  it('goes through all stacks where none is named', async () => {
    place(dir(), 'stacks/one.yaml', 'modules: { nothing: {} }\n');
    place(dir(), 'stacks/two.yaml', 'modules: [\n');
    const { code, stderr } = await tocsin(['check'], { cwd: dir() });
    expect(code).to.equal(1);
    expect(stderr).to.include('one.yaml').and.include('two.yaml');
  });

  it('names every stack that is unknown, with the one that was meant', async () => {
    const { code, stderr } = await tocsin(['check', '--stack', 'bogus,sshdd'], { cwd: dir() });
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/unknown stack bogus/)
      .and.match(/unknown stack sshdd; did you mean sshd\?/);
  });

  it('says what is wrong with a module that cannot be loaded', async () => {
    place(dir(), 'modules/broken.ts', "throw new Error('no \\u001b[31mcolour');\n");
    place(dir(), 'stacks/broken.yaml', 'modules: { broken: {} }\n');
    const { code, stderr } = await tocsin(['check', '--stack', 'broken'], { cwd: dir() });
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/broken/)
      .and.match(/colour/);
    expect(stderr).not.to.include('\u001b');
  });
});
