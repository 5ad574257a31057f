import type { FastifyReply } from 'fastify';
import type { Wish } from '../../protocol/dashboard.ts';
import type { Clock } from '../clock.ts';
import type { Operations } from '../operations/operations.ts';
import { dashboardView, type Read, readAfter } from './dashboard-view.ts';
import type { PresentOperator } from './operator-of.ts';

/** How often somebody who looks is told, in milliseconds. */
export const PUSH_INTERVAL = 2_000;

/** Bytes that wait for somebody who does not read, from which on they are told nothing more until they have. */
const UNREAD_BYTES = 1024 * 1024;

/**
 * Tells somebody who looks at the dashboard again and again what there is, as server-sent events, until they go or may no longer. Each of
 * them is a timer of its own: there are few.
 */
export function streamDashboard(
  reply: FastifyReply,
  {
    operations,
    operator,
    wish,
    read,
    clock,
  }: {
    readonly operations: Operations;
    readonly operator: PresentOperator;
    readonly wish: Wish;
    readonly read: Read;
    readonly clock: Clock;
  },
): void {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    // nginx would gather it.
    'X-Accel-Buffering': 'no',
  });
  let progress = read;
  let timer: unknown = null;
  const push = () => {
    if (!operator.isStill()) {
      raw.end('event: end\ndata: {}\n\n');
      return;
    }
    if (raw.writableLength < UNREAD_BYTES) {
      const view = dashboardView(operations, wish, progress);
      progress = readAfter(view, progress);
      raw.write(`data: ${JSON.stringify(view)}\n\n`);
    }
    timer = clock.setTimeout(push, PUSH_INTERVAL);
  };
  raw.once('close', () => clock.clearTimeout(timer));
  push();
}
