import 'fake-indexeddb/auto';
import { getEventListeners } from 'node:events';
import { IDBFactory } from 'fake-indexeddb';
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { CoscribeProvider } from './provider.ts';
import { textOf, World, write } from './testing/world.ts';

/** Waits for what the browser's own parts do in their time; the default of a second is short on a busy machine. */
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 60_000 });

const KEY = 'coscribe:ws://server/sync/notes';
const PAGE_EVENTS = ['online', 'pagehide', 'beforeunload', 'visibilitychange'];

let world: World;
let page: { window: EventTarget; document: EventTarget & { visibilityState: string } };
beforeEach(() => {
  page = { window: new EventTarget(), document: Object.assign(new EventTarget(), { visibilityState: 'visible' }) };
  vi.stubGlobal('window', page.window);
  vi.stubGlobal('document', page.document);
  vi.stubGlobal('indexedDB', new IDBFactory());
  world = new World();
});
afterEach(() => {
  world.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const listeners = (target: EventTarget): string[] =>
  PAGE_EVENTS.filter((type) => getEventListeners(target, type).length > 0);

/** Whether the page would ask before it is left. */
function wouldAsk(): boolean {
  // Node's plain Event does not let `returnValue` be set, a browser's BeforeUnloadEvent does.
  const event = Object.defineProperty(new Event('beforeunload', { cancelable: true }), 'returnValue', {
    writable: true,
  });
  page.window.dispatchEvent(event);
  return event.defaultPrevented;
}

describe('[CON-5] destroy', () => {
  const observers = (doc: Y.Doc): number => [...doc._observers.values()].reduce((sum, set) => sum + set.size, 0);

  test('leaves no timer, listener, socket or open database', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    const before = { intervals: vi.getTimerCount(), doc: observers(doc) };
    const alice = world.join({ offline: true, awareness }, doc);
    await alice.whenLoaded;
    await world.moment();
    write(alice, 'a');
    awareness.setLocalStateField('cursor', 1);
    await world.clock.advance(1);
    write(alice, 'unsent');
    expect(listeners(page.window)).toEqual(['online', 'pagehide', 'beforeunload']);
    expect(listeners(page.document)).toEqual(['visibilitychange']);

    alice.destroy();
    alice.destroy();
    await world.moment();
    expect(world.clock.pending).toBe(0);
    expect(vi.getTimerCount()).toBe(before.intervals);
    expect(world.network.wires.size).toBe(0);
    expect(listeners(page.window)).toEqual([]);
    expect(listeners(page.document)).toEqual([]);
    expect(observers(doc)).toBe(before.doc);
    expect(awareness._observers.size).toBe(0);
    // What it could it has sent and stored: a database that is still open would block this.
    expect(world.server.text).toBe('aunsent');
    await deleteDB(KEY);
    awareness.destroy();
    // Nothing comes back to life.
    alice.connect();
    alice.retryNow();
    alice.disconnect();
    write(alice, 'later');
    await world.clock.advance(60_000);
    expect(world.network.attempts).toBe(1);
    expect(alice.status).toBe('disconnected');
  });

  test.each([
    ['before anything happened', async (): Promise<void> => undefined],
    ['while the socket opens', (): Promise<void> => world.clock.advance(3)],
    ['while it waits for the welcome', (): Promise<void> => world.clock.advance(6)],
    ['while it waits for the next attempt', (): Promise<void> => world.clock.advance(20)],
  ] as const)('%s', async (when, wait) => {
    if (when.includes('next attempt')) world.network.reachable = false;
    const alice = world.join({ offline: true });
    await wait();
    alice.destroy();
    await world.moment();
    expect(world.clock.pending).toBe(0);
    expect(world.network.wires.size).toBe(0);
    expect(listeners(page.window)).toEqual([]);
    await deleteDB(KEY);
  });

  test('comes with the end of the document', async () => {
    const alice = world.join();
    await world.moment();
    alice.doc.destroy();
    await world.moment();
    expect(world.network.wires.size).toBe(0);
    expect(world.clock.pending).toBe(0);
  });
});

describe('leaving the page', () => {
  test('is asked about while edits are only here, and only then', async () => {
    const alice = world.join();
    await world.moment();
    expect(wouldAsk()).toBe(false);
    expect(listeners(page.window)).not.toContain('beforeunload');
    world.server.storesAtOnce = false;
    write(alice, 'x');
    expect(wouldAsk()).toBe(true);
    await world.moment();
    expect(wouldAsk()).toBe(true);
    world.server.store();
    await world.moment();
    expect(wouldAsk()).toBe(false);
    expect(listeners(page.window)).not.toContain('beforeunload');
  });

  test('writes and sends first what was gathered', async () => {
    const alice = world.join({ offline: true });
    await alice.whenLoaded;
    await world.moment();
    world.server.doc.getText('content').insert(0, 'remote ');
    await world.clock.advance(6);
    write(alice, 'a');
    await world.clock.advance(1);
    expect(textOf(alice)).toBe('remote a');
    write(alice, 'b');
    world.network.frames.length = 0;
    page.document.visibilityState = 'hidden';
    page.document.dispatchEvent(new Event('visibilitychange'));
    expect(world.network.frames).toHaveLength(1);
    // No time passes: what is kept was written without a timer.
    await eventually(async () => {
      const database = await openDB(KEY);
      const kept = new Y.Doc();
      for (const row of (await database.getAll('updates')) as Uint8Array[]) Y.applyUpdate(kept, row);
      database.close();
      expect(kept.getText('content').toString()).toBe('remote ab');
    });
  });
});

describe('tabs of one browser', () => {
  const both = async (left: CoscribeProvider, right: CoscribeProvider, text: string): Promise<void> => {
    await eventually(async () => {
      await world.moment();
      expect(textOf(left)).toBe(text);
      expect(textOf(right)).toBe(text);
    });
  };

  test('share edits while they have no connection, each counting its own', async () => {
    world.network.reachable = false;
    const left = world.join({ offline: true });
    const right = world.join({ offline: true });
    await Promise.all([left.whenLoaded, right.whenLoaded]);
    write(left, 'l');
    await both(left, right, 'l');
    write(right, 'r');
    await both(left, right, 'lr');
    expect(left.unsavedChanges).toBe(1);
    expect(right.unsavedChanges).toBe(1);
  });

  test('one that is connected passes on what the others write', async () => {
    const left = world.join({ offline: true });
    const right = world.join({ offline: true });
    await Promise.all([left.whenLoaded, right.whenLoaded]);
    await world.moment();
    left.disconnect();
    write(left, 'from the tab without a connection');
    await eventually(async () => {
      await world.moment();
      expect(world.server.text).toBe('from the tab without a connection');
    });
    expect(right.unsavedChanges).toBe(0);
    // What the other tab's connection brought to the server is not saved for this one until its own says so.
    expect(left.unsavedChanges).toBe(1);
  });

  test('[SYN-5] of different epochs share nothing, and a wrong message does nothing', async () => {
    world.network.reachable = false;
    const alice = world.join({ offline: true });
    await alice.whenLoaded;
    const foreign = new Y.Doc();
    foreign.getText('content').insert(0, 'foreign');
    const update = Y.encodeStateAsUpdate(foreign);
    const errors: unknown[] = [];
    alice.on('error', (error) => errors.push(error));
    const channel = new BroadcastChannel(KEY);
    for (const message of [
      null,
      'hello',
      {},
      { version: 2, epoch: null, update },
      { version: 1, epoch: 'other', update },
      { version: 1, epoch: null, update: 'text' },
      { version: 1, epoch: null, update: new Uint8Array([1, 200, 3]) },
    ]) {
      channel.postMessage(message);
    }
    // The last one is broken but well addressed, so it is the one that is noticed.
    await eventually(() => expect(errors).toHaveLength(1));
    channel.close();
    expect(textOf(alice)).toBe('');
  });
});
