import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ROLES } from '../../protocol/roles.ts';
import type { Admission } from '../access/admission.ts';
import type { DocumentEvents } from '../access/document-events.ts';
import type { Owners } from '../access/owners.ts';
import { type OwnerRequest, type ShareLinks, ShareProblem, type ShareProblemKind } from '../access/share-links.ts';
import { HttpError } from './http-error.ts';
import { authorizeRequest, checkName, decided } from './request-access.ts';

const Name = Type.Object({ name: Type.String() });
const NameAndLink = Type.Object({ name: Type.String(), id: Type.String() });

const NameAndOwner = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('person'), Type.Literal('key')]),
  id: Type.String(),
});

const AnyRole = Type.Union(ROLES.map((role) => Type.Literal(role)));
const LinkFields = {
  role: AnyRole,
  label: Type.String({ maxLength: 100 }),
  expiresAt: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
  password: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]),
};
const { role, ...optionalFields } = LinkFields;
const NewLink = Type.Object(
  { role, ...Type.Partial(Type.Object(optionalFields)).properties },
  { additionalProperties: false },
);
const LinkChanges = Type.Partial(Type.Object(LinkFields), { additionalProperties: false, minProperties: 1 });
const AnyoneChange = Type.Object(
  { anyone: Type.Union([Type.Literal('viewer'), Type.Literal('commenter'), Type.Literal('editor'), Type.Null()]) },
  { additionalProperties: false },
);
const NewOwner = Type.Union([
  Type.Object(
    {
      // Of a sign-in it is the issuer and its subject.
      person: Type.String({ minLength: 1, maxLength: 512 }),
      name: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  Type.Object({ key: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
]);
const PasswordAttempt = Type.Object(
  { link: Type.String({ maxLength: 100 }), password: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);

/** What each problem is answered with. */
const STATUS: Readonly<Record<ShareProblemKind, number>> = {
  'invalid-expiry': 400,
  'weak-password': 400,
  forbidden: 403,
  'wrong-password': 403,
  'no-such-link': 404,
  'no-such-owner': 404,
  'last-owner': 409,
  'too-many-owners': 409,
  'too-many-links': 409,
  busy: 429,
  'rate-limited': 429,
};

export interface AccessRoutesOptions {
  readonly admission: Admission;
  readonly shareLinks: ShareLinks;
  readonly owners: Owners;
  readonly events: DocumentEvents;
}

/** `/documents/<name>/access`, `/links`, `/owners` and `/ticket`: who has access to a document. docs/http-api.md describes them. */
export const accessRoutes: FastifyPluginAsyncTypebox<AccessRoutesOptions> = async (app, options) => {
  const { admission, shareLinks, owners, events } = options;

  app.addHook('onSend', async (_request, reply) => {
    // Secrets of links are in these answers.
    reply.header('Cache-Control', 'no-store');
  });

  async function asOwner(request: FastifyRequest, documentName: string): Promise<OwnerRequest> {
    const decide = () => authorizeRequest(admission, request, documentName, 'share');
    return { documentName, address: request.visitor.address, grant: await decide(), decide };
  }

  app.get('/documents/:name/access', { schema: { params: Name } }, async (request) => {
    const { name } = request.params;
    const grant = await authorizeRequest(admission, request, name, 'read');
    return answer(() => shareLinks.overview(name, grant));
  });

  app.patch('/documents/:name/access', { schema: { params: Name, body: AnyoneChange } }, async (request) => {
    const owner = await asOwner(request, request.params.name);
    return answer(() => shareLinks.setAnyone(owner, request.body.anyone));
  });

  app.post('/documents/:name/links', { schema: { params: Name, body: NewLink } }, async (request, reply) => {
    const { role, label = '', expiresAt = null, password = null } = request.body;
    const owner = await asOwner(request, request.params.name);
    return reply.code(201).send(await answer(() => shareLinks.make(owner, { role, label, expiresAt, password })));
  });

  app.patch('/documents/:name/links/:id', { schema: { params: NameAndLink, body: LinkChanges } }, async (request) => {
    const owner = await asOwner(request, request.params.name);
    return answer(() => shareLinks.alter(owner, request.params.id, request.body));
  });

  app.delete('/documents/:name/links/:id', { schema: { params: NameAndLink } }, async (request, reply) => {
    const owner = await asOwner(request, request.params.name);
    await answer(() => shareLinks.revoke(owner, request.params.id));
    return reply.code(204).send();
  });

  app.post('/documents/:name/owners', { schema: { params: Name, body: NewOwner } }, async (request, reply) => {
    const owner = await asOwner(request, request.params.name);
    const { body } = request;
    const wish =
      'key' in body
        ? ({ kind: 'key', key: body.key } as const)
        : ({ kind: 'person', id: body.person, name: body.name ?? null } as const);
    return reply.code(201).send(await answer(() => owners.add(owner, wish)));
  });

  app.delete('/documents/:name/owners/:kind/:id', { schema: { params: NameAndOwner } }, async (request, reply) => {
    const { name, kind, id } = request.params;
    const owner = await asOwner(request, name);
    await answer(() => owners.remove(owner, kind, id));
    return reply.code(204).send();
  });

  app.get('/documents/:name/events', { schema: { params: Name } }, async (request) => {
    const { name } = request.params;
    await authorizeRequest(admission, request, name, 'share');
    const happened = await answer(() => events.of(name));
    // Reading takes its time, in which access may be taken away.
    await authorizeRequest(admission, request, name, 'share');
    return {
      events: happened.map(({ firstAt, lastAt, ...about }) => ({
        ...about,
        firstAt: new Date(firstAt).toISOString(),
        lastAt: new Date(lastAt).toISOString(),
      })),
    };
  });

  app.post('/documents/:name/ticket', { schema: { params: Name, body: PasswordAttempt } }, async (request) => {
    const { name } = request.params;
    const { link: credential, password } = request.body;
    checkName(name);
    return answer(() => shareLinks.ticket(name, request.visitor.address, { credential, password }));
  });
};

/** Answers with a problem of the links by its status. */
function answer<Result>(work: () => Promise<Result>): Promise<Result> {
  return decided(() =>
    work().catch((error: unknown) => {
      if (!(error instanceof ShareProblem)) throw error;
      const { kind, message, retryAfter, through } = error;
      throw new HttpError(STATUS[kind], kind, message, {
        about: through === null ? {} : { through },
        ...(retryAfter === null ? {} : { retryAfter }),
      });
    }),
  );
}
