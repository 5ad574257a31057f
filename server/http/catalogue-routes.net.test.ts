import { expect, it } from 'vitest';
import { catalogueKey } from '../document/keys.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { ownerKey } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';

const apiKey = 'k'.repeat(40);

async function startWith(names: readonly string[]) {
  const store = new FailingStore(new MemoryStore());
  const server = await startForTest({ store, settings: { apiKey, access: 'private' } });
  const ask = async (path: string, token: string | null = apiKey) => {
    const response = await fetch(`${server.url}/api${path}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: await response.json() };
  };
  for (const name of names) {
    const created = await fetch(`${server.url}/api/documents/${encodeURIComponent(name)}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'a text', title: `Title of ${name}` }),
    });
    expect(created.status).toBe(201);
  }
  return { store, server, ask };
}

const namesIn = ({ body }: { body: { documents: { name: string }[] } }) => body.documents.map(({ name }) => name);

it('lists the documents there are, page by page, by name', async () => {
  const { ask } = await startWith(['b/c', 'a', 'é 😀']);
  const first = await ask('/documents?limit=2');
  expect(first).toMatchObject({
    status: 200,
    body: {
      documents: [
        { name: 'a', title: 'Title of a', language: '', createdAt: expect.stringMatching(/^\d{4}-.*Z$/) },
        { name: 'b/c', title: 'Title of b/c' },
      ],
      next: 'b/c',
    },
  });
  const rest = await ask(`/documents?after=${encodeURIComponent('b/c')}&limit=2`);
  expect([namesIn(rest), rest.body.next]).toEqual([['é 😀'], null]);
  expect(namesIn(await ask('/documents'))).toEqual(['a', 'b/c', 'é 😀']);
  expect((await ask('/documents?limit=3')).body.next).toBeNull();
});

it('[SEC-1] lists nothing to anybody without the API key', async () => {
  const { ask } = await startWith(['secret']);
  for (const token of [null, ownerKey(), `${apiKey}x`]) {
    const { status, body } = await ask('/documents', token);
    expect([status, body.error.code, JSON.stringify(body).includes('secret')]).toEqual([403, 'forbidden', false]);
  }
});

it('names a damaged document as one, and refuses what cannot be a page', async () => {
  const { store, ask } = await startWith(['a', 'b']);
  await store.write([{ type: 'put', key: catalogueKey('b'), value: new Uint8Array(9) }]);
  expect((await ask('/documents')).body.documents).toEqual([
    expect.objectContaining({ name: 'a', title: 'Title of a' }),
    { name: 'b', damaged: true },
  ]);
  for (const limit of ['0', '1001', '-1', 'x', '1.5', '']) {
    expect((await ask(`/documents?limit=${limit}`)).body.error.code).toBe('invalid-limit');
  }
  expect((await ask('/documents?before=a')).status).toBe(400);
  store.failReads(new Error('EIO'));
  expect((await ask('/documents')).body.error).toMatchObject({ code: 'document-unavailable' });
  store.failReads(null);
});
