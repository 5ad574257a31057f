import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { decodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import { encodeAwareness } from '../../protocol/messages.ts';
import { ROLES, type Role } from '../../protocol/roles.ts';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { Settings } from '../config/settings.ts';
import type { CoscribeServer } from '../server.ts';
import { startForTest } from './start-for-test.ts';
import type { TestServerOptions } from './test-server.ts';
import { WireClient } from './wire-client.ts';

/** A new key that makes its bearer the owner of what they create. */
export const ownerKey = () => `own.${randomBytes(32).toString('base64url')}`;

/** What the HTTP API answers. */
export async function ask(server: CoscribeServer, method: string, path: string, token: string | null, body?: unknown) {
  const response = await fetch(`${server.url}/api/documents/${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** How a client says who it is. */
export const protocols = (token: string | null) =>
  token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token];

/** A client in the document, who has its text. */
export function join(server: CoscribeServer, token: string | null, name = 'minutes'): Promise<WireClient> {
  return WireClient.join(server.url, name, { protocols: protocols(token) });
}

/** How a connection attempt is refused. */
export async function refused(server: CoscribeServer, token: string | null, name = 'minutes') {
  const client = new WireClient(server.url, name, { protocols: protocols(token) });
  return client.untilClosed();
}

/** A server with a private document, its owner's key, and a link of every role. */
export async function shareDocument(settings: Partial<Settings> = {}, options: TestServerOptions = {}) {
  const server = await startForTest({ ...options, settings: { access: 'private', ...settings } });
  const owner = ownerKey();
  expect((await ask(server, 'PUT', 'minutes', owner, { content: 'Agenda' })).status).toBe(201);
  const links = new Map<Role, { id: string; link: string }>();
  for (const role of ROLES) links.set(role, (await ask(server, 'POST', 'minutes/links', owner, { role })).body);
  const linkOf = (role: Role) => links.get(role) ?? { id: '', link: '' };
  return { server, owner, linkOf };
}

/** A presence update of a client id of its own. */
export function presence(clock: number): Uint8Array {
  const state = Buffer.from(JSON.stringify({ user: { name: 'Somebody' } }));
  return encodeAwareness(Buffer.concat([Buffer.from([1, 77, clock, state.length]), state]));
}

/** Whether the last that a client was told of somebody's presence is that they are there. */
export function sees(client: WireClient, clientId: number): boolean {
  const entries = client.received.flatMap((message) =>
    message.type === 'awareness' ? decodeAwarenessEntries(message.update) : [],
  );
  const last = entries.filter((entry) => entry.clientId === clientId).at(-1);
  return last !== undefined && Buffer.from(last.state).toString() !== 'null';
}

/** The role that a client was told last. */
export function lastRole(client: WireClient): Role | undefined {
  return client.received
    .flatMap((message) => {
      if (message.type === 'welcome') return message.welcome.role;
      return message.type === 'notice' && message.notice.type === 'access' ? message.notice.role : [];
    })
    .at(-1);
}
