import { systemClock } from '../../provider/clock.ts';
import { copyNames } from '../../provider/device/copy-names.ts';
import { OfflineCopy } from '../../provider/device/offline-copy.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { guestKeys, personStore } from '../device/person-store.ts';
import { syncAddress } from './sync-address.ts';

/**
 * Gives what this browser kept before it kept people apart to the one who is signed in when it begins to: it was opened under their
 * sign-in most likely, so that nobody else must get it. Where nobody is signed in then it stays with guests, where it is.
 */
export async function joinOldLayout(store: KeptStrings, person: string): Promise<void> {
  const own = personStore(store, person);
  for (const key of guestKeys()) {
    const value = store.getItem(key);
    if (value === null) continue;
    own.setItem(key, value);
    store.removeItem(key);
  }
  const names = await copyNames({ person: null, server: syncAddress() }).catch(() => []);
  await Promise.all(names.map((name) => takeOver(name, `${name}#${person}`)));
}

/** Opening the person's own takes over the one that was nobody's. */
async function takeOver(unowned: string, key: string): Promise<void> {
  const copy = new OfflineCopy({
    key,
    unowned,
    clock: systemClock,
    encodeState: () => new Uint8Array(),
    failed: () => undefined, // It stays where it is: nobody's text is lost by that.
  });
  await copy.open().catch(() => undefined);
  await copy.close();
}
