import { type KeptStrings, readJson, siteKey } from './local-store.ts';

/** One line of "recent documents on this device". */
export interface RecentDocument {
  readonly name: string;
  /** Empty until somebody names the document. */
  readonly title: string;
  /** When it was last opened here, in milliseconds since 1970. */
  readonly openedAt: number;
}

const key = () => siteKey('coscribe.recent');
/** Older ones fall off the end. */
const KEPT = 50;

/** The documents opened in this browser, newest first. They never leave the device. */
export function recentDocuments(store: KeptStrings): readonly RecentDocument[] {
  const value = readJson(store, key());
  return Array.isArray(value) ? value.filter(isRecentDocument) : [];
}

/** Puts a document on top of the list, or refreshes its line. */
export function rememberDocument(store: KeptStrings, document: RecentDocument): void {
  const others = recentDocuments(store).filter(({ name }) => name !== document.name);
  store.setItem(key(), JSON.stringify([document, ...others].slice(0, KEPT)));
}

/** Corrects a remembered title in place; a document that is not in the list stays out of it. */
export function retitleDocument(store: KeptStrings, name: string, title: string): void {
  const list = recentDocuments(store).map((entry) => (entry.name === name ? { ...entry, title } : entry));
  store.setItem(key(), JSON.stringify(list));
}

/** Takes a document off the list. The document itself stays on the server. */
export function forgetDocument(store: KeptStrings, name: string): void {
  store.setItem(key(), JSON.stringify(recentDocuments(store).filter((entry) => entry.name !== name)));
}

function isRecentDocument(value: unknown): value is RecentDocument {
  const entry = value as Partial<RecentDocument> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.name === 'string' &&
    typeof entry.title === 'string' &&
    typeof entry.openedAt === 'number'
  );
}
