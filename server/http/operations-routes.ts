import fastifyCookie from '@fastify/cookie';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Clock } from '../clock.ts';
import { KEY_LIFETIME } from '../operations/admins.ts';
import type { ShownDocument } from '../operations/document-operations.ts';
import { OperationProblem } from '../operations/operation-problem.ts';
import type { Operations } from '../operations/operations.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { streamDashboard } from './dashboard-stream.ts';
import { dashboardView, readProgress, readWish } from './dashboard-view.ts';
import { HttpError } from './http-error.ts';
import { presentOperator, requireOperator } from './operator-of.ts';
import { SessionCookies } from './session-cookies.ts';

export interface OperationsRoutesOptions {
  readonly operations: Operations;
  /** Null where nobody can sign in. */
  readonly signIn: SignIn | null;
  readonly publicUrl: string | null;
  /** What all paths begin with (edge/base-path.ts). */
  readonly basePath: string;
  /** Where the site is, as far as the server knows, without a slash at its end. */
  readonly home: () => string;
  /** Max size of a document as it is imported, in bytes. */
  readonly maxDocumentBytes: number;
  readonly clock: Clock;
}

/** What each problem is answered with. */
const STATUS: Readonly<Record<OperationProblem['kind'], number>> = {
  'invalid-document-name': 400,
  'invalid-properties': 400,
  'invalid-update': 400,
  'invalid-notice': 400,
  'no-such-document': 404,
  'no-such-connection': 404,
  'not-deleted': 404,
  frozen: 403,
  'document-exists': 409,
  'in-use': 409,
  'storage-failing': 503,
  'document-unavailable': 503,
};

/** Max people who look at a time. */
const MAX_VIEWERS = 20;

const Name = Type.Object({ name: Type.String() });
const Id = Type.Object({ id: Type.String() });
const View = Type.Object(
  {
    documents: Type.Optional(Type.String({ maxLength: 20 })),
    connections: Type.Optional(Type.String({ maxLength: 20 })),
    find: Type.Optional(Type.String({ maxLength: 600 })),
    samples: Type.Optional(Type.String({ maxLength: 20 })),
    events: Type.Optional(Type.String({ maxLength: 20 })),
  },
  { additionalProperties: false },
);
const Format = Type.Object(
  { format: Type.Optional(Type.Union([Type.Literal('text'), Type.Literal('yjs')])) },
  { additionalProperties: false },
);
const Title = Type.Object({ title: Type.String({ maxLength: 1_000 }) }, { additionalProperties: false });
const Restoring = Type.Union([
  Type.Null(),
  Type.Object({ name: Type.Optional(Type.String({ maxLength: 600 })) }, { additionalProperties: false }),
]);
const Person = Type.Object({ person: Type.String({ minLength: 1, maxLength: 512 }) }, { additionalProperties: false });
const Notice = Type.Object(
  {
    text: Type.String({ maxLength: 1_000 }),
    until: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
  },
  { additionalProperties: false },
);

/**
 * `/api/admin/…`: what the dashboard and the commands of `coscribe` ask for. To anyone without the right there is nothing at these addresses.
 * docs/http-api.md describes them.
 */
export const operationsRoutes: FastifyPluginAsyncTypebox<OperationsRoutesOptions> = async (app, options) => {
  const { operations, signIn, publicUrl, basePath, clock } = options;
  const { admins, documents, people } = operations;
  const cookies = new SessionCookies(publicUrl, `${basePath}/`);
  const sources = { admins, signIn, publicUrl, cookies };
  await app.register(fastifyCookie);
  app.decorateRequest('operator', null);
  app.addHook('onRequest', (request, reply) => requireOperator(request, reply, sources));
  app.setErrorHandler((error) => {
    if (!(error instanceof OperationProblem)) throw error;
    throw new HttpError(STATUS[error.kind], error.kind, error.message, { cause: error });
  });
  let viewers = 0;

  app.post('/keys', async (request, reply) => {
    // Anyone who came through a link does not make more of them.
    if (!request.hasApiKey) return reply.callNotFound();
    const path = `/admin/${admins.issueKey()}`;
    return reply.code(201).send({ address: `${options.home()}${path}`, path, expiresIn: KEY_LIFETIME });
  });

  app.delete('/session', async (request, reply) => {
    const opened = cookies.read(request, 'admin');
    if (opened !== null) admins.end(opened);
    cookies.remove(request, reply, 'admin');
    return reply.code(204).send();
  });

  app.get('/view', { schema: { querystring: View } }, async ({ query }) =>
    dashboardView(operations, readWish(query), readProgress(query)),
  );

  app.get('/stream', { schema: { querystring: View } }, async (request, reply) => {
    const { query } = request;
    if (viewers >= MAX_VIEWERS)
      throw new HttpError(429, 'rate-limited', 'As many people look as may.', { retryAfter: 30 });
    viewers += 1;
    reply.raw.once('close', () => {
      viewers -= 1;
    });
    const [wish, read, operator] = [readWish(query), readProgress(query), presentOperator(request)];
    streamDashboard(reply, { operations, operator, wish, read, clock });
  });

  app.post(
    '/names',
    { schema: { body: Type.Object({ id: Type.String({ maxLength: 100 }) }, { additionalProperties: false }) } },
    async (request) => {
      const name = operations.view.nameOf(request.body.id);
      if (name === null)
        throw new HttpError(404, 'no-such-document', 'The document is no longer in memory. Find it by its name.');
      documents.nameWasRead(name, presentOperator(request));
      return { name };
    },
  );

  app.get('/documents/:name', { schema: { params: Name } }, async ({ params }) =>
    described(await documents.show(params.name)),
  );

  app.get('/documents/:name/export', { schema: { params: Name, querystring: Format } }, async (request, reply) => {
    const { name } = request.params;
    const isText = request.query.format !== 'yjs';
    const content = isText ? await documents.text(name) : Buffer.from(await documents.state(name));
    documents.wasRead(name, presentOperator(request));
    return reply.type(isText ? 'text/plain; charset=utf-8' : 'application/octet-stream').send(content);
  });

  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) => body);
  app.put(
    '/documents/:name',
    { schema: { params: Name, body: Type.Unsafe<Buffer>({}) }, bodyLimit: options.maxDocumentBytes },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) {
        throw new HttpError(415, 'bad-request', 'The body must be a Yjs update, as application/octet-stream.');
      }
      await documents.create(request.params.name, request.body, presentOperator(request));
      return reply.code(201).send({ name: request.params.name });
    },
  );

  app.patch('/documents/:name', { schema: { params: Name, body: Title } }, async (request, reply) => {
    await documents.rename(request.params.name, request.body.title, presentOperator(request));
    return reply.code(204).send();
  });

  app.delete('/documents/:name', { schema: { params: Name } }, async (request) =>
    describedDeletion(await documents.delete(request.params.name, presentOperator(request))),
  );

  app.post('/documents/:name/unload', { schema: { params: Name } }, async (request, reply) => {
    await documents.unload(request.params.name, presentOperator(request));
    return reply.code(204).send();
  });

  app.get('/deleted', async () => ({ deleted: (await documents.deleted()).map(describedDeletion) }));

  app.post('/deleted/:id', { schema: { params: Id, body: Restoring } }, async (request, reply) => {
    const as = request.body?.name ?? null;
    const restored = await documents.restoreDeleted(request.params.id, as, presentOperator(request));
    return reply.code(201).send({ name: restored.name, title: restored.title });
  });

  app.get('/connections/:id', { schema: { params: Id } }, async (request) => ({
    address: people.addressOf(Number(request.params.id), presentOperator(request)),
  }));

  app.delete('/connections/:id', { schema: { params: Id } }, async (request, reply) => {
    people.close(Number(request.params.id), presentOperator(request));
    return reply.code(204).send();
  });

  app.post('/sign-outs', { schema: { body: Person } }, async (request, reply) => {
    await people.signOut(request.body.person, presentOperator(request));
    return reply.code(204).send();
  });

  app.put('/announcement', { schema: { body: Notice } }, async (request) => {
    const { text, until = null } = request.body;
    const time = until === null ? null : Date.parse(until);
    const announced = await people.announce(text, time, presentOperator(request));
    return { text: announced.text, since: iso(announced.since), until: iso(announced.until) };
  });

  app.delete('/announcement', async (request, reply) => {
    await people.takeBackAnnouncement(presentOperator(request));
    return reply.code(204).send();
  });
};

function described({ createdAt, anyone, ...document }: ShownDocument): object {
  return {
    ...document,
    createdAt: createdAt === null ? null : iso(createdAt),
    // Nothing was ever said of it.
    anyone: anyone === undefined ? 'as the server says' : anyone,
  };
}

function describedDeletion({ deletedAt, ...deleted }: { readonly deletedAt: number }): object {
  return { ...deleted, deletedAt: iso(deletedAt) };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
