import { type KeptStrings, openLocalStore, siteKey } from './local-store.ts';

/** What belongs to the device, and to nobody who sits at it. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set([
  'coscribe.theme',
  'coscribe.editor',
  'coscribe.panel',
  siteKey('coscribe.new'),
  siteKey('coscribe.person'),
]);

/**
 * What this browser keeps for one person: names and keys of documents, titles, wishes, the name chosen. A guest has the names that
 * stood alone before people had places of their own.
 * @param isHere whether the person is still the one at this browser: another tab may have signed them out, and what is written
 *   after that would stay
 */
export function personStore(
  store: KeptStrings,
  person: string | null,
  isHere: () => boolean = () => true,
): KeptStrings {
  if (person === null) return store;
  const own = prefixOf(person);
  const keyOf = (key: string) => (OF_THE_DEVICE.has(key) ? key : own + key);
  return {
    getItem: (key) => store.getItem(keyOf(key)),
    setItem(key, value) {
      if (OF_THE_DEVICE.has(key) || isHere()) store.setItem(keyOf(key), value);
    },
    removeItem: (key) => store.removeItem(keyOf(key)),
  };
}

/** The keys of a person's strings, as `personStore` takes them. */
export function personKeys(person: string, all: readonly string[] = browserKeys()): string[] {
  const own = prefixOf(person);
  return all.filter((key) => key.startsWith(own)).map((key) => key.slice(own.length));
}

/** The keys that are a guest's and say something of documents. Of another site below this host they are not. */
export function guestKeys(all: readonly string[] = browserKeys()): string[] {
  const isOurs = (key: string) => (siteKey('') === '' ? !/@\/.*\/$/.test(key) : key.endsWith(siteKey('')));
  return all.filter((key) => /^coscribe\.(recent|access\.|browser\.|wish\.)/.test(key) && isOurs(key));
}

/** All keys of the browser's storage. */
export function browserKeys(browser: () => Storage = () => window.localStorage): string[] {
  try {
    return Object.keys(browser());
  } catch {
    return []; // Blocked: nothing is kept there.
  }
}

/** Forgets what is kept for a person, in this browser and for this tab. */
export function forgetPerson(person: string): void {
  for (const browser of [() => window.localStorage, () => window.sessionStorage]) {
    const store = personStore(openLocalStore(browser), person);
    for (const key of personKeys(person, browserKeys(browser))) store.removeItem(key);
  }
}

/** Two sites below different paths of one host share their storage, not their people. */
function prefixOf(person: string): string {
  return `${siteKey('coscribe')}:${encodeURIComponent(person)}:`;
}
