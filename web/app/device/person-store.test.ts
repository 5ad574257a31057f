import { beforeEach, expect, it } from 'vitest';
import { type KeptStrings, openLocalStore } from './local-store.ts';
import { guestKeys, personKeys, personStore } from './person-store.ts';
import { recentDocuments, rememberDocument } from './recent-documents.ts';

let store: KeptStrings;

beforeEach(() => {
  // The stand-in keeps everything in memory.
  store = openLocalStore(() => {
    throw new Error('no browser here');
  });
});

it('[DEV-5] each person has a list of their own, and the guest the one that stood alone before', () => {
  rememberDocument(store, { name: 'old', title: '', openedAt: 1 });
  const alice = personStore(store, 'https://id.example|alice');
  rememberDocument(alice, { name: 'a', title: '', openedAt: 2 });
  const names = (of: KeptStrings) => recentDocuments(of).map(({ name }) => name);
  expect(names(alice)).toEqual(['a']);
  expect(names(personStore(store, 'https://id.example|bob'))).toEqual([]);
  expect(names(personStore(store, null))).toEqual(['old']);
});

it('what is of the device is everybody’s', () => {
  personStore(store, 'alice').setItem('coscribe.theme', 'dark');
  expect(personStore(store, null).getItem('coscribe.theme')).toBe('dark');
});

it('[DEV-5] nothing is written for a person who is no longer here', () => {
  const alice = personStore(store, 'alice', () => false);
  rememberDocument(alice, { name: 'a', title: '', openedAt: 2 });
  expect(recentDocuments(alice)).toEqual([]);
});

it('tells the keys of a person from those of everybody else, and a guest’s from those of other sites', () => {
  const keys = ['coscribe:alice:coscribe.recent', 'coscribe:alice%3A:coscribe.recent', 'coscribe.access.x:alice:'];
  expect(personKeys('alice', keys)).toEqual(['coscribe.recent']);
  expect(personKeys('alice:', keys)).toEqual(['coscribe.recent']);
  const all = ['coscribe.recent', 'coscribe.access.a', 'coscribe.recent@/notes/', 'coscribe.theme', 'of the host'];
  expect(guestKeys(all)).toEqual(['coscribe.recent', 'coscribe.access.a']);
});
