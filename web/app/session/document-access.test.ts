import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../protocol/roles.ts';
import { ApiError } from '../api/api-request.ts';
import type { SessionInfo } from '../api/site-session.ts';
import { Credentials } from '../device/credentials.ts';
import { openLocalStore } from '../device/local-store.ts';
import { DocumentAccess } from './document-access.ts';

/** A server as far as a way in sees it. */
class World {
  readonly store = openLocalStore(() => {
    throw new Error('no browser here');
  });
  readonly credentials = new Credentials(this.store, 'plan');
  readonly calls: string[] = [];
  readonly told: string[] = [];
  /** A link with a password. */
  locked: string | null = null;
  reachable = true;
  now = 1_000;
  session = '';
  info: SessionInfo = { person: null, signIn: null };
  /** What creating answers; null for success. */
  creation: ApiError | null = null;
  /** The role of each credential at the server. */
  readonly roles = new Map<string, Role>();
  ticket: ApiError | { token: string; expiresIn: number } = { token: 'ticket.t', expiresIn: 500 };

  open(): DocumentAccess {
    return new DocumentAccess({
      credentials: this.credentials,
      api: {
        create: async (token) => {
          this.calls.push(`create ${token}`);
          if (this.creation !== null) throw this.creation;
        },
        access: async (token = '') => {
          this.calls.push(`access ${token}`);
          if (!this.reachable) throw unreachable;
          if (token === this.locked) throw new ApiError('No.', { status: 401, code: 'password-needed' });
          const role = this.roles.get(token);
          if (role === undefined) throw new ApiError('No.', { status: 403, code: 'forbidden' });
          return { role, anyone: null };
        },
        ticket: async (link, password) => {
          this.calls.push(`ticket ${link} ${password}`);
          if (this.ticket instanceof ApiError) throw this.ticket;
          return this.ticket;
        },
      },
      session: { info: async () => this.info, token: async () => this.session },
      connect: () => this.calls.push('connect'),
      showAgain: () => this.calls.push('show again'),
      tell: (sentence) => this.told.push(sentence),
      now: () => this.now,
    });
  }
}

const exists = new ApiError('It exists.', { status: 409, code: 'document-exists' });
const unreachable = new ApiError('The server cannot be reached right now.');

let world: World;
beforeEach(() => {
  world = new World();
});

describe('the token', () => {
  it('is empty for somebody who has nothing to show', async () => {
    expect(await world.open().token()).toBe('');
    expect(world.calls).toEqual([]);
  });

  it('joins all there is: owner key, link, session', async () => {
    const documentAccess = world.open();
    world.credentials.replaceOwnerKey('own.k');
    world.credentials.useLink('link.a');
    world.session = 'session';
    expect(await documentAccess.token()).toBe('own.k~link.a~session');
  });

  it('has the ticket in place of the link for as long as it is good', async () => {
    const documentAccess = world.open();
    world.credentials.useLink('link.a');
    await documentAccess.enterPassword('word');
    expect(world.calls).toEqual(['ticket link.a word', 'connect']);
    expect(await documentAccess.token()).toBe('ticket.t');
    world.now += 500;
    expect(await documentAccess.token()).toBe('link.a');
  });
});

describe('a new document', () => {
  it('is created with a key of this device before anything else is asked, once', async () => {
    const documentAccess = world.open();
    documentAccess.take({ kind: 'new', mark: null });
    expect(documentAccess.ownerKey).toBeNull();
    const [token, again] = await Promise.all([documentAccess.token(), documentAccess.token()]);
    expect(token).toMatch(/^own\.[\w-]{43}$/);
    expect(again).toBe(token);
    expect(await documentAccess.token()).toBe(token);
    expect(world.calls).toEqual([`create ${token}`]);
    expect(documentAccess.ownerKey).toBe(token);
  });

  it('[SEC-16] is a signed-in person’s, who owns it wherever they sign in: no key is made or sent', async () => {
    world.session = 'session';
    const documentAccess = world.open();
    documentAccess.take({ kind: 'new', mark: null });
    expect(await documentAccess.token()).toBe('session');
    expect(await documentAccess.token()).toBe('session');
    expect(world.calls).toEqual(['create session']);
    expect([world.credentials.ownerKey, world.credentials.wanted, documentAccess.holdsKey]).toEqual([
      null,
      false,
      true,
    ]);
  });

  it('that was to be a guest’s and is created after a sign-in leaves no key', async () => {
    world.credentials.keepOwnerKey('own.k', false);
    world.session = 'session';
    expect(await world.open().token()).toBe('session');
    expect(world.calls).toEqual(['create session']);
    expect(world.credentials.ownerKey).toBeNull();
  });

  it('that a guest’s key had created before the sign-in stays that key’s', async () => {
    world.credentials.keepOwnerKey('own.k', false);
    world.roles.set('own.k', 'owner');
    world.session = 'session';
    world.creation = exists;
    expect(await world.open().token()).toBe('own.k~session');
  });

  it('is tried again later when the server cannot be reached, with the same key', async () => {
    const documentAccess = world.open();
    documentAccess.take({ kind: 'new', mark: null });
    world.creation = unreachable;
    await expect(documentAccess.token()).rejects.toBe(unreachable);
    await expect(documentAccess.token()).rejects.toBe(unreachable);
    world.creation = null;
    await world.open().token();
    expect(new Set(world.calls).size).toBe(1);
    expect(documentAccess.ownerKey).not.toBeNull();
  });

  it('whose creation succeeded without the answer arriving is recognised as one’s own', async () => {
    const documentAccess = world.open();
    world.credentials.keepOwnerKey('own.k', false);
    world.roles.set('own.k', 'owner');
    world.creation = exists;
    expect(await documentAccess.token()).toBe('own.k');
  });

  it('that somebody else has created is entered as a guest', async () => {
    const documentAccess = world.open();
    documentAccess.take({ kind: 'new', mark: null });
    world.creation = exists;
    expect(await documentAccess.token()).toBe('');
    expect(world.credentials.ownerKey).toBeNull();
  });

  it('that may not be created is told of once; the key is kept for when it may be', async () => {
    const documentAccess = world.open();
    documentAccess.take({ kind: 'new', mark: null });
    world.creation = new ApiError('Sign in to create documents.', { status: 401, code: 'unauthenticated' });
    expect(await documentAccess.token()).toBe('');
    expect(await documentAccess.token()).toBe('');
    expect(world.told).toEqual(['The document was not created. Sign in to create documents.']);
    world.creation = null;
    expect(await world.open().token()).toMatch(/^own\./);
  });
});

describe('[SEC-17] what an address brings', () => {
  it('is in use when the server takes it, and asked about once', async () => {
    world.roles.set('link.a', 'viewer').set('own.k', 'owner');
    const documentAccess = world.open();
    documentAccess.take({ kind: 'link', credential: 'link.a' });
    expect(await Promise.all([documentAccess.token(), documentAccess.token()])).toEqual(['link.a', 'link.a']);
    expect(world.calls).toEqual(['access link.a']);
    documentAccess.take({ kind: 'own', credential: 'own.k' });
    expect(await documentAccess.token()).toBe('own.k~link.a');
  });

  it('keeps nobody out of a document that is open to them', async () => {
    world.roles.set('', 'editor');
    const documentAccess = world.open();
    documentAccess.take({ kind: 'own', credential: 'own.trap' });
    expect(await documentAccess.token()).toBe('');
    documentAccess.take({ kind: 'link', credential: 'link.trap' });
    expect(await documentAccess.token()).toBe('');
    expect(world.told).toEqual([
      'The owner key in the link is not one of this document.',
      'The link that you opened does not work.',
    ]);
  });

  it('never pushes out what works, however much of it there is', async () => {
    world.roles.set('link.good', 'editor').set('own.mine', 'owner').set('own.other', 'owner');
    world.credentials.useLink('link.good');
    world.credentials.replaceOwnerKey('own.mine');
    const documentAccess = world.open();
    for (let trap = 0; trap < 6; trap++) {
      documentAccess.take({ kind: 'link', credential: `link.trap${trap}` });
      expect(await documentAccess.token()).toBe('own.mine~link.good');
      documentAccess.take({ kind: 'own', credential: `own.trap${trap}` });
      expect(await documentAccess.token()).toBe('own.mine~link.good');
    }
    // Anyone who has sent another key that works can take it away again.
    documentAccess.take({ kind: 'own', credential: 'own.other' });
    expect(await documentAccess.token()).toBe('own.mine~link.good');
    world.roles.delete('own.mine');
    documentAccess.take({ kind: 'own', credential: 'own.other' });
    expect(await documentAccess.token()).toBe('own.other~link.good');
  });

  it('is shown all the same where nothing else lets them in: the refusal says why', async () => {
    const documentAccess = world.open();
    documentAccess.take({ kind: 'link', credential: 'link.gone' });
    expect(await documentAccess.token()).toBe('link.gone');
    expect([documentAccess.usesLink, world.told]).toEqual([true, []]);
  });

  it('outlives a reload while the server cannot be asked', async () => {
    world.reachable = false;
    const documentAccess = world.open();
    documentAccess.take({ kind: 'link', credential: 'link.a' });
    await expect(documentAccess.token()).rejects.toBe(unreachable);
    world.reachable = true;
    world.roles.set('link.a', 'viewer');
    expect(await world.open().token()).toBe('link.a');
  });

  it('is a link whose password is still to be given, too', async () => {
    world.locked = 'link.locked';
    world.roles.set('', 'editor');
    const documentAccess = world.open();
    documentAccess.take({ kind: 'link', credential: 'link.locked' });
    expect(await documentAccess.token()).toBe('link.locked');
  });
});

describe('a refusal', () => {
  it('of a ticket asks for the password again', async () => {
    const documentAccess = world.open();
    world.credentials.useLink('link.a');
    await documentAccess.enterPassword('word');
    world.calls.length = 0;
    documentAccess.refused('unauthenticated');
    expect(world.calls).toEqual(['connect']);
    expect(await documentAccess.token()).toBe('link.a');
    documentAccess.refused('unauthenticated');
    expect(world.calls).toEqual(['connect']);
  });

  it('of somebody who was in is tried once more: an edit may have crossed the loss of a role', () => {
    const documentAccess = world.open();
    documentAccess.letIn('editor');
    documentAccess.refused('forbidden');
    expect(world.calls).toEqual(['connect']);
    documentAccess.letIn('viewer');
    expect([documentAccess.wasIn, documentAccess.lastRole]).toEqual([false, 'viewer']);
    documentAccess.refused('forbidden');
    documentAccess.refused('forbidden');
    expect(world.calls).toEqual(['connect', 'connect']);
    expect(documentAccess.wasIn).toBe(true);
  });

  it('of somebody who never was in is not tried again', () => {
    const documentAccess = world.open();
    documentAccess.refused('forbidden');
    expect([world.calls, documentAccess.wasIn]).toEqual([[], false]);
  });

  it('leaves giving up what does not work', async () => {
    const documentAccess = world.open();
    world.credentials.replaceOwnerKey('own.k');
    world.credentials.useLink('link.a');
    documentAccess.forgetLink();
    expect(await documentAccess.token()).toBe('own.k');
    documentAccess.forgetOwnerKey();
    expect(await documentAccess.token()).toBe('');
    expect(world.calls).toEqual(['connect', 'connect']);
  });

  it('of a password is the caller’s to show, and nothing is kept', async () => {
    const documentAccess = world.open();
    world.credentials.useLink('link.a');
    world.ticket = new ApiError('The password is wrong.', { status: 403, code: 'wrong-password' });
    await expect(documentAccess.enterPassword('no')).rejects.toThrow('The password is wrong.');
    expect(await documentAccess.token()).toBe('link.a');
    expect(world.calls).toEqual(['ticket link.a no']);
  });
});

describe('an owner key from another device', () => {
  it('is kept when the server knows it, and shown at once', async () => {
    const documentAccess = world.open();
    const keys: (string | null)[] = [];
    documentAccess.onChange(() => keys.push(documentAccess.ownerKey));
    world.roles.set('own.k', 'owner');
    await documentAccess.useOwnerKey('own.k');
    expect(keys.at(-1)).toBe('own.k');
    expect(world.calls).toEqual(['access own.k', 'show again', 'connect']);
  });

  it('that is not this document’s leaves everything as it was', async () => {
    const documentAccess = world.open();
    world.credentials.replaceOwnerKey('own.mine');
    await expect(documentAccess.useOwnerKey('own.k')).rejects.toThrow(ApiError);
    expect(documentAccess.ownerKey).toBe('own.mine');
  });
});
