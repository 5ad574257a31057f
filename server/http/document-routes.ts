import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { DocumentProperties } from '../../protocol/messages.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { propertiesProblem } from '../document/catalogue.ts';
import type { Documents } from '../document/documents.ts';
import type { Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';
import { HttpError } from './http-error.ts';
import { authorizeRequest } from './request-access.ts';

const Name = Type.Object({ name: Type.String() });

const Properties = {
  title: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
};

const Changes = Type.Object(Properties, { additionalProperties: false, minProperties: 1 });

const Creation = Type.Union([
  Type.String(),
  Type.Null(),
  Type.Object({ content: Type.Optional(Type.String()), ...Properties }, { additionalProperties: false }),
]);

export interface DocumentRoutesOptions {
  readonly registry: Registry;
  readonly documents: Documents;
  readonly authenticator: Authenticator;
}

/**
 * `/documents/<name>`: a document's catalogue entry, its text, and its creation. docs/http-api.md describes them for users.
 * Names are percent-encoded, a slash in a name too.
 */
export const documentRoutes: FastifyPluginAsyncTypebox<DocumentRoutesOptions> = async (app, options) => {
  const { registry, documents, authenticator } = options;

  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  async function withRoom<T>(name: string, use: (room: Room) => T | Promise<T>): Promise<T> {
    const lease = await registry.open(name).catch((cause: unknown) => {
      throw new HttpError(503, 'document-unavailable', 'The document cannot be loaded right now.', { cause });
    });
    try {
      return await use(lease.room);
    } finally {
      lease.release();
    }
  }

  app.get('/documents/:name', { schema: { params: Name } }, async (request) => {
    const { name } = request.params;
    await authorizeRequest(authenticator, request, name, 'read');
    const entry = await documents.entry(name);
    if (entry === null) throw notFound();
    return { name, title: entry.title, language: entry.language, createdAt: new Date(entry.createdAt).toISOString() };
  });

  app.get('/documents/:name/text', { schema: { params: Name } }, async (request, reply) => {
    const { name } = request.params;
    await authorizeRequest(authenticator, request, name, 'read');
    const text = await withRoom(name, (room) => (room.document.exists ? room.text() : null));
    if (text === null) throw notFound();
    return reply.type('text/plain; charset=utf-8').send(text);
  });

  app.put('/documents/:name', { schema: { params: Name, body: Creation } }, async (request, reply) => {
    const { name } = request.params;
    await authorizeRequest(authenticator, request, name, 'write');
    const body = typeof request.body === 'string' ? { content: request.body } : (request.body ?? {});
    const { content = '', title = '', language = '' } = body;
    checkProperties({ title, language });
    if (!content.isWellFormed()) {
      throw new HttpError(
        400,
        'invalid-content',
        'The content must be valid Unicode (it holds half of a surrogate pair).',
      );
    }
    await withRoom(name, async (room) => {
      checkStorage(room);
      // Text that waits for its turn makes the document exist; nothing may come between this check and the creation.
      room.text();
      if (room.document.exists) {
        throw new HttpError(
          409,
          'document-exists',
          'The document exists already; its content is changed by editing it.',
        );
      }
      if (content === '') await room.setProperties({ title, language });
      else await room.edit((text) => text.insert(0, content), { title, language });
    });
    return reply.code(201).send({ name, title, language });
  });

  app.patch('/documents/:name', { schema: { params: Name, body: Changes } }, async (request) => {
    const { name } = request.params;
    await authorizeRequest(authenticator, request, name, 'rename');
    checkProperties(request.body);
    const properties = await withRoom(name, (room) => {
      checkStorage(room);
      return room.setProperties(request.body);
    });
    return { name, ...properties };
  });
};

function checkProperties(properties: Partial<DocumentProperties>): void {
  const problem = propertiesProblem(properties);
  if (problem !== null) throw new HttpError(400, 'invalid-properties', problem);
}

/** As much waits for a failing disk as memory may hold: nothing more is taken (DUR-10). */
function checkStorage({ document }: Room): void {
  if (!document.storageIsFull) return;
  throw new HttpError(503, 'storage-failing', 'The disk of the server refuses writes. Try again when it works.');
}

function notFound(): HttpError {
  return new HttpError(404, 'no-such-document', 'There is no document of this name.');
}
