import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports.js';
import { startLookupServer } from '../support/lookup-server.js';
import { followedFile, placeFiles } from './place-files.js';
import { sendHttp } from './senders/send-http.js';
import { sendTcp } from './senders/send-tcp.js';
import { sendUdp } from './senders/send-udp.js';
import { type FileSender, writeFile } from './senders/write-file.js';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.js';

/** What a program in a directory is given to do: senders of all kinds, a service that it looks addresses up at, and one that takes events. */
export interface Load {
  /** Options with which the program receives it. */
  readonly args: readonly string[];
  /** Ids of events that HTTP acknowledged so far. */
  readonly acknowledged: ReadonlySet<string>;
  /** The followed file. */
  readonly file: FileSender;
  /** Addresses asked for so far. */
  readonly lookups: () => number;
  /** Where events are sent to. */
  readonly webhook: WebhookReceiver;
  /** Ends sending; resolves when all that was handed over is out. Safe to call twice. */
  stopSending(): Promise<unknown>;
  /** Ends the services too. */
  close(): Promise<void>;
}

const failsEvery = 20;
const latestAnswerMs = 300;

/** Places the configuration of the number 0, and begins to send, whether anybody receives or not. */
export const startLoad = async (dir: string): Promise<Load> => {
  const [http = 0, tcp = 0, udp = 0] = await freePorts(3);
  let asked = 0;
  // Answers come late, as from a service over a network, and some are none.
  const lookups = await startLookupServer((path, response) => {
    asked += 1;
    response.statusCode = asked % failsEvery === 0 ? 500 : 200;
    setTimeout(() => response.end(`[{field: "bad", len: 9, value: "${path}"}]`), (asked * 37) % latestAnswerMs);
  });
  const webhook = await startWebhookReceiver();
  placeFiles(dir, { lookupUrl: lookups.url, webhookUrl: webhook.url });
  mkdirSync(join(dir, 'in'));
  const acknowledged = new Set<string>();
  const file = writeFile({ name: 'file', path: followedFile(dir) });
  const senders = [
    file,
    ...[0, 1, 2].map((n) => sendHttp({ name: `http${n}`, port: http, acknowledged })),
    sendTcp({ name: 'tcp0', port: tcp, counted: false }),
    sendTcp({ name: 'tcp1', port: tcp, counted: true }),
    sendUdp({ name: 'udp', port: udp }),
  ];
  let stopped: Promise<unknown> | undefined;
  const stopSending = (): Promise<unknown> => (stopped ??= Promise.all(senders.map((sender) => sender.stop())));
  const at = (port: number): string => `127.0.0.1:${port}`;
  return {
    args: [
      ...['--stack', 'torture', '--http', at(http), '--tcp', at(tcp), '--udp', at(udp)],
      ...['--tail', followedFile(dir), '--checkpoint', '250ms'],
    ],
    acknowledged,
    file,
    lookups: () => lookups.asked.length,
    webhook,
    stopSending,
    close: async () => {
      await stopSending();
      await lookups.close();
      await webhook.close();
    },
  };
};
