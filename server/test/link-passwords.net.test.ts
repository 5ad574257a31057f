import { describe, expect, it } from 'vitest';
import { hashOwnerKey } from '../access/access-control.ts';
import { LinkPasswords } from '../access/link-password.ts';
import { systemClock } from '../clock.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { LogRecord } from '../testing/log-record.ts';
import { ask, join, ownerKey, refused, shareDocument } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';

describe('links with a password', () => {
  async function guarded() {
    const world = await shareDocument();
    const made = await ask(world.server, 'POST', 'minutes/links', world.owner, {
      role: 'editor',
      password: 'höhle 77',
    });
    expect(made.body).toMatchObject({ hasPassword: true, role: 'editor' });
    expect(JSON.stringify(made.body)).not.toContain('scrypt');
    const link: string = made.body.link;
    const enter = (password: string) => ask(world.server, 'POST', 'minutes/ticket', null, { link, password });
    return { ...world, link, id: made.body.id as string, enter };
  }

  it('[SEC-1] asks for the password, and takes the ticket that it is exchanged for', async () => {
    const { server, link, enter } = await guarded();
    expect(await refused(server, link)).toMatchObject({ code: 4402 });
    expect(await ask(server, 'GET', 'minutes/text', link)).toMatchObject({
      status: 401,
      body: { error: { code: 'password-needed' } },
    });
    expect(await enter('hohle 77')).toMatchObject({ status: 403, body: { error: { code: 'wrong-password' } } });
    // The umlaut as two characters, as some keyboards write it.
    const { status, body } = await enter('ho\u0308hle 77');
    expect(status).toBe(200);
    const client = await join(server, body.token);
    client.insert(0, 'x');
    await client.untilStored();
    expect(await refused(server, body.token, 'other')).toMatchObject({ code: 4403 });
  });

  it('[SEC-3] a new password, and revoking, end the tickets of the old one at once', async () => {
    const { server, owner, id, enter } = await guarded();
    const first = (await enter('höhle 77')).body.token;
    const client = await join(server, first);
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { password: 'another one' });
    expect(await client.untilClosed()).toMatchObject({ code: 4402 });
    const second = (await enter('another one')).body.token;
    const later = await join(server, second);
    await ask(server, 'DELETE', `minutes/links/${id}`, owner);
    expect(await later.untilClosed()).toMatchObject({ code: 4403 });
    for (const ticket of [first, second]) expect(await refused(server, ticket)).toMatchObject({ code: 4403 });
  });

  it('[SEC-1, SEC-4, SEC-10] slows anyone who guesses, also at once and from all of one IPv6 network', async () => {
    const log = new LogRecord();
    // Time stands still for anyone who has to wait, however long the guesses take.
    const clock = { ...systemClock, now: () => 0 };
    const { server, owner } = await shareDocument({ trustProxy: ['loopback'] }, { logger: log.logger, clock });
    const made = await ask(server, 'POST', 'minutes/links', owner, { role: 'viewer', password: 'the right one' });
    const enter = async (address: string, password = 'wrong') => {
      const { status, headers } = await fetch(`${server.url}/api/documents/minutes/ticket`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ link: made.body.link, password }),
      });
      return `${status} ${headers.get('retry-after')}`;
    };
    const guesses = () => Promise.all(Array.from({ length: 8 }, (_, i) => enter(`2001:db8:7::${i}`)));
    const answers = [...(await guesses()), ...(await guesses())];
    // Six were looked at, however many came at once; those for whom there was no room did not count.
    expect(answers.filter((answer) => answer === '403 null')).toHaveLength(6);
    expect(new Set(answers)).toEqual(new Set(['403 null', '429 5', '429 1']));
    // A flood of passwords from one address, here of an owner, keeps nobody else out.
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${owner}` };
    const body = '{"role":"viewer","password":"long enough"}';
    const flood = Array.from({ length: 12 }, () =>
      fetch(`${server.url}/api/documents/minutes/links`, { method: 'POST', headers, body }),
    );
    expect(await enter('198.51.100.7', 'the right one')).toBe('200 null');
    const slowed = (await Promise.all(flood)).filter(({ status }) => status === 429);
    expect(slowed[0]?.headers.get('retry-after')).toBe('5');
    expect(log.events.find(({ security }) => security === 'rate-limited')).toMatchObject({
      address: expect.stringMatching(/^2001:db8:7::\d$/),
      document: 'minutes',
    });
  });

  it('[SEC-1] refuses a new password of fewer than eight characters, and takes shorter ones from before', async () => {
    const store = new MemoryStore();
    const owner = ownerKey();
    const old = {
      id: 'from-before',
      secret: 's'.repeat(43),
      role: 'viewer',
      label: '',
      expiresAt: null,
      password: await new LinkPasswords().hash('short', { address: '', documentName: 'minutes' }),
      createdAt: 0,
    } as const;
    const documents = await Documents.open(store, systemClock, silentLogger);
    const owners = [{ kind: 'key', hash: hashOwnerKey(owner) }] as const;
    await documents.setAccess('minutes', { anyone: null, owners, links: [old] });
    const server = await startForTest({ store });
    const ticket = { link: `link.${old.secret}`, password: 'short' };
    expect((await ask(server, 'POST', 'minutes/ticket', null, ticket)).status).toBe(200);
    const weak = { status: 400, body: { error: { code: 'weak-password' } } };
    // Seven characters as people count them, whatever they are made of.
    for (const password of ['1234567', 'u\u0308'.repeat(7), '🔒'.repeat(7)]) {
      expect(await ask(server, 'POST', 'minutes/links', owner, { role: 'viewer', password })).toMatchObject(weak);
      expect(await ask(server, 'PATCH', `minutes/links/${old.id}`, owner, { password })).toMatchObject(weak);
    }
    const enough = { role: 'viewer', password: '🔒'.repeat(8) };
    expect((await ask(server, 'POST', 'minutes/links', owner, enough)).status).toBe(201);
    // What is changed beside the password leaves a short one in force.
    expect((await ask(server, 'PATCH', `minutes/links/${old.id}`, owner, { label: 'old' })).status).toBe(200);
    expect((await ask(server, 'POST', 'minutes/ticket', null, ticket)).status).toBe(200);
  });
});
