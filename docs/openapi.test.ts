import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { ROOT } from '../scripts/source-files.ts';
import { systemClock } from '../server/clock.ts';
import { completeSettings } from '../server/config/config.ts';
import type { OpenApi } from '../server/http/openapi.ts';
import { BODIES, ROUTE_DESCRIPTIONS } from '../server/http/route-descriptions.ts';
import { silentLogger } from '../server/log/logger.ts';
import { assembleServer } from '../server/server.ts';
import { MemoryStore } from '../server/store/memory-store.ts';

const KEY = 'k'.repeat(32);

/** A server that does not listen: requests are handed to it. Nobody answers at its provider, which it asks only for a sign-in. */
async function server(): Promise<FastifyInstance> {
  const { http, stop } = await assembleServer({
    settings: completeSettings({
      apiKey: KEY,
      oidcIssuer: 'http://127.0.0.1:9',
      oidcClientId: 'coscribe',
      securityContact: 'mailto:security@example.org',
    }),
    store: new MemoryStore(),
    clock: systemClock,
    logger: silentLogger,
    siteFolder: null,
    partsFolder: null,
    version: '1.2.3',
  });
  onTestFinished(() => stop());
  await http.ready();
  return http;
}

async function described(http: FastifyInstance): Promise<OpenApi> {
  const { statusCode, body } = await http.inject({ url: '/api/openapi.json' });
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

/** Every operation with its method and address. */
function operations({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

it('[OPS-1] describes itself in valid OpenAPI', async () => {
  const openApi = await described(await server());
  expect(await new Validator().validate(JSON.parse(JSON.stringify(openApi)))).toMatchObject({ valid: true });
  expect(openApi).toMatchObject({ openapi: '3.1.0', info: { title: 'Coscribe', version: '1.2.3' } });
});

it('[OPS-1] describes every route of the server, and no other', async () => {
  const all = operations(await described(await server()));
  const found = all.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  expect(found.sort()).toEqual(Object.keys(ROUTE_DESCRIPTIONS).sort());
});

it('[OPS-1] says the same as docs/http-api.md', async () => {
  const page = readFileSync(join(ROOT, 'docs/http-api.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z]+) (\/\S+)` \| (.*) \|$/gm)].map(
    ([, method = '', path = '', says = '']) => ({
      key: `${method} ${path.replaceAll(/<(\w+)>/g, '{$1}')}`,
      says,
    }),
  );
  const all = operations(await described(await server()));
  // The module is a file, and no program calls it.
  const documented = rows.filter(({ key }) => key !== 'GET /coscribe-editor.js');
  expect(documented.map(({ key }) => key).sort()).toEqual(all.map(({ method, path }) => `${method} ${path}`).sort());
  for (const { method, path, operation } of all) {
    const row = documented.find(({ key }) => key === `${method} ${path}`);
    for (const status of Object.keys(operation.responses)) {
      if (status !== 'default') expect(row?.says, `${method} ${path}`).toMatch(new RegExp(`\\b${status}\\b`));
    }
  }
});

it('[OPS-1] describes what requests bring and answers hold', async () => {
  const { paths } = await described(await server());
  expect(paths['/api/documents/{name}/links']?.['post']).toMatchObject({
    parameters: [{ in: 'path', name: 'name', required: true, schema: { type: 'string' } }],
    requestBody: { content: { 'application/json': { schema: { required: ['role'], additionalProperties: false } } } },
    responses: { 201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Link' } } } } },
    security: [{ token: [] }, { apiKey: [] }],
  });
  expect(paths['/api/documents/{name}']?.['put']).toMatchObject({
    requestBody: { content: { 'application/json': {}, 'text/plain': {} } },
  });
  expect(paths['/api/documents']?.['get']?.parameters?.map(({ name }) => name)).toEqual(['after', 'limit']);
});

it('[OPS-1] answers as it describes, with no field more', async () => {
  const http = await server();
  const openApi = await described(http);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(closed({ $id: 'api', components: { schemas: BODIES } }) as object);
  const tried = new Set<string>();

  async function ask(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object | Buffer) {
    const { statusCode, headers, body } = await http.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${KEY}`,
        'sec-fetch-site': 'same-origin',
        ...(Buffer.isBuffer(payload) ? { 'content-type': 'application/octet-stream' } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const known = operations(openApi).find(({ method: one, path }) => one === method && isAt(path, url));
    if (known === undefined) throw new Error(`${method} ${url} is not described`);
    tried.add(`${method} ${known.path}`);
    const answer = known.operation.responses[String(statusCode)];
    expect({ method, url, statusCode, isDescribed: answer !== undefined, body }).toMatchObject({ isDescribed: true });
    if (headers['content-type']?.toString().startsWith('application/json') !== true) return body;
    const schema = answer?.content?.['application/json']?.schema;
    const validate = ajv.compile(closed(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'))) as object);
    const content = JSON.parse(body);
    expect({ method, url, valid: validate(content), errors: validate.errors, content }).toMatchObject({ valid: true });
    return content;
  }

  await ask('PUT', '/api/documents/minutes', { content: 'Agenda', title: 'Minutes' });
  await ask('GET', '/api/documents');
  await ask('GET', '/api/documents/minutes');
  await ask('GET', '/api/documents/minutes/text');
  await ask('PATCH', '/api/documents/minutes', { title: 'The minutes' });
  const link = await ask('POST', '/api/documents/minutes/links', { role: 'viewer', password: 'correct horse' });
  await ask('PATCH', `/api/documents/minutes/links/${link.id}`, {
    label: 'The board',
    expiresAt: '2100-01-01T00:00:00Z',
  });
  await ask('POST', '/api/documents/minutes/owners', { person: 'u-1', name: 'Ines' });
  await ask('POST', '/api/documents/minutes/owners', { key: `own.${'A'.repeat(43)}` });
  await ask('PATCH', '/api/documents/minutes/access', { anyone: 'editor' });
  await ask('GET', '/api/documents/minutes/access');
  await ask('POST', '/api/documents/minutes/ticket', { link: link.link, password: 'correct horse' });
  await ask('GET', '/api/documents/minutes/events');
  await ask('DELETE', '/api/documents/minutes/owners/person/u-1');
  await ask('DELETE', `/api/documents/minutes/links/${link.id}`);
  await ask('PUT', '/api/documents/minutes/frozen', { reason: 'An inquiry.' });
  await ask('GET', '/api/admin/frozen');
  await ask('DELETE', '/api/documents/minutes/frozen');
  const ban = await ask('POST', '/api/admin/bans', { person: 'u-9', expiresAt: '2100-01-01T00:00:00Z' });
  await ask('POST', '/api/admin/bans', { address: '192.0.2.0/24', reason: 'Spam.' });
  await ask('GET', '/api/admin/bans');
  await ask('DELETE', `/api/admin/bans/${ban.id}`);
  await ask('POST', '/api/admin/revocations', { person: 'u-9' });
  await ask('POST', '/api/admin/keys');
  const { documents } = await ask('GET', '/api/admin/view');
  await ask('POST', '/api/admin/names', { id: documents.rows[0].id });
  await ask('GET', '/api/admin/documents/minutes');
  await ask('GET', '/api/admin/documents/minutes/export');
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'imported');
  await ask('PUT', '/api/admin/documents/imported', Buffer.from(Y.encodeStateAsUpdate(doc)));
  await ask('PATCH', '/api/admin/documents/minutes', { title: 'Old minutes' });
  await ask('POST', '/api/admin/documents/minutes/unload');
  const deleted = await ask('DELETE', '/api/admin/documents/minutes');
  await ask('GET', '/api/admin/deleted');
  await ask('POST', `/api/admin/deleted/${deleted.id}`, { name: 'minutes-2' });
  await ask('PUT', '/api/admin/announcement', { text: 'Restart at 18:00.', until: null });
  await ask('GET', '/api/admin/view');
  await ask('DELETE', '/api/admin/announcement');
  await ask('POST', '/api/admin/sign-outs', { person: 'u-1' });
  await ask('DELETE', '/api/admin/session');
  await ask('GET', '/api/session');
  await ask('POST', '/auth/sign-out');
  await ask('GET', '/healthz');
  await ask('GET', '/readyz');
  await ask('GET', '/metrics');
  await ask('GET', '/.well-known/security.txt');
  // These need somebody at a provider or a connection, or do not end.
  const others = ['GET /api/openapi.json', 'GET /auth/callback', 'GET /auth/sign-in', 'POST /auth/back-channel-logout'];
  const ofConnections = [
    'GET /api/admin/stream',
    'GET /api/admin/connections/{id}',
    'DELETE /api/admin/connections/{id}',
  ];
  const ofSessions = [
    'POST /api/session/token',
    'GET /api/sessions',
    'DELETE /api/sessions',
    'DELETE /api/sessions/{id}',
  ];
  const all = operations(openApi).map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((key) => !tried.has(key)).sort()).toEqual([...others, ...ofConnections, ...ofSessions].sort());
});

function isAt(path: string, url: string): boolean {
  const pattern = path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${pattern.join('/')}$`).test(url);
}

/** A schema whose objects hold nothing that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return inside['type'] === 'object' ? { ...inside, additionalProperties: false } : inside;
}
