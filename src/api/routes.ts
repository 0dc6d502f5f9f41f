import type { FastifyInstance } from 'fastify';
import { addConfigRoutes, type ConfigRoutes } from './config-routes.js';
import { addLiveRoutes, type LiveRoutes } from './live-routes.js';

/** Everything that `--http` serves beside `POST /events`. */
export interface Routes extends ConfigRoutes, LiveRoutes {}

const greeting = 'tocsin, a log correlator. Events are taken by POST /events; /debug/vars/ shows counters.\n';
const noConsole = 'The console comes with a later version of tocsin.\n';

/** Adds all routes beside `POST /events`. */
export const addRoutes = async (app: FastifyInstance, routes: Routes): Promise<void> => {
  await addLiveRoutes(app, routes);
  addConfigRoutes(app, routes);
  app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(greeting));
  for (const path of ['/ui', '/ui/*']) {
    app.get(path, (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send(noConsole));
  }
};
