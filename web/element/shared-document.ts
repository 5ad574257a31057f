import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { CoscribeProvider, type ProviderOptions } from '../provider/index.ts';

/** Which document, for whom. */
export interface DocumentKey {
  /** Where the server synchronises, absolute. */
  readonly url: string;
  readonly name: string;
  /** Elements share a connection only when they have the very same token. */
  readonly token: ProviderOptions['token'];
}

interface Shared extends DocumentKey {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly provider: CoscribeProvider;
  users: number;
}

/** A document with its connection, held until it is let go. */
export interface DocumentLease {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly provider: CoscribeProvider;
  /** Lets it go; the last one to do so ends the connection. More than once is fine. */
  release(): void;
}

const open = new Set<Shared>();

/**
 * One document, one connection and one offline copy for all elements of the page that show the same document with the same
 * access.
 */
export function leaseDocument(key: DocumentKey): DocumentLease {
  const shared = find(key) ?? create(key);
  shared.users += 1;
  let held = true;
  return {
    doc: shared.doc,
    awareness: shared.awareness,
    provider: shared.provider,
    release() {
      if (!held) return;
      held = false;
      shared.users -= 1;
      if (shared.users === 0) end(shared);
    },
  };
}

/** How many documents the page has open. */
export function openDocuments(): number {
  return open.size;
}

function find({ url, name, token }: DocumentKey): Shared | undefined {
  for (const shared of open) {
    if (shared.url === url && shared.name === name && shared.token === token) return shared;
  }
  return undefined;
}

function create(key: DocumentKey): Shared {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const provider = new CoscribeProvider(key.url, key.name, doc, {
    awareness,
    ...(key.token === undefined ? {} : { token: key.token }),
  });
  const shared = { ...key, doc, awareness, provider, users: 0 };
  open.add(shared);
  return shared;
}

function end(shared: Shared): void {
  open.delete(shared);
  shared.provider.destroy();
  shared.awareness.destroy();
  shared.doc.destroy();
}
