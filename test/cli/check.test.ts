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
