import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { isBlank } from '../../protocol/blank-text.ts';
import type { DocumentProperties } from '../../protocol/messages.ts';
import type { Admission } from '../access/admission.ts';
import type { CreationPolicy } from '../access/creation-policy.ts';
import type { Owner } from '../document/access-record.ts';
import { propertiesProblem } from '../document/catalogue.ts';
import type { Documents } from '../document/documents.ts';
import type { Quotas } from '../limits/quotas.ts';
import { rateLimitFields } from '../limits/rate-limit-fields.ts';
import type { StorageBudget } from '../limits/storage-budget.ts';
import type { Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';
import { exactText } from './exact-text.ts';
import { HttpError, requirePatience } from './http-error.ts';
import { hasMuchStructure } from './json-structure.ts';
import { admitted, arrivedRequest, authorizeRequest, checkName, requireThawed } from './request-access.ts';

const Name = Type.Object({ name: Type.String() });

const Properties = {
  title: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
};

const Changes = Type.Object(Properties, { additionalProperties: false, minProperties: 1 });

const Anyone = Type.Union([Type.Literal('viewer'), Type.Literal('commenter'), Type.Literal('editor')]);

const Creation = Type.Union([
  Type.String(),
  Type.Null(),
  Type.Object(
    { content: Type.Optional(Type.String()), anyone: Type.Optional(Type.Union([Anyone, Type.Null()])), ...Properties },
    { additionalProperties: false },
  ),
]);

/** Max characters of a body outside of strings: what is asked for has a few members and is not nested. */
const MAX_STRUCTURE = 4 * 1024;

export interface DocumentRoutesOptions {
  readonly registry: Registry;
  readonly documents: Documents;
  readonly admission: Admission;
  readonly creation: CreationPolicy;
  readonly quotas: Quotas;
  readonly storage: StorageBudget;
  /** Longest body of a request, in bytes: that of a creation with its text. */
  readonly maxBodyBytes: number;
}

/**
 * `/documents/<name>`: a document's catalogue entry, its text, and its creation. docs/http-api.md describes them for users.
 * Names are percent-encoded, a slash in a name too.
 */
export const documentRoutes: FastifyPluginAsyncTypebox<DocumentRoutesOptions> = async (app, options) => {
  const { registry, documents, admission, creation, quotas, storage, maxBodyBytes } = options;

  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    exactText(body, request.headers['content-type']),
  );
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    let body: string;
    try {
      body = exactText(bytes, request.headers['content-type']);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!hasMuchStructure(body, MAX_STRUCTURE)) return parseJson(request, body, done);
    done(new HttpError(400, 'bad-request', 'The body holds much more than what is asked for.'));
  });

  /** Loading takes its time, in which access may be taken away: `use` has to decide again. */
  async function withRoom<T>(name: string, use: (room: Room) => T | Promise<T>): Promise<T> {
    const lease = await registry.open(name).catch(rethrowUnavailable);
    try {
      return await use(lease.room);
    } finally {
      lease.release();
    }
  }

  /** Who will own the document that a request creates, if it may. */
  async function ownersOfNew(request: FastifyRequest, name: string): Promise<readonly Owner[]> {
    checkName(name);
    if (request.hasApiKey) {
      requireThawed(admission, name);
      return [];
    }
    return admitted(await creation.authorize(arrivedRequest(request, name))).owners;
  }

  function countCreation(request: FastifyRequest, person: string | null, bytes: number): void {
    if (request.hasApiKey) return;
    if (!storage.hasRoomForNew) throw new HttpError(507, 'storage-full', 'The server has no room for new documents.');
    const wait = quotas.creation(request.visitor.address, person);
    requirePatience(wait, 'Too many documents were created in a short time.');
    for (const allowance of quotas.storage(request.visitor.address, person)) allowance.spend(bytes);
  }

  app.get('/documents/:name', { schema: { params: Name } }, async (request) => {
    const { name } = request.params;
    await authorizeRequest(admission, request, name, 'read');
    const entry = await documents.entry(name).catch(rethrowUnavailable);
    if (entry === null) throw notFound();
    return { name, title: entry.title, language: entry.language, createdAt: new Date(entry.createdAt).toISOString() };
  });

  app.get('/documents/:name/text', { schema: { params: Name } }, async (request, reply) => {
    const { name } = request.params;
    const mayRead = () => authorizeRequest(admission, request, name, 'read');
    await mayRead();
    const text = await withRoom(name, async (room) => {
      await mayRead();
      return room.document.exists ? room.text.read() : null;
    });
    if (text === null) throw notFound();
    return reply.type('text/plain; charset=utf-8').send(text);
  });

  const creationRoute = {
    schema: { params: Name, body: Creation },
    bodyLimit: maxBodyBytes,
    // Before a long body of somebody who may not create it is waited for. It is decided once more when all is there.
    onRequest: async (request: FastifyRequest) => {
      await ownersOfNew(request, (request.params as { name: string }).name);
    },
    onSend: async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.hasApiKey) return;
      const { address } = request.visitor;
      reply.headers(rateLimitFields([quotas.requestsLeft(address), quotas.documentsLeft(address)]));
    },
  };
  app.put('/documents/:name', creationRoute, async (request, reply) => {
    const { name } = request.params;
    const body = typeof request.body === 'string' ? { content: request.body } : (request.body ?? {});
    const { content = '', language = '', anyone } = { anyone: undefined, ...body };
    const title = shownTitle(body.title ?? '');
    let owners: readonly Owner[] = [];
    const decide = async () => {
      owners = await ownersOfNew(request, name);
      if (anyone !== undefined && owners.length === 0 && !request.hasApiKey) {
        throw new HttpError(400, 'no-owner', '`anyone` needs an owner: an owner key, or somebody who is signed in.');
      }
      return owners;
    };
    await decide();
    const creator = owners.flatMap((owner) => (owner.kind === 'person' ? owner.id : []))[0] ?? null;
    checkProperties({ title, language });
    if (!content.isWellFormed()) {
      throw new HttpError(
        400,
        'invalid-content',
        'The content must be valid Unicode (it holds half of a surrogate pair).',
      );
    }
    const create = (room: Room): Promise<unknown> => {
      // Text that waits for its turn makes the document exist; nothing may come between this check and the creation.
      room.text.read();
      if (room.document.exists) {
        throw new HttpError(
          409,
          'document-exists',
          'The document exists already; its content is changed by editing it.',
        );
      }
      countCreation(request, creator, Buffer.byteLength(content));
      if (content === '') return room.setProperties({ title, language });
      return room.text.edit((text) => text.insert(0, content), { title, language });
    };
    await withRoom(name, async (room) => {
      checkStorage(room);
      const claim = { documentName: name, address: request.visitor.address, owners, anyone };
      await creation.create(claim, () => create(room), decide);
    });
    return reply.code(201).send({ name, title, language });
  });

  app.patch('/documents/:name', { schema: { params: Name, body: Changes } }, async (request) => {
    const { name } = request.params;
    const mayRename = () => authorizeRequest(admission, request, name, 'rename');
    await mayRename();
    checkProperties(request.body);
    const { title } = request.body;
    const changes = title === undefined ? request.body : { ...request.body, title: shownTitle(title) };
    const properties = await withRoom(name, async (room) => {
      const { person } = await mayRename();
      checkStorage(room);
      if (!room.document.exists) countCreation(request, person?.id ?? null, 0);
      return room.setProperties(changes);
    });
    return { name, ...properties };
  });
};

/** A title that shows nothing is none. */
function shownTitle(title: string): string {
  return isBlank(title) ? '' : title;
}

function checkProperties(properties: Partial<DocumentProperties>): void {
  const problem = propertiesProblem(properties);
  if (problem !== null) throw new HttpError(400, 'invalid-properties', problem);
}

function rethrowUnavailable(cause: unknown): never {
  throw new HttpError(503, 'document-unavailable', 'The document cannot be loaded right now.', { cause });
}

/** As much waits for a failing disk as memory may hold: nothing more is taken (DUR-10). */
function checkStorage({ document }: Room): void {
  if (!document.storageIsFull) return;
  throw new HttpError(503, 'storage-failing', 'The disk of the server refuses writes. Try again when it works.');
}

function notFound(): HttpError {
  return new HttpError(404, 'no-such-document', 'There is no document of this name.');
}
