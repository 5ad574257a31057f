import fastifyCookie from '@fastify/cookie';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Clock } from '../clock.ts';
import { AddressBrake } from '../limits/address-brake.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { browserName } from '../sign-in/browser-name.ts';
import { SIGNED_OUT, type SignInAttempt, SignInFailed } from '../sign-in/oidc.ts';
import { Seal } from '../sign-in/seal.ts';
import { type KnownSession, LONGEST_SESSION, type Session, type SessionPlace } from '../sign-in/sessions.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { HttpError } from './http-error.ts';
import { hereFor, requireSameOrigin } from './same-origin.ts';
import { SessionCookies } from './session-cookies.ts';

export interface SessionRoutesOptions {
  readonly access: 'open' | 'private';
  /** Null where nobody can sign in. */
  readonly signIn: SignIn | null;
  /** The address that browsers use, if it is known. */
  readonly publicUrl: string | null;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long somebody may take at the provider, in milliseconds. */
const ATTEMPT_LIFETIME = 10 * 60 * 1000;

/**
 * Longest ID token that is kept for signing out, in characters: sealed and with its name it must fit into a cookie, for which
 * browsers have 4096 bytes. Without it the provider asks whom to sign out.
 */
const LONGEST_ID_TOKEN = 2_700;

/** How often one address may come back from the provider without success before it has to wait. */
const FAILURES = { free: 10, first: 2_000, longest: 10 * 60_000 } as const;

/** Says to somebody in a browser that a sign-in did not work. */
const PAGE = 'sign-in-failed';

const WhichSessions = Type.Object({ except: Type.Optional(Type.Literal('current')) });

const SignInQuery = Type.Object({ return: Type.Optional(Type.String()) });

/** `/auth/*` and `/api/session`: signing in and out, and who is signed in. docs/access.md describes them for users. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutesOptions> = async (app, options) => {
  const { access, signIn, publicUrl, basePath, clock, logger } = options;
  const cookies = new SessionCookies(publicUrl, `${basePath}/`);
  await app.register(fastifyCookie);
  // Answers depend on who asks.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('Cache-Control', 'no-store').header('Referrer-Policy', 'no-referrer');
  });

  /** The session of anyone who asks, renewed where that is due. */
  async function session(request: FastifyRequest, reply: FastifyReply): Promise<Session | null> {
    const cookie = cookies.read(request, 'session');
    if (signIn === null || cookie === null) return null;
    const current = await signIn.sessions.read(cookie, placeOf(request));
    if (current === null) {
      cookies.remove(request, reply, 'session');
      return null;
    }
    const renewed = signIn.sessions.renewed(current);
    if (renewed !== null) await keep(signIn, request, reply, renewed);
    return renewed ?? current;
  }

  async function keep({ sessions }: SignIn, request: FastifyRequest, reply: FastifyReply, kept: Session) {
    cookies.write(request, reply, 'session', await sessions.seal(kept), kept.expiresAt - clock.date());
  }

  app.get('/api/session', async (request, reply) => {
    const current = await session(request, reply);
    return {
      access,
      person: current?.person ?? null,
      signIn: signIn === null ? null : `${basePath}/auth/sign-in`,
    };
  });

  app.post('/api/session/token', async (request, reply) => {
    requireSameOrigin(request, publicUrl);
    const current = await session(request, reply);
    if (signIn === null || current === null) throw new HttpError(401, 'unauthenticated', 'You are not signed in.');
    return { ...(await signIn.tokens.issue(current)), person: current.person.id };
  });

  app.post('/auth/sign-out', async (request, reply) => {
    requireSameOrigin(request, publicUrl);
    const current = await session(request, reply);
    if (signIn === null || current === null) {
      cookies.remove(request, reply, 'session');
      return { continueAt: null };
    }
    const idToken = await idTokenOf(signIn, request, current);
    await signIn.sessions.end(current);
    tellEnd(request, current.person.id, 'They signed out.');
    for (const kind of ['session', 'idToken'] as const) cookies.remove(request, reply, kind);
    return { continueAt: await providerSignOut(signIn, request, idToken) };
  });

  /** The session of somebody who asks for their own from a page of this site. */
  async function ownSession(request: FastifyRequest, reply: FastifyReply) {
    requireSameOrigin(request, publicUrl);
    const current = await session(request, reply);
    if (signIn === null || current === null) throw new HttpError(401, 'unauthenticated', 'You are not signed in.');
    return { sessions: signIn.sessions, current };
  }

  function tellEnd(request: FastifyRequest, person: string, reason: string): void {
    audit(logger, 'session-ended', { address: request.visitor.address, person, through: 'session', reason });
  }

  app.get('/api/sessions', async (request, reply) => {
    const { sessions, current } = await ownSession(request, reply);
    return { sessions: sessions.of(current.person.id).map((known) => describeSession(known, current)) };
  });

  app.delete(
    '/api/sessions/:id',
    { schema: { params: Type.Object({ id: Type.String() }) } },
    async (request, reply) => {
      const { sessions, current } = await ownSession(request, reply);
      const { id } = request.params;
      const ended = sessions.endOne(current.person.id, id);
      if (ended === null) throw new HttpError(404, 'no-such-session', 'You have no session of this id.');
      await ended;
      tellEnd(request, current.person.id, 'They ended one of their sessions.');
      if (id === current.id) for (const kind of ['session', 'idToken'] as const) cookies.remove(request, reply, kind);
      return reply.code(204).send();
    },
  );

  app.delete('/api/sessions', { schema: { querystring: WhichSessions } }, async (request, reply) => {
    const { sessions, current } = await ownSession(request, reply);
    if (request.query.except === 'current') {
      await sessions.endOthers(current);
      tellEnd(request, current.person.id, 'They signed out everywhere else.');
      return reply.code(204).send();
    }
    await sessions.endAll(current.person.id);
    tellEnd(request, current.person.id, 'They signed out everywhere.');
    for (const kind of ['session', 'idToken'] as const) cookies.remove(request, reply, kind);
    return reply.code(204).send();
  });

  /** Where the session at the provider ends. Without the provider the one here has ended all the same. */
  async function providerSignOut({ oidc }: SignIn, request: FastifyRequest, idToken: string | null) {
    try {
      return await oidc.signOutAddress(idToken, `${publicUrl ?? hereFor(request)}/auth/callback`);
    } catch (error) {
      if (!(error instanceof SignInFailed)) throw error;
      logger.warn({ reason: error.message }, 'the provider could not be asked where people sign out');
      return null;
    }
  }

  /** What the provider said of this very session at its beginning. */
  async function idTokenOf({ secret }: SignIn, request: FastifyRequest, { id }: Session): Promise<string | null> {
    const cookie = cookies.read(request, 'idToken');
    // What opens was written by `keepIdToken`.
    const kept = (cookie === null ? null : await new Seal(secret, 'id token', clock).open(cookie)) as {
      session: string;
      idToken: string;
    } | null;
    return kept?.session === id ? kept.idToken : null;
  }

  async function keepIdToken(
    { secret }: SignIn,
    request: FastifyRequest,
    reply: FastifyReply,
    { id }: Session,
    idToken: string | null,
  ) {
    if (idToken === null || idToken.length > LONGEST_ID_TOKEN) return;
    const sealed = await new Seal(secret, 'id token', clock).close(
      { session: id, idToken },
      clock.date() + LONGEST_SESSION,
    );
    cookies.write(request, reply, 'idToken', sealed, LONGEST_SESSION);
  }

  if (signIn === null) return;
  const attempts = new Seal(signIn.secret, 'sign-in attempt', clock);
  const failures = new AddressBrake(FAILURES, clock);

  function requirePatience(request: FastifyRequest): void {
    const seconds = failures.wait(request.visitor.address);
    if (seconds === 0) return;
    throw new HttpError(429, 'rate-limited', `Too many sign-ins failed. Try again in ${seconds} seconds.`, {
      page: PAGE,
      retryAfter: seconds,
    });
  }

  /** Writes down a failure, and says what to answer. */
  function failed(request: FastifyRequest, error: unknown): HttpError {
    if (!(error instanceof SignInFailed)) throw error;
    audit(logger, 'sign-in-failed', { address: request.visitor.address, reason: error.message });
    if (error.kind === 'unreachable') {
      return new HttpError(503, 'provider-unavailable', 'The sign-in service cannot be reached right now. Try again.', {
        page: PAGE,
      });
    }
    return new HttpError(400, 'sign-in-failed', 'The sign-in did not work, or took too long. Try again.', {
      page: PAGE,
    });
  }

  /** The attempt that this browser is in the midst of, or failed at. */
  async function attemptOf(request: FastifyRequest): Promise<(SignInAttempt & { readonly return: string }) | null> {
    const cookie = cookies.read(request, 'signIn');
    const content: unknown = cookie === null ? null : await attempts.open(cookie);
    // What opens was written below.
    return content as (SignInAttempt & { readonly return: string }) | null;
  }

  app.get('/auth/sign-in', { schema: { querystring: SignInQuery } }, async (request, reply) => {
    requirePatience(request);
    const home = publicUrl ?? hereFor(request);
    const begun = await signIn.oidc.begin(`${home}/auth/callback`).catch((error: unknown) => {
      throw failed(request, error);
    });
    // Anyone who tries again after a failure still wants to go where the first attempt came from.
    const back = localPath(request.query.return) ?? (await attemptOf(request))?.return ?? `${basePath}/`;
    const sealed = await attempts.close({ ...begun.attempt, return: back }, clock.date() + ATTEMPT_LIFETIME);
    cookies.write(request, reply, 'signIn', sealed, ATTEMPT_LIFETIME);
    return reply.redirect(begun.address, 303);
  });

  app.get('/auth/callback', async (request, reply) => {
    const query = request.url.slice(request.url.indexOf('?') + 1);
    // One address is registered at the provider for both ways back.
    if (new URLSearchParams(query).get('state') === SIGNED_OUT) return reply.redirect(`${basePath}/`, 303);
    requirePatience(request);
    const attempt = await attemptOf(request);
    if (attempt === null) throw failed(request, new SignInFailed('refused', 'no attempt'));
    const { address } = request.visitor;
    // Any page can send its visitor here, who must not pay for that: only with the state of this browser's attempt is
    // the provider asked, and that no other page knows. Counted before the outcome is known, so that many at a time are
    // no way around.
    if (new URLSearchParams(query).getAll('state').includes(attempt.state)) failures.failed(address);
    const { person, idToken, sid } = await signIn.oidc.finish(query, attempt).catch((error: unknown) => {
      if (error instanceof SignInFailed && error.kind === 'unreachable') failures.succeeded(address);
      throw failed(request, error);
    });
    failures.succeeded(address);
    cookies.remove(request, reply, 'signIn');
    const started = signIn.sessions.start(person, placeOf(request), sid);
    await keep(signIn, request, reply, started);
    await keepIdToken(signIn, request, reply, started, idToken);
    audit(logger, 'signed-in', { address: request.visitor.address, person: person.id });
    return reply.redirect(attempt.return, 303);
  });
};

/** Where somebody is, as they see it in the list of their sessions. */
export function placeOf({ visitor, headers }: FastifyRequest): SessionPlace {
  return { address: visitor.address, browser: browserName(headers['user-agent']) };
}

function describeSession(known: KnownSession, current: Session): object {
  const { id, signedInAt, lastUsedAt, address, browser } = known;
  const [since, used] = [signedInAt, lastUsedAt].map((time) => new Date(time).toISOString());
  return { id, current: id === current.id, signedInAt: since, lastUsedAt: used, address, browser };
}

/** The path of an address on this very site, as a browser would read it; null for any other. */
function localPath(address: string | undefined): string | null {
  const base = 'http://site.invalid';
  if (address === undefined || !address.startsWith('/') || !URL.canParse(address, base)) return null;
  const { origin, pathname, search, hash } = new URL(address, base);
  // A path such as `/.//other.example` would be read as another host when it stands alone.
  if (origin !== base || pathname.startsWith('//')) return null;
  return pathname + search + hash;
}
