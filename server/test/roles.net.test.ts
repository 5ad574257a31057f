import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { decodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeSyncStep2 } from '../../protocol/messages.ts';
import { type Action, may, ROLES } from '../../protocol/roles.ts';
import { ask, join, lastRole, presence, refused, sees, shareDocument } from '../testing/shared-document.ts';
import { WireClient } from '../testing/wire-client.ts';

describe('the table of roles and actions', () => {
  it.each(ROLES)('[SEC-1, SEC-2] holds over WebSocket for a link as %s', async (role) => {
    const { server, owner, linkOf } = await shareDocument();
    const watcher = await join(server, owner);
    const client = await join(server, linkOf(role).link);
    expect([client.text, lastRole(client)]).toEqual(['Agenda', role]);

    client.send(presence(1));
    client.insert(0, 'x');
    if (may(role, 'write')) {
      await client.untilStored();
      await watcher.until(() => watcher.text === 'xAgenda', 'the edit');
    } else {
      expect(await client.untilClosed()).toMatchObject({ code: 4403 });
    }
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe(may(role, 'write') ? 'xAgenda' : 'Agenda');
    if (may(role, 'write')) {
      await watcher.until(() => sees(watcher, 77), 'the name of the writer');
      return;
    }
    expect(watcher.text).toBe('Agenda');
    // The same edit as an answer to the server's question: no way round.
    const answering = await join(server, linkOf(role).link);
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'y');
    answering.send(encodeSyncStep2(Y.encodeStateAsUpdate(doc)));
    expect(await answering.untilClosed()).toMatchObject({ code: 4403 });
    expect((await ask(server, 'GET', 'minutes/text', owner)).body).toBe('Agenda');
  });

  const REQUESTS: readonly { action: Action; method: string; path: string; body?: unknown; ok: number }[] = [
    { action: 'read', method: 'GET', path: 'minutes', ok: 200 },
    { action: 'read', method: 'GET', path: 'minutes/text', ok: 200 },
    { action: 'read', method: 'GET', path: 'minutes/access', ok: 200 },
    { action: 'rename', method: 'PATCH', path: 'minutes', body: { title: 'Minutes' }, ok: 200 },
    { action: 'write', method: 'PUT', path: 'minutes', body: { content: 'again' }, ok: 409 },
    { action: 'share', method: 'PATCH', path: 'minutes/access', body: { anyone: null }, ok: 200 },
    { action: 'share', method: 'GET', path: 'minutes/events', ok: 200 },
    { action: 'share', method: 'POST', path: 'minutes/links', body: { role: 'viewer' }, ok: 201 },
    { action: 'share', method: 'PATCH', path: 'minutes/links/none', body: { label: 'x' }, ok: 404 },
    { action: 'share', method: 'DELETE', path: 'minutes/links/none', ok: 404 },
    // Not for an owner by a link, whose right ends with the link.
    { action: 'share', method: 'POST', path: 'minutes/owners', body: { person: 'u-1' }, ok: 403 },
    { action: 'share', method: 'DELETE', path: 'minutes/owners/person/none', ok: 403 },
  ];

  it('[SEC-2] is tried over HTTP with every route of a document', () => {
    const page = readFileSync(new URL('../../docs/http-api.md', import.meta.url), 'utf8');
    const routes = [...page.matchAll(/^\| `([A-Z]+) \/api\/documents\/<name>(\S*)` \|/gm)].map(
      ([, method, below = '']) => `${method} minutes${below.replace('<kind>', 'person').replace('<id>', 'none')}`,
    );
    // A ticket is what somebody without access asks for. To freeze is for the API key alone, no role has a part in it.
    const ofNoRole = ['POST minutes/ticket', 'PUT minutes/frozen', 'DELETE minutes/frozen'];
    expect(routes.filter((route) => !ofNoRole.includes(route)).sort()).toEqual(
      REQUESTS.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });

  it.each(ROLES)('[SEC-1, SEC-2] holds over HTTP for a link as %s', async (role) => {
    const { server, linkOf } = await shareDocument();
    for (const { action, method, path, body, ok } of REQUESTS) {
      const { status } = await ask(server, method, path, linkOf(role).link, body);
      expect({ method, path, status }).toEqual({ method, path, status: may(role, action) ? ok : 403 });
    }
  });

  it('[SEC-1] holds over HTTP for somebody without a credential, whether the document exists or not', async () => {
    const { server } = await shareDocument();
    for (const { method, path, body } of REQUESTS) {
      for (const at of [path, path.replace('minutes', 'other')]) {
        expect({ method, at, ...(await ask(server, method, at, null, body)) }).toMatchObject({ status: 401 });
      }
    }
    expect(await refused(server, null)).toMatchObject({ code: 4401 });
  });

  it('[SEC-2] shows a commenter to others, and a viewer only where the setting says so', async () => {
    const hidden = await shareDocument();
    const watcher = await join(hidden.server, hidden.owner);
    const viewer = await join(hidden.server, hidden.linkOf('viewer').link);
    viewer.send(presence(1));
    const commenter = await join(hidden.server, hidden.linkOf('commenter').link);
    commenter.send(presence(2));
    await watcher.until(() => sees(watcher, 77), 'the commenter');
    const states = watcher.received.flatMap((message) =>
      message.type === 'awareness' ? decodeAwarenessEntries(message.update) : [],
    );
    expect(states.map(({ clock }) => clock)).not.toContain(1);

    const shown = await shareDocument({ viewerPresence: 'shown' });
    const owner = await join(shown.server, shown.owner);
    const reader = await join(shown.server, shown.linkOf('viewer').link);
    reader.send(presence(1));
    await owner.until(() => sees(owner, 77), 'the viewer');
  });
});

it('[SEC-2] a client that has been told nothing of roles is refused its update too', async () => {
  const { server, linkOf } = await shareDocument();
  const stock = new WireClient(server.url, `minutes?token=${linkOf('viewer').link}`, { protocols: [] });
  await stock.until(() => stock.received.some(({ type }) => type === 'sync-step-1'), 'the question');
  const doc = new Y.Doc();
  doc.getText('content').insert(0, 'x');
  stock.sendUpdate(Y.encodeStateAsUpdate(doc));
  expect(await stock.untilClosed()).toMatchObject({ code: 4403 });
  expect(stock.received.some(({ type }) => type === 'auth')).toBe(true);
});
