import * as Y from 'yjs';
import { systemClock } from '../clock.ts';
import { Documents } from '../document/documents.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { silentLogger } from '../log/logger.ts';
import { LevelStore } from '../store/level-store.ts';
import type { Store } from '../store/store.ts';

/** Appends each text to the document of that name, one log record a word, and compacts after `compactAfter` of them. */
export async function storeDocuments(
  folder: string,
  texts: Readonly<Record<string, string>>,
  { compactAfter = Number.POSITIVE_INFINITY }: { compactAfter?: number } = {},
): Promise<void> {
  const store = await LevelStore.open(folder);
  const documents = await Documents.open(store, systemClock, silentLogger);
  for (const [name, content] of Object.entries(texts)) {
    const document = documents.document(name);
    const doc = new Y.Doc();
    await document.load(doc);
    const text = doc.getText('content');
    for (const [index, word] of content.split(/(?<= )/).entries()) {
      if (index === compactAfter) await document.compact(Y.encodeStateAsUpdate(doc));
      await new Promise<void>((resolve) => {
        doc.once('update', (update: Uint8Array) => document.append(update, resolve));
        text.insert(text.length, word);
      });
    }
  }
  await store.close();
}

/** A stored document, loaded as the server loads it. */
export async function loadStored(store: Store, name: string): Promise<{ doc: Y.Doc; epoch: string }> {
  const document = (await Documents.open(store, systemClock, silentLogger)).document(name);
  const doc = createServerDoc();
  await document.load(doc);
  return { doc, epoch: document.epoch };
}

/** The text and epoch of a document in a data folder that is not open. */
export async function readStoredIn(folder: string, name: string): Promise<{ text: string; epoch: string }> {
  const store = await LevelStore.open(folder);
  try {
    const { doc, epoch } = await loadStored(store, name);
    return { text: doc.getText('content').toString(), epoch };
  } finally {
    await store.close();
  }
}
