import { expect } from 'chai';
import { until } from '../support/eventually.js';
import { livePrograms } from '../support/live-tocsin.js';
import { line, numbered, sendTcp } from '../support/send.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { tocsin } from '../support/tocsin.js';
import { place, placeTellStack } from '../support/user-stack.js';

const sample = numbered('told', 20);
const lines = sample.map((text) => line(text)).join('');

const moduleOf = (create: string): string => `import { defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Said extends NoticeEvent {
  static fields = { what: 'json' };
  get summary() { if (this.fields.what === 'mute') throw new Error('mute'); return 'said'; }
}
export default defineModule({
  name: 'broken', description: 'For a test', options: z.strictObject({}),
  create: (options, { dispatch, state }) => { let n = 0; ${create} },
});
`;

const listenerOf = (handle: string): string => `import { defineListener } from 'tocsin';
import { z } from 'zod';
export default defineListener({
  name: 'broken', description: 'For a test', options: z.strictObject({}),
  create: () => ({ handle: () => { ${handle} } }),
});
`;

const stack = 'modules: { report: {}, broken: {} }\nlisteners: { event-file: {} }\n';

describe('tocsin run, with a plugin that breaks its promises,', function () {
  this.timeout(60_000);
  const { dir } = temporaryDirs();
  const { start } = livePrograms();

  it('tells of events that cannot be stored as failures of their module, live as in a replay, and loses no other', async () => {
    const create = `return { onRecord: () => { n += 1;
      if (n === 1) dispatch(new Said({ what: 5n }));
      if (n === 2) dispatch(new Said({ what: 'mute' }));
      if (n === 3) dispatch({});
      if (n === 4) return Promise.reject(new Error('late'));
    } };`;
    place(dir(), 'modules/broken.mjs', moduleOf(create));
    place(dir(), 'stacks/broken.yaml', stack);
    const live = await start(dir(), ['--stack', 'broken', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines);
    await live.told(20);
    const failed = () => live.events().filter(({ event }) => event === 'ModuleFailed');
    await until('four failures', () => failed().length === 4);
    expect(failed().map(({ fields }) => `${String(fields['call'])}: ${String(fields['error'])}`)).to.deep.equal([
      'dispatch: Said cannot be handed on: Do not know how to serialize a BigInt',
      'dispatch: Said cannot be handed on: mute',
      'onRecord: dispatched object; an instance of a subclass of Event would be right',
      'onRecord: returned a promise; a module that is synchronous would be right',
    ]);
    expect((await live.end()).code).to.equal(0);
    const log = place(dir(), 'in.log', lines);
    const { stdout } = await tocsin(['replay', log, '--stack', 'broken', '--out', 'out', '--json'], { cwd: dir() });
    expect(JSON.parse(stdout)).to.have.property('events').that.includes({ RecordNotice: 20, ModuleFailed: 4 });
  });

  it('saves what it can of a memory that JSON cannot carry whole, and says what it could not', async () => {
    place(
      dir(),
      'modules/broken.mjs',
      moduleOf("return { onRecord: () => { n += 1; state.put('n', 5n); state.put('m', n); } };"),
    );
    place(dir(), 'stacks/broken.yaml', stack);
    const live = await start(dir(), ['--stack', 'broken', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines);
    await live.told(20);
    expect((await live.end()).code).to.equal(0);
    expect(live.stderr).to.include('checkpoint: the state "n" of module broken cannot be saved: ');
    const again = await start(dir(), ['--stack', 'broken', '--tcp', '127.0.0.1:0']);
    expect(again.stderr).not.to.include('entries received before');
    expect((await again.end()).code).to.equal(0);
  });

  it('tells what fails that a module had begun and not waited for, also while it stops', async () => {
    place(
      dir(),
      'modules/broken.mjs',
      moduleOf("return { onRecord: () => { setTimeout(() => { throw new Error('too late'); }); } };"),
    );
    place(dir(), 'stacks/broken.yaml', stack);
    const run = await tocsin(['run', '--stack', 'broken', '--stdin'], { cwd: dir(), input: lines });
    expect(run.stderr).to.match(/something failed that a module had begun and not waited for: Error: too late$/m);
    expect(run.code).to.equal(0);
  });

  it('survives a rejected promise that a listener let go of', async () => {
    place(dir(), 'listeners/broken.mjs', listenerOf("void Promise.reject(new Error('let go'));"));
    placeTellStack(dir(), '  broken: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines);
    await live.told(20);
    expect((await live.end()).code).to.equal(0);
    expect(live.stderr.match(/a promise was rejected, and nobody waits for it: Error: let go/g)).to.have.length(1);
  });

  it('stops cleanly, with 70, for what a listener throws outside of any call', async () => {
    place(dir(), 'listeners/broken.mjs', listenerOf("setTimeout(() => { throw new Error('too late'); });"));
    placeTellStack(dir(), '  broken: {}\n');
    const live = await start(dir(), ['--stack', 'tell', '--tcp', '127.0.0.1:0']);
    await sendTcp(live.port('tcp'), lines);
    const { code } = await live.ended();
    expect(live.stderr).to.match(/^tocsin: error: an exception was thrown outside of any call: Error: too late$/m);
    expect(code).to.equal(70);
    expect(live.messages().slice(0, 20)).to.deep.equal(sample.slice(0, live.messages().length));
  });
});
