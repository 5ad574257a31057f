import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { ShareLink } from '../document/access-record.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { noRestrictions } from '../testing/grants.ts';
import { AccessControl, hashOwnerKey } from './access-control.ts';
import { makeTicket } from './ticket.ts';

const secret = new Uint8Array(32);
const link: ShareLink = {
  id: 'first',
  secret: 's'.repeat(43),
  role: 'viewer',
  label: '',
  expiresAt: null,
  password: null,
  createdAt: 0,
};

async function control(access: 'open' | 'private', links: ShareLink[] = []) {
  const documents = await Documents.open(new MemoryStore(), systemClock, silentLogger);
  const restrictions = noRestrictions(systemClock);
  const made = new AccessControl({
    documents,
    secret,
    clock: systemClock,
    access,
    create: 'anyone',
    verifiers: [],
    restrictions,
  });
  const owners = [{ kind: 'key', hash: hashOwnerKey('own.alice') }] as const;
  if (links.length > 0) await made.change('minutes', () => ({ anyone: null, owners, links }));
  const ask = async (token: string | null) => {
    const answer = await made.authorize({ documentName: 'minutes', token });
    return answer.granted ? answer.role : answer.refusal;
  };
  return { made, ask };
}

it('lets anybody edit a document without a record where access is open, and nobody where it is private', async () => {
  expect(await (await control('open')).ask(null)).toBe('editor');
  expect(await (await control('private')).ask(null)).toBe('unauthenticated');
});

it('gives the highest role of all credentials', async () => {
  const { ask } = await control('private', [link]);
  expect(await ask(`link.${link.secret}`)).toBe('viewer');
  expect(await ask(`link.${link.secret}~own.alice`)).toBe('owner');
});

it('refuses what is unknown, expired or revoked', async () => {
  const { made, ask } = await control('open', [link, { ...link, id: 'old', secret: 'o'.repeat(43), expiresAt: 1 }]);
  expect(await ask('own.bob')).toBe('forbidden');
  expect(await ask(`link.${'o'.repeat(43)}`)).toBe('forbidden');
  expect(await ask('eyJ.a.b')).toBe('unauthenticated');
  const changed: (string | null)[] = [];
  made.onChange((name) => changed.push(name));
  await made.change('minutes', (record) => ({ ...record, links: [] }));
  expect(changed).toEqual(['minutes']);
  expect(await ask(`link.${link.secret}`)).toBe('forbidden');
});

it('refuses a token of too many parts, or too long, unread', async () => {
  const { ask } = await control('open', [link]);
  expect(await ask(Array(8).fill(`link.${link.secret}`).join('~'))).toBe('viewer');
  expect(await ask(Array(9).fill(`link.${link.secret}`).join('~'))).toBe('unauthenticated');
  expect(await ask(`link.${'x'.repeat(16 * 1024)}`)).toBe('unauthenticated');
});

it('asks for the password of a link, and takes a ticket for it until the password changes', async () => {
  const guarded = { ...link, password: 'scrypt.a.b' };
  const { made, ask } = await control('open', [guarded]);
  expect(await ask(`link.${link.secret}`)).toBe('passwordNeeded');
  const ticket = makeTicket(secret, 'minutes', guarded, Date.now() + 60_000);
  expect(await ask(ticket)).toBe('viewer');
  expect(await ask(makeTicket(secret, 'minutes', guarded, 1))).toBe('passwordNeeded');
  expect(await ask(makeTicket(secret, 'others', guarded, Date.now() + 60_000))).toBe('passwordNeeded');
  await made.change('minutes', (record) => ({ ...record, links: [{ ...guarded, password: 'scrypt.a.c' }] }));
  expect(await ask(ticket)).toBe('passwordNeeded');
});
