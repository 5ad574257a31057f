import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import type { CoscribeProvider } from '../provider.ts';
import type { OfflineCopyState } from '../provider-options.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { textOf, World, write } from '../testing/world.ts';
import { OfflineCopy } from './offline-copy.ts';

/** The database of the world's document. */
const KEY = 'coscribe:ws://server/sync/notes';

let world: World;
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  world = new World();
});
afterEach(async () => {
  world.end();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Waits for what the database does in its own time, on a busy machine too. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 60_000 });
}

async function inspect<Result>(look: (database: IDBPDatabase) => Promise<Result>): Promise<Result> {
  const database = await openDB(KEY);
  try {
    return await look(database);
  } finally {
    database.close();
  }
}

const marks = () => inspect(async (database) => (await database.getAll('unsaved')) as { edits: number }[]);
const rows = () => inspect(async (database) => (await database.getAll('updates')) as Uint8Array[]);

/** The text of all rows together. */
async function keptText(): Promise<string> {
  const doc = new Y.Doc();
  for (const row of await rows()) Y.applyUpdate(doc, row);
  return doc.getText('content').toString();
}

async function open(): Promise<CoscribeProvider> {
  const provider = world.join({ offline: true });
  await provider.whenLoaded;
  await world.moment();
  return provider;
}

function statesOf(provider: CoscribeProvider): OfflineCopyState['state'][] {
  const states: OfflineCopyState['state'][] = [];
  provider.on('offline-copy', ({ state }) => states.push(state));
  return states;
}

describe('a reload', () => {
  test('without a network keeps the text, the title and the number of unsaved edits', async () => {
    const before = await open();
    write(before, 'saved. ');
    await world.moment();
    expect(before.saved).toBe(true);
    world.network.reachable = false;
    world.network.reset();
    write(before, 'only ');
    write(before, 'here.');
    await eventually(async () => expect(await keptText()).toBe('saved. only here.'));
    before.destroy();

    const after = await open();
    expect(textOf(after)).toBe('saved. only here.');
    expect(after.unsavedChanges).toBe(2);
    expect(after.saved).toBe(false);
    expect(after.properties).toEqual({ title: 'Notes', language: '' });

    world.network.reachable = true;
    await world.clock.advance(60_000);
    expect(after.saved).toBe(true);
    expect(world.server.durableText).toBe('saved. only here.');
    await eventually(async () => {
      await world.moment();
      expect(await marks()).toEqual([]);
    });
    after.destroy();
    expect((await open()).unsavedChanges).toBe(0);
  });

  test('merges what others wrote meanwhile', async () => {
    const before = await open();
    write(before, 'base');
    await world.moment();
    world.network.reachable = false;
    world.network.reset();
    write(before, ' mine');
    before.destroy();
    world.server.doc.getText('content').insert(0, 'theirs ');
    world.network.reachable = true;
    const after = await open();
    await eventually(async () => {
      await world.moment();
      expect(after.saved && after.synced).toBe(true);
    });
    expect(textOf(after)).toBe('theirs base mine');
    expect(world.server.durableText).toBe('theirs base mine');
  });

  test('an edit made before the copy was read, on a page that left at once, is not lost', async () => {
    world.network.reachable = false;
    const before = world.join({ offline: true });
    write(before, 'quick');
    before.destroy();
    await eventually(async () => expect(await keptText()).toBe('quick'));
    const after = await open();
    expect(textOf(after)).toBe('quick');
    expect(after.unsavedChanges).toBe(1);
  });

  test('an edit that does not fit yet is saved only when it fits and was sent', async () => {
    const writer = new Y.Doc();
    const updates: Uint8Array[] = [];
    writer.on('update', (update: Uint8Array) => updates.push(update));
    writer.getText('content').insert(0, 'one ');
    writer.getText('content').insert(4, 'two');
    const [first, second] = updates;
    if (first === undefined || second === undefined) throw new Error('two updates');
    (await open()).destroy();
    await inspect(async (database) => {
      const transaction = database.transaction(['unsaved', 'updates'], 'readwrite');
      await transaction.objectStore('updates').add(second);
      await transaction.objectStore('unsaved').add({ edits: 1 });
      await transaction.done;
    });
    const after = await open();
    expect(after.synced).toBe(true);
    expect(after.unsavedChanges).toBe(1);
    Y.applyUpdate(world.server.doc, first);
    await world.moment();
    expect(world.server.durableText).toBe('one two');
    expect(after.saved).toBe(true);
  });

  test('what is saved is marked so as soon as somebody asks for it, without waiting for a timer', async () => {
    const provider = await open();
    write(provider, 'x');
    await world.moment();
    expect(provider.saved).toBe(true);
    await provider.whenKept();
    expect(await marks()).toEqual([]);
    expect(await keptText()).toBe('x');
    world.server.storesAtOnce = false;
    write(provider, 'y');
    await provider.whenKept();
    expect(await marks()).toHaveLength(1);
    provider.destroy();
    await provider.whenKept();
  });

  test('an edit of the last page is saved only by an answer that carries it', async () => {
    world.network.reachable = false;
    const before = await open();
    write(before, 'x');
    before.destroy();
    world.network.reachable = true;
    world.server.storesAtOnce = false;
    const after = await open();
    await eventually(async () => {
      await world.clock.advance(1_000);
      expect(after.synced).toBe(true);
    });
    expect(after.unsavedChanges).toBe(1);
    world.server.store();
    await world.moment();
    expect(after.saved).toBe(true);
  });
});

describe('an epoch', () => {
  test('[SYN-5] a copy of an older epoch is never sent and stays for export', async () => {
    const before = await open();
    write(before, 'mine');
    await world.moment();
    before.destroy();
    await eventually(async () => expect(await keptText()).toBe('mine'));
    world.server.replace('second', 'theirs');
    const updates = world.server.updates;
    const after = await open();
    await world.clock.advance(60_000);
    expect(after.closed?.name).toBe('epoch-changed');
    expect(textOf(after)).toBe('mine');
    expect(world.server.updates).toBe(updates);
    await after.deleteOfflineCopy();
    after.destroy();
    const fresh = await open();
    await world.moment();
    expect(textOf(fresh)).toBe('theirs');
  });

  test('[SYN-5] an empty copy takes any epoch', async () => {
    const before = await open();
    await world.moment();
    before.destroy();
    world.server.replace('second', 'theirs');
    const after = await open();
    await world.clock.advance(5_000);
    expect(after.closed).toBeNull();
    expect(textOf(after)).toBe('theirs');
    after.destroy();
    await eventually(async () => expect(await keptText()).toBe('theirs'));
    expect(await inspect((database) => database.get('meta', 'epoch'))).toBe('second');
  });

  test('[SYN-5] two tabs never put two epochs into one copy', async () => {
    const [tab, other] = [await open(), await open()];
    await world.moment();
    world.server.replace('second', 'theirs');
    const failed = statesOf(other);
    // One tab has taken over text of the new epoch …
    const doc = new Y.Doc();
    doc.getText('content').insert(0, 'theirs');
    await inspect(async (database) => {
      const transaction = database.transaction(['meta', 'updates'], 'readwrite');
      await transaction.objectStore('meta').put('second', 'epoch');
      await transaction.objectStore('updates').add(Y.encodeStateAsUpdate(doc));
      await transaction.done;
    });
    // … before the other, still in the first, writes.
    write(other, 'mine');
    await eventually(() => expect(failed).toEqual(['failed']));
    expect(await keptText()).toBe('theirs');
    tab.destroy();
  });
});

describe('two tabs', () => {
  test('write to one copy at the same time, and a third reads both', async () => {
    world.network.reachable = false;
    const [left, right] = [await open(), await open()];
    for (let i = 0; i < 20; i++) {
      write(left, 'l');
      write(right, 'r');
    }
    await eventually(async () => {
      await world.moment();
      expect(await keptText()).toHaveLength(40);
    });
    await eventually(async () => {
      const edits = (await marks()).reduce((sum, mark) => sum + mark.edits, 0);
      expect(edits).toBe(40);
    });
    const third = await open();
    expect(textOf(third)).toHaveLength(40);
    expect(third.unsavedChanges).toBe(40);
  });

  test('one that saves deletes only the marks it counted', async () => {
    world.network.reachable = false;
    const left = await open();
    write(left, 'early');
    await eventually(async () => expect(await marks()).toHaveLength(1));
    const right = await open();
    expect(right.unsavedChanges).toBe(1);
    write(left, 'late');
    await eventually(async () => expect(await marks()).toHaveLength(2));
    left.disconnect();
    world.network.reachable = true;
    right.retryNow();
    await eventually(async () => {
      await world.moment();
      expect(right.saved).toBe(true);
      expect(await marks()).toHaveLength(1);
    });
  });
});

describe('compaction', () => {
  async function fill(count: number): Promise<void> {
    const copy = newCopy(new Y.Doc());
    await copy.open();
    await copy.read();
    await copy.close();
    const doc = new Y.Doc();
    await inspect(async (database) => {
      const transaction = database.transaction('updates', 'readwrite');
      doc.on('update', (update: Uint8Array) => void transaction.store.add(update));
      for (let i = 0; i < count; i++) doc.getText('content').insert(0, 'x');
      await transaction.done;
    });
  }

  function newCopy(doc: Y.Doc): OfflineCopy {
    return new OfflineCopy({
      key: KEY,
      unowned: null,
      clock: new FakeClock(),
      encodeState: () => Y.encodeStateAsUpdate(doc),
      failed: (error) => {
        throw error;
      },
    });
  }

  test('replaces what the page holds by one row and keeps what another tab wrote', async () => {
    await fill(600);
    const doc = new Y.Doc();
    const copy = newCopy(doc);
    await copy.open();
    const content = await copy.read();
    for (const { update } of content.rows) Y.applyUpdate(doc, update);
    // Another tab writes after this one has read.
    const other = new Y.Doc();
    other.getText('content').insert(0, 'other ');
    await inspect((database) => database.add('updates', Y.encodeStateAsUpdate(other)));

    copy.applied(content.rows.map(({ key }) => key));
    doc.getText('content').insert(0, 'mine ');
    copy.append(Y.encodeStateAsUpdate(doc), 1);
    await eventually(async () => expect(await rows()).toHaveLength(2));
    const text = await keptText();
    expect(text).toHaveLength(600 + 'mine '.length + 'other '.length);
    expect(text).toContain('other ');
    await copy.close();
  });

  test('happens in a provider too, and a reload reads the same text', async () => {
    await fill(600);
    world.network.reachable = false;
    const before = await open();
    write(before, '!');
    await eventually(async () => expect(await rows()).toHaveLength(1));
    before.destroy();
    const after = await open();
    expect(textOf(after)).toBe(`${'x'.repeat(600)}!`);
    expect(after.unsavedChanges).toBe(1);
  });
});

describe('failures never stop editing', () => {
  async function expectEditing(provider: CoscribeProvider): Promise<void> {
    write(provider, 'still here');
    await eventually(async () => {
      await world.moment();
      expect(world.server.durableText).toContain('still here');
      expect(provider.saved).toBe(true);
    });
  }

  test('a browser without IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const provider = world.join({ offline: true });
    const states = statesOf(provider);
    await expectEditing(provider);
    expect(states).toEqual(['unavailable']);
  });

  test('a database that cannot be opened', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('private mode', 'SecurityError');
    });
    const provider = world.join({ offline: true });
    const states = statesOf(provider);
    await expectEditing(provider);
    expect(provider.loaded).toBe(true);
    expect(provider.keptOnDevice).toBe(false);
    expect(states).toEqual(['failed']);
  });

  test('a full disk', async () => {
    const provider = await open();
    const states = statesOf(provider);
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(provider.keptOnDevice).toBe(true);
    await expectEditing(provider);
    await eventually(() => expect(states).toEqual(['failed']));
    expect(provider.keptOnDevice).toBe(false);
  });

  test('another tab that deletes the copy', async () => {
    const provider = await open();
    const states = statesOf(provider);
    await deleteDB(KEY);
    await eventually(() => expect(states).toEqual(['failed']));
    await expectEditing(provider);
  });

  test('a row that is not an update', async () => {
    const before = await open();
    write(before, 'good');
    await world.moment();
    before.destroy();
    await inspect((database) => database.add('updates', new Uint8Array([9, 9, 9])));
    await eventually(async () => expect(await rows()).toHaveLength(2));
    const after = await open();
    expect(textOf(after)).toBe('good');
    await expectEditing(after);
  });

  test('[SYN-2] a copy that takes too long is not waited for, and is merged and sent when it comes', async () => {
    world.network.reachable = false;
    const before = await open();
    write(before, 'from the copy');
    before.destroy();
    await eventually(async () => expect(await keptText()).toBe('from the copy'));
    world.network.reachable = true;
    const lock = await lockDatabase();

    const after = world.join({ offline: true });
    await world.clock.advance(2_900);
    expect(after.keptOnDevice).toBe(true);
    expect(after.status).toBe('connecting');
    await world.clock.advance(200);
    expect(after.synced).toBe(true);
    expect(after.loaded).toBe(false);
    expect(after.keptOnDevice).toBe(false);
    write(after, 'new ');
    await world.moment();
    expect(world.server.text).toBe('new ');

    await lock.release();
    await after.whenLoaded;
    await world.moment();
    expect(world.server.durableText).toContain('from the copy');
    expect(world.server.durableText).toContain('new ');
    expect(after.saved).toBe(true);
    expect(after.keptOnDevice).toBe(true);
  });

  /** Holds a write transaction over the whole database until it is released. */
  async function lockDatabase(): Promise<{ release(): Promise<void> }> {
    const database = await openDB(KEY);
    const transaction = database.transaction(['meta', 'updates', 'unsaved'], 'readwrite');
    let held = true;
    const holding = (async () => {
      while (held) await transaction.objectStore('meta').get('epoch');
      await transaction.done;
      database.close();
    })();
    return {
      release: () => {
        held = false;
        return holding;
      },
    };
  }
});
