import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Documents, ListedDocument } from '../document/documents.ts';
import { HttpError } from './http-error.ts';

/** Documents that one answer lists: when it does not say, and at most. */
const USUAL_PAGE = 100;
const MAX_PAGE = 1_000;

const Query = Type.Object(
  { after: Type.Optional(Type.String()), limit: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

export interface CatalogueRoutesOptions {
  readonly documents: Pick<Documents, 'list'>;
}

/** `/documents`: which documents there are. Only for the API key: to everybody else the name of a document may be its secret. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<CatalogueRoutesOptions> = async (app, { documents }) => {
  app.get('/documents', { schema: { querystring: Query } }, async (request) => {
    if (!request.hasApiKey) throw new HttpError(403, 'forbidden', 'Only the API key lists documents.');
    const { after, limit } = request.query;
    return readPage(documents.list(after), pageSize(limit)).catch((cause: unknown) => {
      throw new HttpError(503, 'document-unavailable', 'The documents cannot be listed right now.', { cause });
    });
  });
};

async function readPage(list: AsyncIterable<ListedDocument>, size: number): Promise<object> {
  const page: ListedDocument[] = [];
  for await (const listed of list) {
    if (page.length === size) return { documents: page.map(described), next: page.at(-1)?.name ?? null };
    page.push(listed);
  }
  return { documents: page.map(described), next: null };
}

function pageSize(limit: string | undefined): number {
  const size = limit === undefined ? USUAL_PAGE : /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (size >= 1 && size <= MAX_PAGE) return size;
  throw new HttpError(400, 'invalid-limit', `limit must be a number from 1 to ${MAX_PAGE}.`);
}

function described({ name, entry }: ListedDocument): object {
  if (entry === null) return { name, damaged: true };
  return { name, title: entry.title, language: entry.language, createdAt: new Date(entry.createdAt).toISOString() };
}
