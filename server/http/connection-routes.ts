import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import { SYNC_PATH } from '../../protocol/version.ts';

export interface ConnectionRoutesOptions {
  /** Answers the requests of connections over HTTP. */
  readonly connect: (request: IncomingMessage, response: ServerResponse, headers: Record<string, string>) => void;
}

/** `/sync/<name>`: connections where no WebSocket gets through (docs/protocol.md). They read bodies and write answers by themselves. */
export const connectionRoutes: FastifyPluginAsync<ConnectionRoutesOptions> = async (app, { connect }) => {
  app.post(`${SYNC_PATH}*`, {
    config: { countsItself: true },
    // A wire of its own, and no part of the API that programs call.
    schema: { hide: true },
    onRequest: async (request, reply) => {
      const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)] as const);
      reply.hijack();
      connect(request.raw, reply.raw, Object.fromEntries(headers));
      return reply;
    },
    handler: () => undefined,
  });
};
