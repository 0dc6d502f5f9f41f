import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Json } from '../json.js';
import { type ConfigDir, isConfigName } from './config-dir.js';
import { HttpFault } from './http-fault.js';

/** Says what is wrong with a configuration file as it would be with those beside it; nothing where it would do. */
export type CheckConfig = (name: string, text: string) => Promise<readonly string[]>;

/** What `/config` serves. */
export interface ConfigRoutes {
  /** Absent: there are no files. */
  readonly dir: ConfigDir | undefined;
  /** Files may be written and deleted; each is checked first. */
  readonly check: CheckConfig | undefined;
  /** What `dsiem_config.json` gives, which is no file. */
  readonly dsiemConfig: () => { readonly status: readonly string[]; readonly tags: readonly string[] };
}

const dsiemConfigName = 'dsiem_config.json';

const nameOf = (request: FastifyRequest): string => {
  const { file = '' } = request.params as { readonly file?: string };
  if (isConfigName(file)) return file;
  throw new HttpFault(418, 'no name of a configuration file; letters, digits, _ and -, then .json would be right');
};

const absent = (): HttpFault => new HttpFault(404, 'there is no such configuration file');

const textOf = (body: unknown): string => {
  if (!Buffer.isBuffer(body)) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HttpFault(418, 'the file is not UTF-8, which would be right');
  }
};

const json = (reply: FastifyReply, body: string | Buffer): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(body);

/** Adds `/config` (dsiem.md §9). What is written is used from the next start or reload on. */
export const addConfigRoutes = (app: FastifyInstance, { dir, check, dsiemConfig }: ConfigRoutes): void => {
  app.get('/config', async (_request, reply) => {
    const names = new Set([...((await dir?.names()) ?? []), dsiemConfigName]);
    return reply.send({ files: [...names].sort().map((filename) => ({ filename })) });
  });
  app.get('/config/:file', async (request, reply) => {
    const name = nameOf(request);
    if (name === dsiemConfigName) return json(reply, JSON.stringify(dsiemConfig()));
    const bytes = await dir?.read(name);
    if (bytes === undefined) throw absent();
    return json(reply, bytes);
  });
  if (check !== undefined && dir !== undefined) addWriting(app, dir, check);
};

const addWriting = (app: FastifyInstance, dir: ConfigDir, check: CheckConfig): void => {
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other: each is checked with what is there when it is made. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const mine = last.then(change, change);
    last = mine;
    return mine;
  };
  app.post('/config/:file', (request, reply) =>
    inTurn(async () => {
      const name = nameOf(request);
      const text = textOf(request.body);
      const faults = await check(name, text);
      if (faults.length > 0) return reply.code(418).send({ faults } satisfies Json);
      await dir.write(name, Buffer.from(text));
      return reply.code(201).send({ written: name });
    }),
  );
  app.delete('/config/:file', (request, reply) =>
    inTurn(async () => {
      const name = nameOf(request);
      if (!(await dir.delete(name))) throw absent();
      return reply.code(200).send({ deleted: name });
    }),
  );
};
