import { expect } from 'chai';
import { checkWebhook, startWebhookReceiver, toldOf } from './webhook-receiver.js';

const line = (n: number): string =>
  JSON.stringify({ event: 'Pulse', time: 't', module: 'm', summary: 's', fields: { n } });
const sent = (id: string, n: number): string => JSON.stringify({ id, ...(JSON.parse(line(n)) as object) });

describe('checkWebhook()', () => {
  it('finds events that never came, ids that changed, and nothing else', async () => {
    const receiver = await startWebhookReceiver();
    const post = (body: string): Promise<unknown> => fetch(receiver.url, { method: 'POST', body });
    const events = Buffer.from(`${line(1)}\n{"event":"Entry","fields":{}}\n${line(2)}\n`);
    try {
      for (const body of [sent('1-0', 1), sent('1-0', 1), sent('2-0', 2)]) await post(body);
      expect(checkWebhook(events, receiver)).to.deep.equal([]);
      const more = Buffer.concat([events, Buffer.from(`${line(3)}\n`)]);
      expect(checkWebhook(more, receiver)).to.deep.equal([
        `webhook: 1 events never came, such as ${toldOf(line(3))}`,
        'webhook: 2 ids came, of 3 events',
      ]);
      await post(sent('2-0', 1));
      expect(checkWebhook(events, receiver)[1]).to.equal('webhook: ids of two events: 2-0');
    } finally {
      await receiver.close();
    }
  });
});
