import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { isAddressOrLoopback } from '../edge/loopback.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { HttpError } from './http-error.ts';

export interface MetricsRoutesOptions {
  readonly metrics: Metrics;
  /** Who may read them: programs on this machine, everybody, or nobody. */
  readonly access: 'local' | 'open' | 'off';
}

/** `/metrics`: the figures for Prometheus and its like. */
export const metricsRoutes: FastifyPluginAsync<MetricsRoutesOptions> = async (app, { metrics, access }) => {
  if (access === 'off') return;
  app.get('/metrics', async (request, reply) => {
    if (access === 'local' && !isLocal(request)) {
      throw new HttpError(
        403,
        'forbidden',
        'The metrics are for this machine only, unless the setting "metrics" is open.',
      );
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
};

/** Whether a program on this machine asks: no proxy on it that passes a request on, and no page that gave its own name this address. */
function isLocal({ raw, headers }: FastifyRequest): boolean {
  const address = raw.socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  if (!isAddressOrLoopback(headers.host ?? 'localhost')) return false;
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
