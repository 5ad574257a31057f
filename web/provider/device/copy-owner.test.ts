import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { CoscribeProvider } from '../provider.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { textOf, World, write } from '../testing/world.ts';
import { clearOfflineCopies } from './clear-offline-copies.ts';

/** The copy of guests, and in the layout before the only one. */
const KEY = 'coscribe:ws://server/sync/notes';

const jwt = (sub: string) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode('of the backend, 32 bytes or more'));

let world: World;
let alice: string;
let bob: string;
beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  world = new World();
  [alice, bob] = await Promise.all([jwt('alice'), jwt('bob')]);
});
afterEach(() => {
  world.end();
  vi.unstubAllGlobals();
});

const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 60_000 });

const names = async () => (await indexedDB.databases()).map(({ name }) => name).sort();

async function open(options: ProviderOptions): Promise<CoscribeProvider> {
  const provider = world.join({ offline: true, ...options });
  await provider.whenLoaded;
  await world.moment();
  return provider;
}

/** Opens with a token that only the server can read. */
async function openAsServerSays(token: string): Promise<CoscribeProvider> {
  const provider = world.join({ offline: true, token });
  await eventually(async () => {
    await world.moment();
    expect(provider.keptOnDevice && provider.synced).toBe(true);
  });
  return provider;
}

/** Writes without a network, and leaves when it is on the device. */
async function writeOffline(options: ProviderOptions, text: string): Promise<void> {
  world.network.reachable = false;
  const provider = await open({ ...options, connect: false });
  write(provider, text);
  await eventually(() => expect(provider.keptOnDevice).toBe(true));
  provider.destroy();
  await eventually(async () => expect((await names()).length).toBeGreaterThan(0));
  world.network.reachable = true;
}

/** A copy in the layout before copies belonged to people. */
async function makeOldCopy(text: string): Promise<void> {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, text);
  const database = await openDB(KEY, 1, {
    upgrade(created) {
      created.createObjectStore('updates', { autoIncrement: true });
      created.createObjectStore('unsaved', { autoIncrement: true });
      created.createObjectStore('meta');
    },
  });
  await database.add('updates', Y.encodeStateAsUpdate(doc));
  await database.add('unsaved', { edits: 1 });
  await database.put('meta', 'first', 'epoch');
  await database.put('meta', { title: 'Old', language: '' }, 'properties');
  database.close();
}

describe('[DEV-2] a copy', () => {
  test('is shown and sent by its person only, before the server answers too', async () => {
    await writeOffline({ token: alice }, 'of alice');
    world.network.reachable = false;
    expect(textOf(await open({ token: bob, connect: false }))).toBe('');
    expect(textOf(await open({ connect: false }))).toBe('');
    expect(textOf(await open({ token: async () => bob, connect: false }))).toBe('');
    world.network.reachable = true;
    const other = await open({ token: async () => bob });
    await eventually(() => expect(other.synced).toBe(true));
    expect([textOf(other), other.unsavedChanges, world.server.text]).toEqual(['', 0, '']);

    // Another token of the same person, as one gets at every connection.
    const again = await open({ token: async () => jwt('alice') });
    await eventually(async () => {
      await world.moment();
      expect(again.saved && again.synced).toBe(true);
    });
    expect(world.server.durableText).toBe('of alice');
  });

  test('of guests is that of all guests, whatever link they came by', async () => {
    await writeOffline({ token: 'link.one' }, 'of a guest');
    world.network.reachable = false;
    expect(textOf(await open({ token: 'own.two~link.three', connect: false }))).toBe('of a guest');
    expect(textOf(await open({ connect: false }))).toBe('of a guest');
  });

  test('with a token that only the server can read is opened when the server has said who it is', async () => {
    world.server.person = { id: 'u-1', name: 'Alice', color: null, avatar: null };
    const first = await openAsServerSays('a-secret-word');
    world.network.reachable = false;
    world.network.reset();
    write(first, 'of u-1');
    first.destroy();
    world.network.reachable = true;

    world.server.person = { id: 'u-2', name: 'Bob', color: null, avatar: null };
    const other = await openAsServerSays('another-word');
    expect([textOf(other), world.server.text]).toEqual(['', '']);

    world.server.person = { id: 'u-1', name: 'Alice', color: null, avatar: null };
    const again = await openAsServerSays('a-third-word');
    await eventually(async () => {
      await world.moment();
      expect(again.saved && world.server.durableText).toBe('of u-1');
    });
  });

  test('is named by the page where the page says so, whatever the server calls people', async () => {
    world.server.person = { id: 'directory:1812', name: 'Alice', color: null, avatar: null };
    const first = await open({ token: 'secret', person: 'alice' });
    expect(first.status).toBe('connected');
    expect(await names()).toEqual([`${KEY}#alice`]);
  });

  test('stays out of what is sent once the token function gives somebody else’s', async () => {
    let token = alice;
    const provider = await open({ token: async () => token });
    await eventually(() => expect(provider.synced).toBe(true));
    world.network.reachable = false;
    world.network.reset();
    write(provider, 'of alice');
    token = bob;
    world.network.reachable = true;
    await eventually(async () => {
      await world.clock.advance(60_000);
      expect(provider.closed?.name).toBe('other-person');
    });
    expect(world.server.text).toBe('');
  });

  test('ends a live connection whose token is renewed as somebody else’s', async () => {
    let token = alice;
    const provider = await open({ token: async () => token });
    await eventually(() => expect(provider.status).toBe('connected'));
    token = bob;
    provider.refreshToken();
    await eventually(() => expect(provider.closed?.name).toBe('other-person'));
    expect(world.server.tokens).toEqual([]);
  });

  test('ends when the server names somebody else on the same connection, and the token says nothing', async () => {
    world.server.person = { id: 'u-1', name: 'Alice', color: null, avatar: null };
    const provider = await openAsServerSays('secret');
    world.server.person = { id: 'u-2', name: 'Bob', color: null, avatar: null };
    world.server.tellAccess();
    await world.moment();
    expect(provider.closed?.name).toBe('other-person');
  });

  test('of a function that cannot say who it is yet is not shown, and what is written meanwhile is kept later', async () => {
    await writeOffline({ token: alice }, 'of alice');
    let answer: string | null = null;
    const provider = world.join({
      offline: true,
      token: async () => {
        if (answer === null) throw new Error('the backend is away');
        return answer;
      },
    });
    await world.clock.advance(5_000);
    write(provider, ' and more');
    expect([textOf(provider), provider.keptOnDevice]).toEqual([' and more', false]);
    answer = alice;
    await eventually(async () => {
      await world.clock.advance(60_000);
      expect(provider.loaded && provider.saved && provider.synced).toBe(true);
    });
    expect(world.server.durableText.length).toBe('of alice and more'.length);
  });
});

describe('[DEV-3] a copy of the layout before', () => {
  test('is that of the first person who opens the document, and nobody else’s from then on', async () => {
    await makeOldCopy('from before');
    world.network.reachable = false;
    const first = await open({ token: alice, connect: false });
    expect([textOf(first), first.unsavedChanges, first.properties?.title]).toEqual(['from before', 1, 'Old']);
    expect(await names()).toEqual([`${KEY}#alice`]);
    first.destroy();
    expect(textOf(await open({ connect: false }))).toBe('');
    expect(textOf(await open({ token: bob, connect: false }))).toBe('');
    expect(textOf(await open({ token: alice, connect: false }))).toBe('from before');
  });

  test('is that of guests when a guest comes first', async () => {
    await makeOldCopy('from before');
    world.network.reachable = false;
    const first = await open({ connect: false });
    expect([textOf(first), first.unsavedChanges]).toEqual(['from before', 1]);
    first.destroy();
    expect(textOf(await open({ token: alice, connect: false }))).toBe('');
    expect(textOf(await open({ connect: false }))).toBe('from before');
  });

  test('joins what the person has already, once, however often that is interrupted', async () => {
    await writeOffline({ token: alice }, 'newer');
    await makeOldCopy('from before');
    world.network.reachable = false;
    const provider = await open({ token: alice, connect: false });
    expect([...textOf(provider)].sort()).toEqual([...'newerfrom before'].sort());
    expect(await names()).toEqual([`${KEY}#alice`]);
  });

  test('of another life of the document is not mixed into what the person has', async () => {
    const provider = await open({ token: alice });
    await eventually(() => expect(provider.synced).toBe(true));
    await eventually(async () => {
      await world.moment();
      const kept = await openDB(`${KEY}#alice`);
      const epoch: unknown = await kept.get('meta', 'epoch');
      kept.close();
      expect(epoch).toBe('first');
    });
    provider.destroy();
    const database = await openDB(`${KEY}#alice`);
    await database.put('meta', 'second', 'epoch');
    database.close();
    await makeOldCopy('from before');
    world.network.reachable = false;
    expect(textOf(await open({ token: alice, connect: false }))).toBe('');
  });
});

describe('clearing copies', () => {
  test('takes those of one person, of one server, or all', async () => {
    await writeOffline({ token: alice }, 'a');
    await writeOffline({ token: bob }, 'b');
    await writeOffline({}, 'c');
    const other = await openDB('of the page itself', 1);
    other.close();
    await clearOfflineCopies({ server: 'ws://elsewhere/' });
    await clearOfflineCopies({ person: 'nobody' });
    expect(await names()).toEqual([KEY, `${KEY}#alice`, `${KEY}#bob`, 'of the page itself']);
    await clearOfflineCopies({ person: 'alice', server: 'ws://server/sync/' });
    expect(await names()).toEqual([KEY, `${KEY}#bob`, 'of the page itself']);
    await clearOfflineCopies({ person: null });
    expect(await names()).toEqual([`${KEY}#bob`, 'of the page itself']);
    await clearOfflineCopies();
    expect(await names()).toEqual(['of the page itself']);
  });

  test('leaves an editor that shows one at work, without a copy', async () => {
    const provider = await open({ token: alice });
    await eventually(() => expect(provider.synced).toBe(true));
    await clearOfflineCopies();
    write(provider, 'goes on');
    await eventually(async () => {
      await world.moment();
      expect(world.server.durableText).toBe('goes on');
    });
    expect([provider.keptOnDevice, await names()]).toEqual([false, []]);
  });

  test('says so where a browser cannot list what it keeps', async () => {
    Object.defineProperty(indexedDB, 'databases', { value: undefined });
    await expect(clearOfflineCopies()).rejects.toThrow('cannot list');
  });
});
