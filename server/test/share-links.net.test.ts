import { describe, expect, it } from 'vitest';
import { encodeToken } from '../../protocol/messages.ts';
import type { Role } from '../../protocol/roles.ts';
import { systemClock } from '../clock.ts';
import { decodeBackup } from '../document/backup-format.ts';
import { restore } from '../document/restore.ts';
import { LevelStore } from '../store/level-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { FailingStore } from '../testing/failing-store.ts';
import { ask, join, lastRole, presence, protocols, refused, sees, shareDocument } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';
import { freshFolder } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

describe('share links', () => {
  it('[SEC-3] revoking closes the connections that came through a link at once, and keeps them out', async () => {
    const { server, owner, linkOf } = await shareDocument();
    const { id, link } = linkOf('editor');
    const through = await Promise.all([join(server, link), join(server, link)]);
    const others = await Promise.all([join(server, owner), join(server, linkOf('viewer').link)]);
    expect((await ask(server, 'DELETE', `minutes/links/${id}`, owner)).status).toBe(204);
    for (const client of through) expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect(await refused(server, link)).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', link)).status).toBe(403);
    expect(others.map(({ closed }) => closed)).toEqual([null, null]);
    expect((await ask(server, 'GET', 'minutes/access', owner)).body.links).toHaveLength(3);
  });

  it('[SEC-3] a revoked link lets nobody in whose question was open when it was revoked', async () => {
    const { server, owner, linkOf } = await shareDocument();
    const { id, link } = linkOf('editor');
    const attempts = Array.from(
      { length: 40 },
      () => new WireClient(server.url, 'minutes', { protocols: protocols(link) }),
    );
    const gone = ask(server, 'DELETE', `minutes/links/${id}`, owner);
    for (const client of attempts) expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect((await gone).status).toBe(204);
  });

  it('[SEC-3] a link that is revoked while a password is hashed makes and changes no other link', async () => {
    const { server, owner, linkOf } = await shareDocument();
    const [{ id, link }, viewer] = [linkOf('owner'), linkOf('viewer')];
    const last = { role: 'owner', password: 'long enough to take its time' };
    const waiting = [
      ask(server, 'POST', 'minutes/links', link, last),
      ask(server, 'PATCH', `minutes/links/${viewer.id}`, link, last),
    ];
    // They have been let in when another request has been answered.
    expect((await ask(server, 'GET', 'minutes/text', link)).status).toBe(200);
    expect((await ask(server, 'DELETE', `minutes/links/${id}`, owner)).status).toBe(204);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([403, 403]);
    const { links } = (await ask(server, 'GET', 'minutes/access', owner)).body;
    expect(links.map(({ role }: { role: Role }) => role).sort()).toEqual(['commenter', 'editor', 'viewer']);
  });

  it('[SEC-3] a link that is revoked while the document is loaded reads and renames nothing', async () => {
    const folder = await freshFolder();
    const { server: before, owner, linkOf } = await shareDocument({}, { store: await LevelStore.open(folder) });
    await before.stop();
    const store = new FailingStore(await LevelStore.open(folder));
    const server = await startForTest({ settings: { access: 'private' }, store });
    const { id, link } = linkOf('editor');
    expect((await ask(server, 'GET', 'minutes/access', link)).status).toBe(200);
    store.stall();
    const waiting = [
      ask(server, 'GET', 'minutes/text', link),
      ask(server, 'PATCH', 'minutes', link, { title: 'Mine' }),
    ];
    expect((await ask(server, 'GET', 'minutes/access', link)).status).toBe(200);
    const gone = ask(server, 'DELETE', `minutes/links/${id}`, owner);
    await expect.poll(async () => (await ask(server, 'GET', 'minutes/access', link)).status).toBe(403);
    store.proceed();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([403, 403]);
    expect((await gone).status).toBe(204);
    expect((await ask(server, 'GET', 'minutes', owner)).body.title).toBe('');
  });

  it('[SEC-2] another role is in force at once, both ways, without a reconnect', async () => {
    const { server, owner, linkOf } = await shareDocument();
    const { id, link } = linkOf('editor');
    const client = await join(server, link);
    client.send(presence(1));
    const watcher = await join(server, owner);
    await watcher.until(() => sees(watcher, 77), 'the editor');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'viewer' });
    await client.until(() => lastRole(client) === 'viewer', 'being a viewer');
    await watcher.until(() => !sees(watcher, 77), 'the viewer not being seen');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'editor' });
    await client.until(() => lastRole(client) === 'editor', 'being an editor');
    client.insert(0, 'x');
    await client.untilStored();
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { role: 'viewer' });
    await client.until(() => lastRole(client) === 'viewer', 'being a viewer again');
    client.insert(0, 'y');
    expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe('xAgenda');
  });

  it('[SEC-1] an expired link closes its connections and lets nobody in', async () => {
    // The server's wall clock, moved by the test; its timers are real.
    let ahead = 0;
    const clock = { ...systemClock, date: () => Date.now() + ahead };
    const { server, owner, linkOf } = await shareDocument({}, { clock });
    const { id, link } = linkOf('editor');
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const changed = await ask(server, 'PATCH', `minutes/links/${id}`, owner, { expiresAt });
    expect(changed.body).toMatchObject({ id, expiresAt });
    const client = await join(server, link);
    const welcome = client.received.flatMap((message) => (message.type === 'welcome' ? message.welcome : []))[0];
    expect(welcome?.expiresIn).toBeGreaterThan(50_000);
    ahead = 61_000;
    // A new token makes the server look again, as its own timer would.
    client.send(encodeToken(link));
    expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    expect(await refused(server, link)).toMatchObject({ code: 4403 });
  });

  it('[SEC-1] an expired access is looked at when its time has come', async () => {
    const { server, owner, linkOf } = await shareDocument();
    const { id, link } = linkOf('editor');
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    const client = new WireClient(server.url, 'minutes', { protocols: protocols(link) });
    expect(await client.untilClosed()).toMatchObject({ code: 4403, reason: 'The link has expired.' });
  });

  it('says what is wrong with a link that cannot be made', async () => {
    const { server, owner } = await shareDocument();
    const make = async (body: unknown) => {
      const { status, body: answer } = await ask(server, 'POST', 'minutes/links', owner, body);
      return [status, answer.error.code];
    };
    expect(await make({ role: 'king' })).toEqual([400, 'bad-request']);
    expect(await make({ role: 'viewer', expiresAt: '2001-01-01T00:00:00Z' })).toEqual([400, 'invalid-expiry']);
    expect(await make({ role: 'viewer', expiresAt: 'tomorrow' })).toEqual([400, 'invalid-expiry']);
    expect(await make({ role: 'viewer', password: '' })).toEqual([400, 'bad-request']);
    expect(await make({ role: 'viewer', secret: 'mine' })).toEqual([400, 'bad-request']);
  });

  it('[SEC-1] are kept over a restart and in a backup, with the owners', async () => {
    const folder = await freshFolder();
    const { server, owner, linkOf } = await shareDocument({}, { store: await LevelStore.open(folder) });
    const restored = new MemoryStore();
    await restore(restored, (await decodeBackup(server.backup())).entries);
    await server.stop();
    for (const store of [await LevelStore.open(folder), restored]) {
      const again = await startForTest({ settings: { access: 'private' }, store });
      expect((await join(again, linkOf('viewer').link)).text).toBe('Agenda');
      expect((await ask(again, 'GET', 'minutes/access', owner)).body.links).toHaveLength(4);
      expect(await refused(again, null)).toMatchObject({ code: 4401 });
    }
  });
});
