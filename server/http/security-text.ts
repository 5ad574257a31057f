import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';

/** How long the answer may be believed, in milliseconds; the standard asks for less than a year. */
const LIFETIME = 180 * 24 * 60 * 60 * 1000;

export interface SecurityTextOptions {
  /** Where weaknesses of this server are reported: a `mailto:` or `https:` address; null when nobody has said. */
  readonly contact: string | null;
  /** The address that browsers use, if it is known. */
  readonly publicUrl: string | null;
  readonly clock: Clock;
}

/** `/.well-known/security.txt` (RFC 9116): whom to tell of a weakness of this server. 404 as long as nobody has said. */
export function serveSecurityText(app: FastifyInstance, { contact, publicUrl, clock }: SecurityTextOptions): void {
  if (contact === null) return;
  app.get('/.well-known/security.txt', async (_request, reply) => {
    const lines = [`Contact: ${contact}`, `Expires: ${new Date(clock.date() + LIFETIME).toISOString()}`];
    if (publicUrl !== null) lines.push(`Canonical: ${publicUrl}/.well-known/security.txt`);
    return reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
  });
}
