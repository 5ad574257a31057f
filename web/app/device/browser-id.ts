import { type KeptStrings, siteKey } from './local-store.ts';

/**
 * What tells others that two tabs are one browser's. Another one for each document, so that nobody who is in two of them can
 * tell that somebody else is, too.
 */
export function browserId(store: KeptStrings, documentName: string, makeId: () => string): string {
  const key = siteKey(`coscribe.browser.${documentName}`);
  const kept = store.getItem(key);
  if (kept !== null && /^[\w-]{8,64}$/.test(kept)) return kept;
  const made = makeId();
  store.setItem(key, made);
  return made;
}
