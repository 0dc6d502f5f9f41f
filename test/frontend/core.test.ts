import { expect } from 'chai';
import { join } from 'node:path';
import { carryState } from '../../src/frontend/carry-state.js';
import { type Core, type CoreOptions, createCore } from '../../src/frontend/core.js';
import { BlockReader, BlockWriter, entryKinds, FrameSource } from '../../src/journal/block.js';
import type { Event } from '../../src/events/event.js';
import { linkBundle, bundleFile } from '../../src/stack/bundle.js';
import { noteLog } from '../support/note-log.js';
import { temporaryDirs } from '../support/temporary-dir.js';
import { place } from '../support/user-stack.js';

/** Tells of what it finds when it is created, and of the time of each record; remembers how many those were. */
const code = `
import { defineModule, NoticeEvent } from 'tocsin';
import { z } from 'zod';
class Said extends NoticeEvent<{ said: 'string' }> {
  static override readonly fields = { said: 'string' } as const;
  get summary(): string { return this.fields.said; }
}
export default defineModule({
  name: 'mine', description: 'Says', options: z.strictObject({}), events: [Said],
  create: (_options, { state, dispatch }) => {
    for (const [key, value] of state.entries()) dispatch(new Said({ said: key + ' ' + String(value) }));
    return {
      onRecord: ({ time, message }): void => {
        if (message === 'bad') throw new Error('broken');
        state.put(message, (state.get<number>(message) ?? 0) + 1);
        dispatch(new Said({ said: new Date(time).toISOString() }));
      },
    };
  },
});
`;

const receivedAt = Date.UTC(2026, 10, 20, 12);

describe('createCore()', () => {
  const { dir } = temporaryDirs();

  const make = async (
    options: { names?: readonly string[]; machineTimeZone?: string } & Partial<CoreOptions> = {},
  ): Promise<{ core: Core; events: Event[] }> => {
    const { names = ['mine'], machineTimeZone = 'UTC', ...rest } = options;
    const bundle = await bundleFile(place(dir(), 'modules/mine.ts', code), join(dir(), 'cache'));
    const url = linkBundle(bundle, join(dir(), 'cache'));
    const modules = names.map((name) => ({ name, use: 'mine', url, options: {} }));
    const events: Event[] = [];
    const core = await createCore({
      stack: { modules, timeZone: 'UTC', machineTimeZone, files: [], plugins: [], hosts: {} },
      clock: 'receipt',
      log: noteLog().log,
      event: (event) => events.push(event),
      checkpoints: false,
      ...rest,
    });
    return { core, events };
  };
  const give = (core: Core, seq: number, text: string, timeZone?: string): void => {
    const writer = new BlockWriter({ firstSeq: seq, bytes: 1024 });
    const bytes = Buffer.from(text);
    const source = new FrameSource({ input: 'test', timeZone });
    writer.add(entryKinds.frame, 0, source, receivedAt, bytes, 0, bytes.length);
    core.frontend.block(new BlockReader(writer.seal(0)));
  };
  const said = (events: readonly Event[]): string[] => events.map(({ id, summary }) => `${id} ${summary}`);

  it('gives what modules dispatch while they are created the number of the entry behind which it begins', async () => {
    const { events } = await make({ restored: [['mine', 'key', '7']], position: 42 });
    expect(said(events)).to.deep.equal(['42-0 key 7']);
  });

  it('goes on with what another knew, that of modules it does not have included', async () => {
    const first = await make({ names: ['mine', 'other'] });
    give(first.core, 1, '<13>Nov 20 10:00:00 host app: hello');
    const without = await make({ names: ['mine'], restored: carryState(first.core, []), position: 1 });
    expect(said(without.events)).to.deep.equal(['1-0 hello 1']);
    const carried = carryState(without.core, carryState(first.core, []));
    const again = await make({ names: ['mine', 'other'], restored: carried, position: 2 });
    expect(said(again.events)).to.deep.equal(['2-0 hello 1', '2-1 hello 1']);
    expect(again.core.frontend.now).to.equal(receivedAt);
  });

  it('reads time stamps without a zone in that of their input, and where it has none, in that of the stack', async () => {
    const { core, events } = await make({ machineTimeZone: 'Asia/Kolkata' });
    give(core, 1, '<13>Nov 20 10:00:00 host app: hello');
    give(core, 2, '<13>Nov 20 10:00:00 host app: hello', 'Europe/Berlin');
    expect(said(events)).to.deep.equal(['1-0 2026-11-20T04:30:00.000Z', '2-0 2026-11-20T09:00:00.000Z']);
  });

  it('tells of no more failures in a second than one that never ended, whenever it goes on from a checkpoint', async () => {
    const line = '<13>Nov 20 10:00:00 host app: bad';
    const failures = (events: readonly Event[]): string[] =>
      events.filter((event) => event.class.name === 'ModuleFailed').map(({ id }) => id);
    const whole = await make();
    for (let seq = 1; seq <= 150; seq += 1) give(whole.core, seq, line);
    const first = await make();
    for (let seq = 1; seq <= 60; seq += 1) give(first.core, seq, line);
    const second = await make({ restored: carryState(first.core, []), position: 60 });
    for (let seq = 61; seq <= 150; seq += 1) give(second.core, seq, line);
    expect(failures(whole.events)).to.have.length(100);
    expect([...failures(first.events), ...failures(second.events)]).to.deep.equal(failures(whole.events));
  });
});
