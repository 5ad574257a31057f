import { beforeEach, describe, expect, it } from 'vitest';
import { type KeptStrings, openLocalStore } from './local-store.ts';
import { forgetDocument, recentDocuments, rememberDocument, retitleDocument } from './recent-documents.ts';

let store: KeptStrings;

beforeEach(() => {
  // The stand-in keeps everything in memory.
  store = openLocalStore(() => {
    throw new Error('no browser here');
  });
});

describe('recent documents', () => {
  it('are empty at first', () => {
    expect(recentDocuments(store)).toEqual([]);
  });

  it('come newest first, each once', () => {
    rememberDocument(store, { name: 'a', title: 'A', openedAt: 1 });
    rememberDocument(store, { name: 'b', title: '', openedAt: 2 });
    rememberDocument(store, { name: 'a', title: 'A again', openedAt: 3 });
    expect(recentDocuments(store)).toEqual([
      { name: 'a', title: 'A again', openedAt: 3 },
      { name: 'b', title: '', openedAt: 2 },
    ]);
  });

  it('take a new title in place and never by a title alone', () => {
    rememberDocument(store, { name: 'a', title: '', openedAt: 1 });
    rememberDocument(store, { name: 'b', title: '', openedAt: 2 });
    retitleDocument(store, 'a', 'Plan');
    retitleDocument(store, 'never-opened', 'Nothing');
    expect(recentDocuments(store).map(({ name, title }) => [name, title])).toEqual([
      ['b', ''],
      ['a', 'Plan'],
    ]);
  });

  it('can be forgotten one by one', () => {
    rememberDocument(store, { name: '__proto__', title: '', openedAt: 1 });
    rememberDocument(store, { name: 'b', title: '', openedAt: 2 });
    forgetDocument(store, '__proto__');
    expect(recentDocuments(store).map(({ name }) => name)).toEqual(['b']);
  });

  it('keep the newest fifty', () => {
    for (let i = 0; i < 60; i++) rememberDocument(store, { name: `d${i}`, title: '', openedAt: i });
    expect(recentDocuments(store)).toHaveLength(50);
    expect(recentDocuments(store)[0]?.name).toBe('d59');
    expect(recentDocuments(store).at(-1)?.name).toBe('d10');
  });

  it('leave out what is damaged', () => {
    store.setItem('coscribe.recent', JSON.stringify([null, 3, { name: 'a' }, { name: 'b', title: 'B', openedAt: 1 }]));
    expect(recentDocuments(store).map(({ name }) => name)).toEqual(['b']);
    store.setItem('coscribe.recent', '"text"');
    expect(recentDocuments(store)).toEqual([]);
  });
});
