import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { type Administration, AdministrationProblem } from '../access/administration.ts';
import { HttpError } from './http-error.ts';
import { checkName } from './request-access.ts';

const Name = Type.Object({ name: Type.String() });
const Id = Type.Object({ id: Type.String() });

const Reason = Type.String({ maxLength: 200 });
const Time = Type.Union([Type.String({ maxLength: 40 }), Type.Null()]);
const Person = Type.String({ minLength: 1, maxLength: 512 });
const BanFields = { reason: Type.Optional(Reason), expiresAt: Type.Optional(Time) };
const NewBan = Type.Union([
  Type.Object({ person: Person, ...BanFields }, { additionalProperties: false }),
  Type.Object({ address: Type.String({ maxLength: 100 }), ...BanFields }, { additionalProperties: false }),
]);
const NewFreeze = Type.Union([
  Type.Null(),
  Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false }),
]);
const NewRevocation = Type.Object({ person: Person, before: Type.Optional(Time) }, { additionalProperties: false });

/** What each problem is answered with. */
const STATUS: Readonly<Record<AdministrationProblem['kind'], number>> = {
  'invalid-address': 400,
  'invalid-time': 400,
  'no-such-ban': 404,
  'not-frozen': 404,
  'too-many': 409,
};

export interface AdminRoutesOptions {
  readonly administration: Administration;
}

/** `/admin` and `/documents/<name>/frozen`: what the API key may do and nobody else. docs/http-api.md describes them. */
export const adminRoutes: FastifyPluginAsyncTypebox<AdminRoutesOptions> = async (app, { administration }) => {
  app.addHook('onRequest', async (request) => {
    if (!request.hasApiKey) throw new HttpError(403, 'forbidden', 'Only the API key of this server allows that.');
  });

  app.get('/admin/bans', async () => ({ bans: administration.bans }));

  app.post('/admin/bans', { schema: { body: NewBan } }, async (request, reply) => {
    const { reason = '', expiresAt = null, ...who } = request.body;
    const ban = await answer(() => administration.ban(who, { reason, expiresAt }, addressOf(request)));
    return reply.code(201).send(ban);
  });

  app.delete('/admin/bans/:id', { schema: { params: Id } }, async (request, reply) => {
    await answer(() => administration.lift(request.params.id, addressOf(request)));
    return reply.code(204).send();
  });

  app.post('/admin/revocations', { schema: { body: NewRevocation } }, async (request, reply) => {
    const { person, before = null } = request.body;
    return reply.code(201).send(await answer(() => administration.revoke(person, before, addressOf(request))));
  });

  app.get('/admin/frozen', async () => ({ frozen: administration.frozen }));

  app.put('/documents/:name/frozen', { schema: { params: Name, body: NewFreeze } }, async (request) => {
    const { name } = request.params;
    checkName(name);
    return answer(() => administration.freeze(name, request.body?.reason ?? '', addressOf(request)));
  });

  app.delete('/documents/:name/frozen', { schema: { params: Name } }, async (request, reply) => {
    await answer(() => administration.thaw(request.params.name, addressOf(request)));
    return reply.code(204).send();
  });
};

function addressOf({ visitor }: FastifyRequest): string {
  return visitor.address;
}

/** Answers with a problem by its status. */
function answer<Result>(work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => {
    if (!(error instanceof AdministrationProblem)) throw error;
    throw new HttpError(STATUS[error.kind], error.kind, error.message);
  });
}
