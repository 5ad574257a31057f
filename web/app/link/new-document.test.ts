import { expect, it } from 'vitest';
import { openLocalStore } from '../device/local-store.ts';
import { readFragment } from './link-fragment.ts';
import { isAskedForHere, newDocumentPath } from './new-document.ts';

const emptyStore = () =>
  openLocalStore(() => {
    throw new Error('no browser here');
  });

const markOf = (path: string) => {
  const fragment = readFragment(new URL(path, 'http://a').hash);
  return fragment?.kind === 'new' ? fragment.mark : null;
};

it('[SEC-17] a new document is asked for by the pages of this browser, each with a name of its own', () => {
  const store = emptyStore();
  const [first, second] = [newDocumentPath(store), newDocumentPath(store)];
  expect(first.split('#')[0]).not.toBe(second.split('#')[0]);
  expect([isAskedForHere(markOf(first), store), isAskedForHere(markOf(second), store)]).toEqual([true, true]);
});

it('[SEC-17] a link of anybody else asks for none', () => {
  const store = emptyStore();
  const foreign = markOf(newDocumentPath(emptyStore()));
  expect(foreign).not.toBeNull();
  expect([isAskedForHere(null, store), isAskedForHere(foreign, store)]).toEqual([false, false]);
  newDocumentPath(store);
  expect([isAskedForHere(null, store), isAskedForHere(foreign, store)]).toEqual([false, false]);
});
