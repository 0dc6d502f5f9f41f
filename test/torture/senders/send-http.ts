import { ask } from '../../support/http-client.js';
import { pause, repeating, type Sender } from './sender.js';

const longestBatch = 20;
const addresses = 60;
const pauseMs = 10;

const event = (id: string, serial: number): object => ({
  event_id: id,
  timestamp: new Date().toISOString(),
  sensor: 'sensor1',
  title: id,
  src_ip: `9.9.${Math.floor((serial % addresses) / 10)}.${serial % addresses}`,
  dst_ip: '10.3.2.1',
  src_port: 40_000,
  dst_port: 443,
  protocol: 'TCP',
  plugin_id: 1001,
  // One in five counts for the directive.
  plugin_sid: serial % 5 === 0 ? 1 : 2,
});

/**
 * Posts batches of events, each once, and keeps a ledger: ids answered with 200 are in `acknowledged`, all others may or
 * may not have been taken.
 */
export const sendHttp = (options: {
  readonly name: string;
  readonly port: number;
  readonly acknowledged: Set<string>;
}): Sender => {
  const { name, port, acknowledged } = options;
  let serial = 0;
  return repeating(async () => {
    const ids = Array.from({ length: 1 + (serial % longestBatch) }, (_, index) => `${name}-0-${serial + index}`);
    const body = JSON.stringify(ids.map((id, index) => event(id, serial + index)));
    serial += ids.length;
    const headers = { 'content-type': 'application/json' };
    const status = await ask(port, { method: 'POST', path: '/events', headers, body }).then(
      (answer) => answer.status,
      () => undefined, // Killed before it answered, or not there: nothing was promised.
    );
    if (status === 200) for (const id of ids) acknowledged.add(id);
    await pause(status === 200 ? pauseMs : 5 * pauseMs);
  });
};
