/** Sends sshd lines to a port at a steady rate, in a process of its own: `sender udp|tcp PORT RATE SECONDS`; prints how many. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { sshdLines } from './sshd-lines.js';
import { openUdpSender } from './udp-sender.js';

const [kind = '', port = '', rate = '', seconds = ''] = process.argv.slice(2);
const distinct = 50_000;
const wanted = Number(rate) * Number(seconds);
const lines = [...sshdLines(distinct)].map((line) => Buffer.from(`<86>${line}${kind === 'tcp' ? '\n' : ''}`));
const began = performance.now();
const due = (): number => Math.min(wanted, Math.floor(((performance.now() - began) / 1000) * Number(rate)));
let sent = 0;

const overUdp = async (): Promise<void> => {
  const send = openUdpSender(Number(port), lines);
  while (sent < wanted) {
    // Never more at once than a sender's own queue would hold, also after a pause of this process.
    const until = Math.min(due(), sent + 1000);
    while (sent < until) sent += send(sent, until - sent);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

const overTcp = async (): Promise<void> => {
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  while (sent < wanted) {
    const until = Math.min(due(), sent + 2000);
    const batch: Buffer[] = [];
    for (; sent < until; sent += 1) batch.push(lines[sent % distinct] ?? Buffer.alloc(0));
    if (batch.length > 0 && !socket.write(Buffer.concat(batch))) await once(socket, 'drain');
    else await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await once(socket, 'close');
};

await (kind === 'udp' ? overUdp() : overTcp());
process.stdout.write(JSON.stringify({ sent, seconds: (performance.now() - began) / 1000 }));
