import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../protocol/version.ts';
import type { CoscribeServer } from '../server.ts';
import { LogRecord } from '../testing/log-record.ts';
import { startTestServer } from '../testing/test-server.ts';
import { WireClient } from '../testing/wire-client.ts';

// One line for each thing that happens to somebody's access, with the fields that docs/access.md lists.

const log = new LogRecord();
const owner = `own.${randomBytes(32).toString('base64url')}`;
const secrets = [owner];
const address = '127.0.0.1';
let server: CoscribeServer;
/** The same log, of a server on which little may be sent. */
let strict: CoscribeServer;

beforeAll(async () => {
  server = await startTestServer({ settings: { access: 'private' }, logger: log.logger });
  strict = await startTestServer({
    settings: { maxMessagesPerSecond: 1, maxConnectionsPerAddress: 1 },
    logger: log.logger,
  });
  expect((await ask('PUT', 'minutes', owner)).status).toBe(201);
});

afterAll(async () => {
  await server.stop();
  await strict.stop();
});

function ask(method: string, path: string, token: string | null, body?: unknown): Promise<Response> {
  return fetch(`${server.url}/api/documents/${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function makeLink(role: string, password?: string): Promise<{ id: string; link: string }> {
  const response = await ask('POST', 'minutes/links', owner, { role, ...(password === undefined ? {} : { password }) });
  const link = (await response.json()) as { id: string; link: string };
  secrets.push(link.link);
  return link;
}

const protocols = (token: string) => [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token];
const join = (token: string) => WireClient.join(server.url, 'minutes', { protocols: protocols(token) });

/** The security events that are logged while something is done. */
async function eventsOf(act: () => Promise<unknown>): Promise<unknown[]> {
  const before = log.events.length;
  await act();
  return log.events.slice(before);
}

it('says who became the owner, and which links were made, changed and revoked', async () => {
  const key = `own.${randomBytes(32).toString('base64url')}`;
  secrets.push(key);
  expect(await eventsOf(() => ask('PUT', 'diary', key))).toEqual([
    { security: 'owner-claimed', document: 'diary', address, person: null, through: 'owner key' },
  ]);
  let id = '';
  const made = await eventsOf(async () => {
    ({ id } = await makeLink('viewer'));
  });
  const about = { document: 'minutes', address, person: null, through: `link ${id}` };
  expect(made).toEqual([{ security: 'link-made', role: 'viewer', ...about }]);
  expect(await eventsOf(() => ask('PATCH', `minutes/links/${id}`, owner, { role: 'editor' }))).toEqual([
    { security: 'role-changed', role: 'editor', ...about },
  ]);
  expect(await eventsOf(() => ask('DELETE', `minutes/links/${id}`, owner))).toEqual([
    { security: 'revoked', ...about },
  ]);
  const byKey = { ...about, through: 'owner key', reason: 'It is the person alice.' };
  expect(await eventsOf(() => ask('POST', 'minutes/owners', owner, { person: 'alice' }))).toEqual([
    { security: 'owner-added', ...byKey },
  ]);
  expect(await eventsOf(() => ask('DELETE', 'minutes/owners/person/alice', owner))).toEqual([
    { security: 'owner-removed', ...byKey },
  ]);
  expect(await eventsOf(() => ask('PATCH', 'minutes/access', owner, { anyone: null }))).toEqual([
    { security: 'role-changed', role: null, ...about, through: 'anyone' },
  ]);
});

it('says of a live connection that its role changed and that it lost its access', async () => {
  const { id, link } = await makeLink('editor');
  const client = await join(link);
  const isNotice = ({ type }: { type: string }) => type === 'notice';
  const changed = await eventsOf(async () => {
    await ask('PATCH', `minutes/links/${id}`, owner, { role: 'viewer' });
    await client.until(() => client.received.some(isNotice), 'the new role');
  });
  const about = { document: 'minutes', address, person: null, role: 'viewer', through: `link ${id}` };
  const connection = expect.any(Number);
  expect(changed).toContainEqual({ security: 'role-changed', connection, ...about });
  const revoked = await eventsOf(async () => {
    await ask('DELETE', `minutes/links/${id}`, owner);
    await client.untilClosed();
  });
  const reason = 'The link was revoked or does not exist.';
  expect(revoked).toContainEqual({ security: 'revoked', connection, ...about, code: 'forbidden', reason });
});

it('says which connections were refused, and why', async () => {
  const attempt = (path: string, token: string | null, headers = {}) =>
    eventsOf(() =>
      new WireClient(server.url, path, {
        protocols: token === null ? [SUBPROTOCOL] : protocols(token),
        headers,
      }).untilClosed(),
    );
  expect(await attempt('minutes', null)).toEqual([
    {
      security: 'refused',
      document: 'minutes',
      address,
      code: 'unauthenticated',
      reason: 'Sign in or use a link to this document.',
    },
  ]);
  secrets.push('aaaa.bbbb.cccc');
  expect(await attempt('minutes', 'aaaa.bbbb.cccc')).toMatchObject([{ security: 'refused', code: 'unauthenticated' }]);
  const unknown = `link.${randomBytes(32).toString('base64url')}`;
  secrets.push(unknown);
  expect(await attempt('minutes', unknown)).toMatchObject([{ security: 'refused', code: 'forbidden' }]);
  const locked = await makeLink('viewer', 'open sesame');
  expect(await attempt('minutes', locked.link)).toMatchObject([{ security: 'refused', code: 'password-needed' }]);
  expect(await attempt('a//b', null)).toMatchObject([{ security: 'refused', address, code: 'invalid-document-name' }]);
  expect(await attempt('minutes', owner, { origin: 'https://evil.example' })).toEqual([
    { security: 'refused', address, code: 'foreign-origin', reason: expect.stringContaining('origin') },
  ]);
});

it('says that somebody tried what their role does not allow', async () => {
  const { id, link } = await makeLink('viewer');
  const about = { security: 'refused', document: 'minutes', address, person: null, role: 'viewer', code: 'forbidden' };
  const written = await eventsOf(async () => {
    const client = await join(link);
    client.insert(0, 'not mine to write');
    await client.untilClosed();
  });
  const reason = 'You may read this document, not change it.';
  expect(written).toEqual([{ ...about, connection: expect.any(Number), through: `link ${id}`, reason }]);
  expect(await eventsOf(() => ask('PATCH', 'minutes', link, { title: 'Mine' }))).toEqual([
    { ...about, through: `link ${id}`, reason: expect.stringContaining('title') },
  ]);
});

it('says which requests were refused, and why', async () => {
  expect(await eventsOf(() => ask('GET', 'minutes', null))).toEqual([
    {
      security: 'refused',
      document: 'minutes',
      address,
      code: 'unauthenticated',
      reason: 'Sign in or use a link to this document.',
    },
  ]);
  const headers = { origin: 'https://evil.example' };
  expect(
    await eventsOf(() => fetch(`${server.url}/api/documents/minutes/ticket`, { method: 'POST', headers })),
  ).toMatchObject([{ security: 'refused', address, code: 'foreign-origin' }]);
  expect(await eventsOf(() => ask('GET', 'nowhere/nothing', owner))).toEqual([]);
});

it('says who has to slow down', async () => {
  const { id, link } = await makeLink('viewer', 'open sesame');
  secrets.push('guess-of-mallory', 'open sesame');
  const guess = () => ask('POST', 'minutes/ticket', null, { link, password: 'guess-of-mallory' });
  const about = { document: 'minutes', address, through: `link ${id}` };
  expect(await eventsOf(guess)).toEqual([
    { security: 'refused', ...about, code: 'wrong-password', reason: 'The password is wrong.' },
  ]);
  // Each wrong guess makes the next wait longer, until one comes too early even on a slow machine.
  const tooEarly = expect.objectContaining({ security: 'rate-limited' });
  let events = await eventsOf(guess);
  for (let i = 0; i < 20 && !tooEarly.asymmetricMatch(events[0]); i++) events = await eventsOf(guess);
  expect(events).toEqual([
    { security: 'rate-limited', ...about, code: 'rate-limited', reason: expect.stringContaining('wrong passwords') },
  ]);
  const flood = await eventsOf(async () => {
    const client = await WireClient.join(strict.url, 'flood');
    expect(await new WireClient(strict.url, 'flood').untilClosed()).toMatchObject({ code: 1006 });
    for (let i = 0; i < 50 && client.closed === null; i++) client.insert(0, 'x');
    expect(await client.untilClosed()).toMatchObject({ code: 4429 });
  });
  expect(flood).toEqual([
    { security: 'rate-limited', address, code: 'rate-limited', reason: expect.stringContaining('address') },
    {
      security: 'rate-limited',
      document: 'flood',
      address,
      connection: expect.any(Number),
      person: null,
      role: 'editor',
      through: 'anyone',
      code: 'rate-limited',
      reason: expect.stringContaining('Too many messages'),
    },
  ]);
});

it('[SEC-3] holds no token, link or password, at any level of the log', () => {
  expect(secrets.length).toBeGreaterThan(8);
  const found = secrets
    .flatMap((secret) => [secret, secret.replace(/^\w+\./, '')])
    .filter((text) => log.text.includes(text));
  expect(found).toEqual([]);
});
