import { expect, it } from 'vitest';
import { LevelStore } from '../store/level-store.ts';
import { ask, join, ownerKey, refused, shareDocument } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder, startTestServer } from '../testing/test-server.ts';

interface Listed {
  event: string;
  count: number;
  through: string | null;
  from: string | null;
  person: string | null;
}

it('[SEC-20] owners read who came in by which link, what was changed and refused, and nobody else does', async () => {
  const { server, owner, linkOf } = await shareDocument();
  const { id, link } = linkOf('viewer');
  for (let i = 0; i < 3; i++) await (await join(server, link)).leave();
  await refused(server, `link.${'x'.repeat(43)}`);
  await ask(server, 'DELETE', `minutes/links/${id}`, owner);
  const { status, body } = await ask(server, 'GET', 'minutes/events', owner);
  expect(status).toBe(200);
  const listed = body.events as Listed[];
  const kinds = listed.map(({ event }) => event);
  expect(kinds.filter((kind) => kind === 'link-made')).toHaveLength(4);
  expect(kinds).toEqual(expect.arrayContaining(['owner-claimed', 'revoked', 'refused']));
  expect(listed.find(({ event }) => event === 'let-in')).toMatchObject({
    count: 3,
    through: `link ${id}`,
    role: 'viewer',
  });
  expect(listed.at(-1)?.event).toBe('owner-claimed');
  const said = JSON.stringify(listed);
  for (const secret of [link.slice(5), owner.slice(4), '127.0.0.1']) expect(said).not.toContain(secret);
  for (const { from } of listed) expect(['127.0.0.0/24', null]).toContain(from);
  for (const token of [null, linkOf('editor').link, ownerKey()]) {
    expect((await ask(server, 'GET', 'minutes/events', token)).status).toBeGreaterThanOrEqual(401);
  }
});

it('[SEC-20] they outlive a restart, and refusals of many displace no change', async () => {
  const folder = await freshFolder();
  const settings = { access: 'private', trustProxy: ['loopback'], maxRefusedTokensPerMinute: 1_000 } as const;
  const first = await startTestServer({ settings, store: await LevelStore.open(folder) });
  const owner = ownerKey();
  await ask(first, 'PUT', 'minutes', owner, {});
  for (let i = 0; i < 60; i++) {
    const headers = { authorization: 'Bearer own.made-up', 'x-forwarded-for': `203.0.${i}.7` };
    expect((await fetch(`${first.url}/api/documents/minutes`, { headers })).status).toBe(403);
  }
  await first.stop();
  const second = await startForTest({ settings, store: await LevelStore.open(folder) });
  const { events } = (await ask(second, 'GET', 'minutes/events', owner)).body as { events: Listed[] };
  const refusals = events.filter(({ event }) => event === 'refused');
  expect(refusals).toHaveLength(50);
  expect(refusals[0]?.from).toBe('203.0.59.0/24');
  expect(events.map(({ event }) => event)).toContain('owner-claimed');
});

it('[SEC-20] names that nobody wrote keep nothing', async () => {
  const folder = await freshFolder();
  const server = await startTestServer({ settings: { access: 'private' }, store: await LevelStore.open(folder) });
  await refused(server, 'own.made-up', 'nobody-wrote-this');
  await server.stop();
  const store = await LevelStore.open(folder);
  const keys: string[] = [];
  for await (const [key] of store.read({ from: Buffer.from('r/'), to: Buffer.from('r0') })) keys.push(String(key));
  await store.close();
  expect(keys.filter((key) => key.includes('nobody-wrote-this'))).toEqual([]);
});
