/** Posts events as fast as they are acknowledged, in a process of its own: `http-sender PORT BATCH CONNECTIONS SECONDS`. */
import { Agent, request } from 'node:http';

const [port = '', batch = '', connections = '', seconds = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const until = performance.now() + Number(seconds) * 1000;
const latencies: number[] = [];
let serial = 0;
let taken = 0;

/** About 230 bytes, as dsiem's senders make them. */
const event = (): string => {
  serial += 1;
  const id = `${process.pid}-${serial.toString(16).padStart(12, '0')}-4000-8000`;
  return (
    `{"event_id":"${id}","timestamp":"2026-11-20T10:00:00Z","sensor":"sensor1","title":"something happened",` +
    `"src_ip":"10.0.${(serial >> 8) & 255}.${serial & 255}","dst_ip":"10.3.2.1","src_port":40000,"dst_port":443,` +
    `"protocol":"TCP","plugin_id":2002,"plugin_sid":${1 + (serial % 1000)}}`
  );
};

const body = (): Buffer => {
  const count = Number(batch);
  return Buffer.from(count === 1 ? event() : `[${Array.from({ length: count }, event).join()}]`);
};

const post = (bytes: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
    const sent = request({ host: '127.0.0.1', port, path: '/events', method: 'POST', agent, headers });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.end(bytes);
  });

const began = performance.now();
const work = async (): Promise<void> => {
  while (performance.now() < until) {
    const at = performance.now();
    const status = await post(body());
    if (status !== 200) throw new Error(`answered ${status}`);
    latencies.push(performance.now() - at);
    taken += Number(batch);
  }
};
await Promise.all(Array.from({ length: Number(connections) }, work));
const took = (performance.now() - began) / 1000;
latencies.sort((a, b) => a - b);
agent.destroy();
const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
process.stdout.write(JSON.stringify({ taken, seconds: took, p99 }));
