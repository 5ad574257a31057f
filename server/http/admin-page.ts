import fastifyCookie from '@fastify/cookie';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { ADMIN_LIFETIME, type Admins } from '../operations/admins.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { operatorOf } from './operator-of.ts';
import { SessionCookies } from './session-cookies.ts';

export interface AdminPageOptions {
  readonly admins: Admins;
  /** Null where nobody can sign in. */
  readonly signIn: SignIn | null;
  readonly publicUrl: string | null;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  readonly logger: Logger;
}

const Key = Type.Object({ key: Type.String() });

/** `/admin`, the dashboard, and the links to it. To anyone without the right there is nothing at these addresses. */
export const adminPage: FastifyPluginAsyncTypebox<AdminPageOptions> = async (app, options) => {
  const { admins, signIn, publicUrl, basePath, logger } = options;
  const cookies = new SessionCookies(publicUrl, `${basePath}/`);
  await app.register(fastifyCookie);

  app.get('/admin', async (request, reply) => {
    const operator = await operatorOf(request, { admins, signIn, publicUrl, cookies });
    if (operator === null || reply.sendPage === null) return reply.callNotFound();
    audit(logger, 'admin-let-in', { address: operator.address, through: operator.through, person: operator.person });
    return reply.sendPage('admin').header('Cache-Control', 'no-store');
  });

  app.get('/admin/:key', { schema: { params: Key } }, async (request, reply) => {
    const opened = admins.redeem(request.params.key);
    if (opened === null) return reply.callNotFound();
    cookies.write(request, reply, 'admin', opened, ADMIN_LIFETIME);
    // The key stays out of what the page might tell others of its address.
    reply.headers({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    return reply.redirect(`${basePath}/admin`, 303);
  });
};
