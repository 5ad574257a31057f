import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why an upgrade is refused. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** After how many seconds it may be good. */
  readonly retryAfter?: number;
  /** More fields of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an upgrade request with an HTTP error instead, in the form of docs/http-api.md, and ends the socket. */
export function refuseUpgrade(socket: Duplex, { status, code, message, retryAfter, headers }: UpgradeRefusal): void {
  const body = JSON.stringify({ error: { code, message } });
  const lines = Object.entries({
    Connection: 'close',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // The other end need not close; the HTTP server's timeouts have let go of this socket.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
