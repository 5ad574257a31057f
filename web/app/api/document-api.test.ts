import { expect, it } from 'vitest';
import type { ApiRequest } from './api-request.ts';
import { DocumentApi } from './document-api.ts';

function api(answer: unknown = {}) {
  const asked: ApiRequest[] = [];
  const documentApi = new DocumentApi(
    'a/b',
    async () => 'link.s',
    async (request) => {
      asked.push(request);
      return answer;
    },
  );
  return { asked, documentApi };
}

it('a change names the document in the path and nothing else, and shows the token', async () => {
  const { asked, documentApi } = api({ title: 'T', language: '' });
  expect(await documentApi.changeProperties({ title: 'T' })).toEqual({ title: 'T', language: '' });
  expect(asked).toEqual([{ method: 'PATCH', path: '/api/documents/a%2Fb', token: 'link.s', body: { title: 'T' } }]);
});

it('share links are asked for by id', async () => {
  const { asked, documentApi } = api();
  await documentApi.makeLink({ role: 'viewer', label: 'Class' });
  await documentApi.changeLink('i/1', { password: null });
  await documentApi.revokeLink('i1');
  await documentApi.changeAnyone(null);
  expect(asked.map(({ method, path, body }) => [method, path.replace('/api/documents/a%2Fb', ''), body])).toEqual([
    ['POST', '/links', { role: 'viewer', label: 'Class' }],
    ['PATCH', '/links/i%2F1', { password: null }],
    ['DELETE', '/links/i1', undefined],
    ['PATCH', '/access', { anyone: null }],
  ]);
});

it('a document is created, and access asked for, as whom one says', async () => {
  const { asked, documentApi } = api();
  await documentApi.create('own.k');
  await documentApi.access('own.k');
  await documentApi.access();
  expect(asked.map(({ method, token }) => [method, token])).toEqual([
    ['PUT', 'own.k'],
    ['GET', 'own.k'],
    ['GET', 'link.s'],
  ]);
});

it('a password goes in the body, with the link and without the token', async () => {
  const { asked, documentApi } = api({ token: 'ticket.t', expiresIn: 1 });
  expect(await documentApi.ticket('link.s', 'hunter2')).toEqual({ token: 'ticket.t', expiresIn: 1 });
  expect(asked).toEqual([
    { method: 'POST', path: '/api/documents/a%2Fb/ticket', body: { link: 'link.s', password: 'hunter2' } },
  ]);
});
