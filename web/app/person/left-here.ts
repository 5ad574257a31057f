import { openDB } from 'idb';
import { copyNames } from '../../provider/device/copy-names.ts';
import { OfflineCopy } from '../../provider/device/offline-copy.ts';
import { clearOfflineCopies } from '../../provider/index.ts';
import { Credentials } from '../device/credentials.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { personKeys } from '../device/person-store.ts';
import { recentDocuments } from '../device/recent-documents.ts';
import { copyName, syncAddress } from './sync-address.ts';

/** A document with edits that are on this device only. */
export interface UnsentDocument {
  readonly name: string;
  /** Empty for one without a title. */
  readonly title: string;
  readonly edits: number;
}

/** What is gone when a person's data leaves this device. */
export interface LeftHere {
  readonly unsent: readonly UnsentDocument[];
  /** Documents whose owner key is here. */
  readonly ownerKeys: number;
}

/** What of a person is on this device and nowhere else. @param store the person's */
export async function leftHere(store: KeptStrings, person: string): Promise<LeftHere> {
  const titles = new Map(recentDocuments(store).map(({ name, title }) => [name, title]));
  const copies = await Promise.all(
    (await namesOf(store, person)).map(async (name) => {
      const document = name.replace(copyName('', null), '').split('#')[0] ?? '';
      const known = document.split('/').map(decodeURIComponent).join('/');
      return { name: known, title: titles.get(known) ?? '', edits: await unsentEdits(name) };
    }),
  );
  const documents = personKeys(person).flatMap((key) => /^coscribe\.access\.(.*?)(@\/.*\/)?$/.exec(key)?.[1] ?? []);
  const owned = documents.filter((name) => new Credentials(store, name).ownerKey?.claimed === true);
  return { unsent: copies.filter(({ edits }) => edits > 0), ownerKeys: owned.length };
}

/** How many edits in a copy are on this device only; 0 where there is no copy. */
export async function unsentEdits(copy: string): Promise<number> {
  try {
    if (!(await exists(copy))) return 0;
    const database = await openDB(copy);
    try {
      const marks = (await database.getAll('unsaved')) as { edits: number }[];
      return marks.reduce((sum, { edits }) => sum + edits, 0);
    } finally {
      database.close();
    }
  } catch {
    return 0; // Unreadable or just deleted: there is nothing to wait for.
  }
}

/** Whether there is a copy of this name. */
export async function exists(copy: string): Promise<boolean> {
  if (!OfflineCopy.available || typeof indexedDB.databases !== 'function') return false;
  return (await indexedDB.databases()).some(({ name }) => name === copy);
}

/** Deletes a person's copies of this site. @param store the person's, as it was */
export async function deleteCopies(store: KeptStrings, person: string): Promise<void> {
  const names = await namesOf(store, person);
  await Promise.all(names.map((name) => OfflineCopy.delete(name).catch(() => undefined)));
  await clearOfflineCopies({ person, server: syncAddress() }).catch(() => undefined);
}

/** A browser that cannot list what it keeps has at least those of the documents opened last. */
async function namesOf(store: KeptStrings, person: string): Promise<string[]> {
  if (!OfflineCopy.available) return [];
  return copyNames({ person, server: syncAddress() }).catch(() =>
    recentDocuments(store).map(({ name }) => copyName(name, person)),
  );
}
