import { expect, it } from 'vitest';
import { changeProperties } from './document-api.ts';

const answering = (status: number, body: string) => {
  const asked: [string, RequestInit | undefined][] = [];
  const request: typeof fetch = async (input, init) => {
    asked.push([String(input), init]);
    return new Response(body, { status });
  };
  return { asked, request };
};

it('a change names the document in the path and nothing else', async () => {
  const { asked, request } = answering(200, '{"name":"a/b","title":"T","language":""}');
  expect(await changeProperties('a/b', { title: 'T' }, request)).toMatchObject({ title: 'T', language: '' });
  expect(asked).toEqual([
    ['/api/documents/a%2Fb', expect.objectContaining({ method: 'PATCH', body: '{"title":"T"}' })],
  ]);
});

it('a refusal says what the server said', async () => {
  const { request } = answering(400, '{"error":{"code":"invalid-properties","message":"Too long."}}');
  await expect(changeProperties('a', { title: 'T' }, request)).rejects.toThrow('Too long.');
});

it('a proxy’s page is reported by its status', async () => {
  const { request } = answering(502, '<h1>Bad gateway</h1>');
  await expect(changeProperties('a', { title: 'T' }, request)).rejects.toThrow('The server answered with status 502.');
});

it('an unreachable server is called that', async () => {
  const request: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  await expect(changeProperties('a', {}, request)).rejects.toThrow('The server cannot be reached right now.');
});
