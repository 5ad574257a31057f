import { OfflineCopy } from '../../provider/device/offline-copy.ts';
import { Credentials } from '../device/credentials.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { forgetDocument } from '../device/recent-documents.ts';
import { exists, unsentEdits } from './left-here.ts';
import { copyName } from './sync-address.ts';

/** What this browser has of a document beside its line in a list. */
export interface KeptOfDocument {
  /** There is a copy of the text. */
  readonly copy: boolean;
  /** Edits in it that are nowhere else. */
  readonly unsentEdits: number;
  readonly ownerKey: boolean;
  /** Share links that were opened here. */
  readonly link: boolean;
}

/** @param store the person's */
export async function keptOf(name: string, store: KeptStrings, person: string | null): Promise<KeptOfDocument> {
  const credentials = new Credentials(store, name);
  const copy = copyName(name, person);
  return {
    copy: await exists(copy),
    unsentEdits: await unsentEdits(copy),
    ownerKey: credentials.ownerKey?.claimed === true,
    link: credentials.link !== null,
  };
}

/** Takes a document off the list, and deletes all that this browser has of it. A tab that shows it goes on without a copy. */
export async function forget(name: string, store: KeptStrings, person: string | null): Promise<void> {
  forgetDocument(store, name);
  new Credentials(store, name).forgetAll();
  if (OfflineCopy.available) await OfflineCopy.delete(copyName(name, person)).catch(() => undefined);
}
