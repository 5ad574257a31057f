import type { FastifyPluginAsync } from 'fastify';
import { describeRoutes, type KnownRoute, type OpenApi } from './openapi.ts';

export interface OpenApiRoutesOptions {
  /** Every route of the server, this one too. */
  readonly routes: readonly KnownRoute[];
  /** Of the program; empty where a host that embeds it did not say. */
  readonly version: string;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
}

/** `/openapi.json`: all routes as programs read them, made when the first one asks. */
export const openApiRoutes: FastifyPluginAsync<OpenApiRoutesOptions> = async (app, { routes, version, basePath }) => {
  let described: Promise<OpenApi> | null = null;
  app.get('/openapi.json', async () => {
    described ??= describeRoutes(routes, version, basePath).catch((error: unknown) => {
      // The next one tries again.
      described = null;
      throw error;
    });
    return described;
  });
};
