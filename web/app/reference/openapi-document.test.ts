import { expect, it } from 'vitest';
import { groupsOf, type OpenApiDocument, typeText } from './openapi-document.ts';

it('writes schemas as people write types', () => {
  expect(typeText({ $ref: '#/components/schemas/Link' })).toBe('Link');
  expect(typeText({ anyOf: [{ const: 'viewer' }, { const: 'editor' }, { type: 'null' }] })).toBe(
    '"viewer" | "editor" | null',
  );
  expect(typeText({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } })).toBe(
    '(string | null)[]',
  );
  expect(
    typeText({
      type: 'object',
      required: ['role'],
      properties: {
        role: { type: 'string' },
        label: { type: 'string', maxLength: 100 },
        who: { type: 'object', properties: { id: { type: 'string', minLength: 1, maxLength: 512 } } },
        at: { type: 'string', format: 'date-time' },
      },
    }),
  ).toBe(
    '{\n  "role": string,\n  "label"?: string (up to 100),\n  "who"?: {\n    "id"?: string (1 to 512)\n  },\n  "at"?: time\n}',
  );
  expect([typeText(undefined), typeText({}), typeText({ type: 'object' })]).toEqual(['anything', 'anything', 'object']);
});

it('sorts operations into the parts of the description', () => {
  const description = {
    tags: [
      { name: 'documents', description: 'Documents.' },
      { name: 'server', description: 'The server.' },
    ],
    paths: {
      '/healthz': { get: { tags: ['server'], responses: {} } },
      '/api/documents': { get: { tags: ['documents'], responses: {} }, put: { tags: ['documents'], responses: {} } },
    },
  } as unknown as OpenApiDocument;
  expect(
    groupsOf(description).map(({ name, routes }) => [name, routes.map(({ method, path }) => `${method} ${path}`)]),
  ).toEqual([
    ['documents', ['GET /api/documents', 'PUT /api/documents']],
    ['server', ['GET /healthz']],
  ]);
});
