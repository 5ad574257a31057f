import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

const NAMES = {
  session: 'coscribe-session',
  signIn: 'coscribe-sign-in',
  idToken: 'coscribe-id-token',
  admin: 'coscribe-admin',
} as const;

export type CookieKind = keyof typeof NAMES;

/**
 * The cookies of signing in. No script reads them, no other site sends them along with a POST. Where the way to the browser is
 * encrypted they never leave it otherwise, and their name says so to the browser: with `__Host-` it takes them from this very
 * host only, not from another one of the same domain.
 */
export class SessionCookies {
  readonly #publicUrl: URL | null;
  /** What the site's addresses begin with, `/` at its end. */
  readonly #path: string;

  /**
   * @param publicUrl the address that browsers use, if it is known
   * @param path below which browsers send them
   */
  constructor(publicUrl: string | null, path: string) {
    this.#publicUrl = publicUrl === null ? null : new URL(publicUrl);
    this.#path = path;
  }

  read(request: FastifyRequest, kind: CookieKind): string | null {
    return request.cookies[this.#name(request, kind)] ?? null;
  }

  /** @param lifetime in milliseconds */
  write(request: FastifyRequest, reply: FastifyReply, kind: CookieKind, value: string, lifetime: number): void {
    const maxAge = Math.max(0, Math.floor(lifetime / 1000));
    reply.setCookie(this.#name(request, kind), value, { ...this.#attributes(request), maxAge });
  }

  remove(request: FastifyRequest, reply: FastifyReply, kind: CookieKind): void {
    reply.clearCookie(this.#name(request, kind), this.#attributes(request));
  }

  #name(request: FastifyRequest, kind: CookieKind): string {
    if (!this.#isSecure(request)) return NAMES[kind];
    return `${this.#path === '/' ? '__Host-' : '__Secure-'}${NAMES[kind]}`;
  }

  #attributes(request: FastifyRequest): CookieSerializeOptions {
    return { path: this.#path, httpOnly: true, sameSite: 'lax', secure: this.#isSecure(request) };
  }

  #isSecure(request: FastifyRequest): boolean {
    return request.visitor.isSecure || this.#publicUrl?.protocol === 'https:';
  }
}
