import { join } from 'node:path';
import { place } from '../support/user-stack.js';

/** Finds the text by which a sender knows its message again: `<sender>-<session>-<number>`. */
export const marked = /\b[a-z]+\d*-\d+-\d+\b/u;

/**
 * Tells of every record, with how many it has seen and the configuration it runs under: a record lost or worked on twice
 * shows as a total that is not its place. Tells of each tick too, so that movements of the clock show.
 */
const ledgerModule = `import { AuditEvent, defineModule, type LogRecord, type ModuleContext } from 'tocsin';
import { z } from 'zod';
const fields = { text: 'string', total: 'number', config: 'number' } as const;
class Entry extends AuditEvent<typeof fields> {
  static override readonly auditId = 'ledger';
  static override readonly fields = fields;
  override get summary() { return this.fields.text; }
}
const pulse = { total: 'number', beat: 'number' } as const;
class Pulse extends AuditEvent<typeof pulse> {
  static override readonly auditId = 'pulse';
  static override readonly fields = pulse;
  override get summary() { return String(this.fields.beat); }
}
const marked = ${String(marked)};
export default defineModule({
  name: 'ledger', description: 'Counts', options: z.strictObject({ config: z.number() }), events: [Entry, Pulse],
  create: ({ config }, { state, dispatch }: ModuleContext) => ({
    onRecord: (record: LogRecord) => {
      const total = (state.get<number>('total') ?? 0) + 1;
      state.put('total', total);
      // A key of its own for each message, and as many gone: checkpoints are more than a number.
      state.put('at:' + String(total), record.message.padEnd(1000));
      state.delete('at:' + String(total - 2000));
      dispatch(new Entry({ text: marked.exec(record.message)?.[0] ?? '', total, config }));
    },
    onTick: () => {
      const beat = (state.get<number>('beat') ?? 0) + 1;
      state.put('beat', beat);
      dispatch(new Pulse({ total: state.get<number>('total') ?? 0, beat }));
    },
  }),
});
`;

const stack = (config: number, webhookUrl: string): string =>
  `description: What torture runs
configDir: ../configs
modules:
  ledger: { config: ${config} }
  dsiem: {}
listeners:
  event-file: {}
  csv-audit: { dir: audit }
  alarm-file: {}
  webhook: { url: "${webhookUrl}", timeout: 300ms, when: "event.class != 'Entry'" }
`;

const rule = (stage: number, occurrence: number, timeout: number): object => ({
  name: `stage ${stage}`,
  type: 'PluginRule',
  stage,
  plugin_id: 1001,
  plugin_sid: [1],
  occurrence,
  from: stage === 1 ? 'ANY' : ':1',
  to: 'ANY',
  reliability: 5,
  timeout,
});

/** Stages that are reached, and backlogs that end, within seconds; the second stage moves with the configuration. */
const directives = (config: number): object => ({
  directives: [
    {
      id: 1,
      name: 'Something from SRC_IP',
      priority: 5,
      kingdom: 'k',
      category: 'c',
      rules: [rule(1, 1, 0), rule(2, 3 + (config % 3), 4), rule(3, 20, 6)],
    },
  ],
});

const assets = { assets: [{ name: 'net', cidr: '10.0.0.0/8', value: 5 }] };

/** Writes the configuration of the given number, whole: a module's option, and a directive. */
export const placeConfiguration = (dir: string, config: number, webhookUrl: string): void => {
  place(dir, 'stacks/torture.yaml', stack(config, webhookUrl));
  place(dir, 'configs/directives_torture.json', JSON.stringify(directives(config)));
};

/** Writes what does not change: module, assets, and where addresses are looked up; and the first configuration. */
export const placeFiles = (dir: string, { lookupUrl, webhookUrl }: { lookupUrl: string; webhookUrl: string }): void => {
  place(dir, 'modules/ledger.ts', ledgerModule);
  place(dir, 'configs/assets_torture.json', JSON.stringify(assets));
  const config = JSON.stringify({ url: `${lookupUrl}/ip/\${ip}` });
  const sources = [{ name: 'Wise', type: 'IP', plugin: 'Wise', enabled: true, config }];
  place(dir, 'configs/intel_torture.json', JSON.stringify({ intel_sources: sources }));
  placeConfiguration(dir, 0, webhookUrl);
};

/** The file that is followed. */
export const followedFile = (dir: string): string => join(dir, 'in', 'app.log');
