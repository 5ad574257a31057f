import type { FastifyRequest } from 'fastify';
import { HttpError } from './http-error.ts';

/** The origin of this site, as anyone who asks knows it. */
export function hereFor({ visitor }: FastifyRequest): string {
  return `${visitor.isSecure ? 'https' : 'http'}://${visitor.host ?? ''}`;
}

/** A page of another site must not act with the cookie of anyone who looks at it. @param publicUrl the address that browsers use, if it is known */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const own = publicUrl === null ? hereFor(request) : new URL(publicUrl).origin;
  if (site === undefined ? origin === own : site === 'same-origin') return;
  throw new HttpError(403, 'foreign-origin', 'Only pages of this site may ask for this.');
}
