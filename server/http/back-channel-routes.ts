import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AccessUnavailable } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import { AddressBrake } from '../limits/address-brake.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { BackChannel } from '../sign-in/back-channel.ts';
import { LogoutRefused } from '../sign-in/logout-token.ts';
import { SignInFailed } from '../sign-in/oidc.ts';
import { tooMuch } from './http-error.ts';

export interface BackChannelRoutesOptions {
  readonly backChannel: BackChannel;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often one address may bring a token that is not good before it has to wait. */
const FAILURES = { free: 10, first: 2_000, longest: 10 * 60_000 } as const;

/** `/auth/back-channel-logout`: where the provider says that somebody signed out there. docs/access.md describes it. */
export const backChannelRoutes: FastifyPluginAsync<BackChannelRoutesOptions> = async (app, options) => {
  const { backChannel, clock, logger } = options;
  const failures = new AddressBrake(FAILURES, clock);

  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => new URLSearchParams(body),
  );

  /** As section 2.8 of the standard has it; the reason is for those who set the provider up. */
  function refuse(request: FastifyRequest, reply: FastifyReply, reason: string): FastifyReply {
    const { address } = request.visitor;
    failures.failed(address);
    audit(logger, 'refused', { address, code: 'invalid-logout-token', reason });
    return reply.code(400).send({ error: 'invalid_request', error_description: reason });
  }

  app.post('/auth/back-channel-logout', async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    const { address } = request.visitor;
    const wait = failures.wait(address);
    if (wait > 0) throw tooMuch(wait, 'Too many logout tokens were refused.');
    const token = request.body instanceof URLSearchParams ? request.body.get('logout_token') : null;
    if (token === null) return refuse(request, reply, 'There is no logout_token in the body.');
    try {
      const { issuer, subject, sid } = await backChannel.logOut(token);
      const person = subject === null ? {} : { person: `${issuer}|${subject}` };
      const reason = sid === null ? 'The provider ended all sessions.' : 'The provider ended a session.';
      audit(logger, 'session-ended', { address, ...person, through: 'provider', reason });
      return await reply.code(200).send();
    } catch (error) {
      if (error instanceof LogoutRefused) return refuse(request, reply, error.message);
      if (!(error instanceof SignInFailed || error instanceof AccessUnavailable)) throw error;
      // The provider sends it again, or people are asked for at the next sign-in.
      logger.error({ reason: error.message }, 'A logout token could not be checked.');
      return reply.code(503).send({ error: 'temporarily_unavailable' });
    }
  });
};
