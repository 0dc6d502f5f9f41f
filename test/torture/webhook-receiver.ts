import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a webhook's receiver has said it took. */
export interface WebhookReceiver {
  readonly url: string;
  /** What came with each event's id, in words that `toldOf` gives of a line of events.jsonl too. */
  readonly taken: ReadonlyMap<string, string>;
  /** Ids that came with another event than before. */
  readonly unstable: readonly string[];
  /** Requests that were not answered well. */
  readonly refused: () => number;
  close(): Promise<void>;
}

const failsEvery = 50;
const hangsEvery = 101;

/** What is the same in a request and in a line of events.jsonl. */
export const toldOf = (json: string): string => {
  const { event, time, module, fields } = JSON.parse(json) as Record<string, unknown>;
  return JSON.stringify([event, time, module, fields]);
};

/** A receiver at loopback that fails now and then, and now and then does not answer at all. */
export const startWebhookReceiver = async (): Promise<WebhookReceiver> => {
  const taken = new Map<string, string>();
  const unstable: string[] = [];
  let asked = 0;
  let refused = 0;
  const take = (json: string): void => {
    const { id } = JSON.parse(json) as { id: string };
    const told = toldOf(json);
    if ((taken.get(id) ?? told) !== told) unstable.push(id);
    taken.set(id, told);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked += 1;
      const isWell = asked % hangsEvery !== 0 && asked % failsEvery !== 0;
      if (isWell) take(Buffer.concat(chunks).toString('utf8'));
      else refused += 1;
      if (asked % hangsEvery !== 0) response.writeHead(isWell ? 204 : 500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    unstable,
    refused: () => refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** What is wrong with what the receiver took of the events in events.jsonl; nothing where each came, under an id of its own. */
export const checkWebhook = (events: Buffer, { taken, unstable }: WebhookReceiver): string[] => {
  const lines = events.toString('utf8').split('\n').slice(0, -1);
  const wanted = lines.filter((line) => !line.startsWith('{"event":"Entry"')).map(toldOf);
  const came = new Set(taken.values());
  const missing = wanted.filter((told) => !came.has(told));
  const findings: string[] = [];
  if (missing.length > 0) findings.push(`webhook: ${missing.length} events never came, such as ${missing[0] ?? ''}`);
  if (unstable.length > 0) findings.push(`webhook: ids of two events: ${unstable.slice(0, 5).join(', ')}`);
  if (taken.size !== wanted.length) findings.push(`webhook: ${taken.size} ids came, of ${wanted.length} events`);
  return findings;
};
