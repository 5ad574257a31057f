import { siteRoot } from '../base/site-root.ts';

/** What the site needs of `localStorage`. */
export type KeptStrings = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/**
 * The browser's localStorage, or a stand-in for this page's life where the browser refuses it (cookies blocked, private
 * frames, full quota): remembering is a comfort here, never a condition.
 */
export function openLocalStore(browser: () => KeptStrings = () => window.localStorage): KeptStrings {
  const fallback = new Map<string, string>();
  let kept: KeptStrings | null;
  try {
    kept = browser();
  } catch {
    kept = null; // Reading the property alone throws where storage is blocked.
  }
  return {
    getItem(key) {
      return fallback.get(key) ?? guarded(() => kept?.getItem(key) ?? null, null);
    },
    setItem(key, value) {
      const written = guarded(() => {
        kept?.setItem(key, value);
        return kept !== null;
      }, false);
      if (written) fallback.delete(key);
      else fallback.set(key, value);
    },
    removeItem(key) {
      fallback.delete(key);
      guarded(() => kept?.removeItem(key), undefined);
    },
  };
}

function guarded<T>(use: () => T, otherwise: T): T {
  try {
    return use();
  } catch {
    return otherwise; // Refused or full: the caller goes on with what is in memory.
  }
}

/** The key of what is about documents: two sites below different paths of one host share their storage, not their documents. */
export function siteKey(key: string): string {
  const root = siteRoot();
  return root === '/' ? key : `${key}@${root}`;
}

/** Reads JSON that this site wrote earlier; null when it is missing or damaged. */
export function readJson(store: KeptStrings, key: string): unknown {
  const text = store.getItem(key);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // Somebody else's or a damaged value: the same as none.
  }
}
