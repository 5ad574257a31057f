import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Visitor } from '../edge/visitor.ts';

/** A year: what browsers' lists of https-only sites ask for. */
const HSTS = 'max-age=31536000';

/** What no page of ours uses. */
const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb', 'serial', 'midi'];

/** Nothing in an answer of the API may ever run, be framed, or load anything. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** Headers of every answer, errors too. A page replaces the policy by its own. */
export function setSecurityHeaders(reply: FastifyReply, visitor: Visitor): void {
  reply.headers({
    'Content-Security-Policy': NOTHING,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': PERMISSIONS.map((name) => `${name}=()`).join(', '),
    'Cross-Origin-Opener-Policy': 'same-origin',
  });
  if (visitor.isSecure) reply.header('Strict-Transport-Security', HSTS);
}

/** A word that nobody can guess, which marks the style elements that are the page's own. */
export function makeNonce(): string {
  return randomBytes(16).toString('base64url');
}

/**
 * What a page of the site may load and run: files of this server and nothing else. No script stands in a page. CodeMirror
 * makes style elements, which carry the nonce of the page; without one there are none.
 * @param frameAncestors who may show the page in a frame, as the policy writes it
 */
export function pagePolicy(nonce: string | null, { host }: Visitor, frameAncestors: string): string {
  // Not every browser takes 'self' for WebSockets too. The host comes from the request: only what looks like one is written.
  const sockets = host !== null && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    `style-src 'self'${nonce === null ? '' : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    // No text becomes markup or a script's address but through these two: lit's templates, and the service worker's address.
    "require-trusted-types-for 'script'",
    'trusted-types lit-html coscribe',
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}
