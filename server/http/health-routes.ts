import type { FastifyPluginAsync } from 'fastify';
import type { CommitQueue } from '../document/commit-queue.ts';

export interface HealthRoutesOptions {
  readonly commits: CommitQueue;
  /** Whether the server takes connections. */
  readonly isReady: () => boolean;
}

/** `/healthz`: does the process do its work? `/readyz`: should it be sent people? 200 or 503. */
export const healthRoutes: FastifyPluginAsync<HealthRoutesOptions> = async (app, { commits, isReady }) => {
  app.get('/healthz', (_request, reply) => {
    const healthy = !commits.failing;
    return reply.code(healthy ? 200 : 503).send({ status: healthy ? 'ok' : 'storage-failing' });
  });

  app.get('/readyz', (_request, reply) => {
    const ready = isReady() && !commits.failing;
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not-ready' });
  });
};
