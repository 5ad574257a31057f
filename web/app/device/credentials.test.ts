import { beforeEach, describe, expect, it } from 'vitest';
import { Credentials } from './credentials.ts';
import { type KeptStrings, openLocalStore } from './local-store.ts';

let store: KeptStrings;
let credentials: Credentials;

beforeEach(() => {
  store = openLocalStore(() => {
    throw new Error('no browser here');
  });
  credentials = new Credentials(store, 'plan');
});

describe('credentials on the device', () => {
  it('are of one document and outlive the page', () => {
    credentials.useLink('link.a');
    credentials.keepRole('viewer');
    expect(new Credentials(store, 'other').link).toBeNull();
    const later = new Credentials(store, 'plan');
    expect(later.link).toEqual({ credential: 'link.a', ticket: null });
    expect(later.role).toBe('viewer');
  });

  it('use the link that was opened last, and go back to the one before when it is given up', () => {
    credentials.useLink('link.a');
    credentials.keepTicket({ token: 'ticket.a', expiresAt: 1 });
    credentials.useLink('link.b');
    expect(credentials.link).toEqual({ credential: 'link.b', ticket: null });
    credentials.forgetLink();
    expect(credentials.link).toEqual({ credential: 'link.a', ticket: { token: 'ticket.a', expiresAt: 1 } });
    credentials.keepTicket(null);
    expect(credentials.link?.ticket).toBeNull();
    credentials.forgetLink();
    expect(credentials.link).toBeNull();
  });

  it('list a link that is opened again once, with its ticket', () => {
    credentials.useLink('link.a');
    credentials.keepTicket({ token: 'ticket.a', expiresAt: 1 });
    credentials.useLink('link.b');
    credentials.useLink('link.a');
    expect(credentials.link?.ticket?.token).toBe('ticket.a');
    credentials.forgetLink();
    expect(credentials.link?.credential).toBe('link.b');
    credentials.forgetLink();
    expect(credentials.link).toBeNull();
  });

  it('never lose an owner key to another one', () => {
    credentials.keepOwnerKey('own.mine', false);
    credentials.claimed();
    credentials.keepOwnerKey('own.trap', true);
    expect(credentials.ownerKey).toEqual({ credential: 'own.mine', claimed: true });
    credentials.forgetOwnerKey();
    credentials.keepOwnerKey('own.other', true);
    expect(credentials.ownerKey?.credential).toBe('own.other');
  });

  it('[SEC-17] keep what an address brought beside what is in use', () => {
    credentials.useLink('link.a');
    credentials.replaceOwnerKey('own.mine');
    credentials.offer({ kind: 'own', credential: 'own.trap' });
    const later = new Credentials(store, 'plan');
    expect(later.offered).toEqual({ kind: 'own', credential: 'own.trap' });
    expect([later.link?.credential, later.ownerKey?.credential]).toEqual(['link.a', 'own.mine']);
    later.settleOffer();
    expect(later.offered).toBeNull();
  });

  it('know an owner key that an earlier version made for a document still to be created', () => {
    store.setItem('coscribe.access.plan', '{"ownerKey":{"credential":"own.k","claimed":false},"links":[],"role":null}');
    expect(credentials.wanted).toBe(true);
    credentials.claimed();
    expect([credentials.wanted, credentials.ownerKey]).toEqual([false, { credential: 'own.k', claimed: true }]);
  });

  it.each(['', '7', '[]', '{"links":[1,{"credential":"link.a"}],"ownerKey":{"credential":1},"role":"king"}'])(
    'are none when what was kept is damaged: %j',
    (damaged) => {
      store.setItem('coscribe.access.plan', damaged);
      expect([credentials.link, credentials.ownerKey, credentials.role]).toEqual([null, null, null]);
    },
  );
});
