import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { LogRecord } from '../testing/log-record.ts';
import { ask, join, refused, shareDocument } from '../testing/shared-document.ts';

describe('links with a password', () => {
  async function guarded() {
    const world = await shareDocument();
    const made = await ask(world.server, 'POST', 'minutes/links', world.owner, { role: 'editor', password: 'höhle 7' });
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
    expect(await enter('hohle 7')).toMatchObject({ status: 403, body: { error: { code: 'wrong-password' } } });
    // The umlaut as two characters, as some keyboards write it.
    const { status, body } = await enter('ho\u0308hle 7');
    expect(status).toBe(200);
    const client = await join(server, body.token);
    client.insert(0, 'x');
    await client.untilStored();
    expect(await refused(server, body.token, 'other')).toMatchObject({ code: 4403 });
  });

  it('[SEC-3] a new password, and revoking, end the tickets of the old one at once', async () => {
    const { server, owner, id, enter } = await guarded();
    const first = (await enter('höhle 7')).body.token;
    const client = await join(server, first);
    await ask(server, 'PATCH', `minutes/links/${id}`, owner, { password: 'other' });
    expect(await client.untilClosed()).toMatchObject({ code: 4402 });
    const second = (await enter('other')).body.token;
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
    const made = await ask(server, 'POST', 'minutes/links', owner, { role: 'viewer', password: 'right' });
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
    const body = '{"role":"viewer","password":"x"}';
    const flood = Array.from({ length: 12 }, () =>
      fetch(`${server.url}/api/documents/minutes/links`, { method: 'POST', headers, body }),
    );
    expect(await enter('198.51.100.7', 'right')).toBe('200 null');
    const slowed = (await Promise.all(flood)).filter(({ status }) => status === 429);
    expect(slowed[0]?.headers.get('retry-after')).toBe('5');
    expect(log.events.find(({ security }) => security === 'rate-limited')).toMatchObject({
      address: expect.stringMatching(/^2001:db8:7::\d$/),
      document: 'minutes',
    });
  });
});
