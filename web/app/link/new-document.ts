import { type KeptStrings, openLocalStore, siteKey } from '../device/local-store.ts';
import { documentPath } from './document-link.ts';
import { unguessableName } from './unguessable-name.ts';

/**
 * The address of a document that nobody else knows of yet. Opened in this browser it creates the document: the mark in it is
 * one that only pages of this site know. Elsewhere, and made up by others, it asks first.
 */
export function newDocumentPath(store: KeptStrings = openLocalStore()): string {
  return `${documentPath(unguessableName())}#new.${keptMark(store) ?? makeMark(store)}`;
}

/** Goes to a new document. */
export function openNewDocument(): void {
  location.assign(newDocumentPath());
}

/** Whether a page of this site has asked for a new document in this browser. */
export function isAskedForHere(mark: string | null, store: KeptStrings): boolean {
  return mark !== null && mark === keptMark(store);
}

function markKey(): string {
  return siteKey('coscribe.new');
}

function keptMark(store: KeptStrings): string | null {
  return store.getItem(markKey());
}

function makeMark(store: KeptStrings): string {
  const mark = unguessableName();
  store.setItem(markKey(), mark);
  return mark;
}
