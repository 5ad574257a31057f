import { crc32 } from 'node:zlib';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { contentOf } from './rich-document.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Text is removed from a document that has grown to this many characters. */
const MAX_TEXT = 6_000;

/** Longest piece removed at once, in characters. */
const MAX_REMOVED = 80;

/** What one edit did, so that it can be looked for in another copy. */
interface Edit {
  /** The typist's clock after it. */
  readonly clock: number;
  /** First and last unit that it deleted, of each stretch. */
  readonly deleted: readonly Y.ID[];
}

/** Somebody who writes and deletes; every piece that is written is a word of its own that can be found again. */
export class Typist {
  readonly doc = new Y.Doc();
  readonly provider: CoscribeProvider;
  readonly documentName: string;
  readonly #name: string;
  readonly #formats: boolean;
  readonly #edits: Edit[] = [];
  #words = 0;

  /** With `formats` it also makes words bold and plain again, as in documents of kind `any`; with `overHttp` it has no WebSocket. */
  constructor(
    url: string,
    documentName: string,
    name: string,
    { formats = false, overHttp = false }: { formats?: boolean; overHttp?: boolean } = {},
  ) {
    this.#name = name;
    this.#formats = formats;
    this.documentName = documentName;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.#edits.push(describe(update, Y.getState(this.doc.store, this.doc.clientID)));
    });
    this.provider = openProvider(url, documentName, this.doc, overHttp ? 'http' : 'websocket');
  }

  get text(): Y.Text {
    return this.doc.getText('content');
  }

  /** Everything that its copy holds, comparable. */
  get content(): string {
    return JSON.stringify(contentOf(this.doc));
  }

  get made(): number {
    return this.#edits.length;
  }

  /** How many edits, from the first on, the provider calls saved. */
  get saved(): number {
    return this.#edits.length - this.provider.unsavedChanges;
  }

  edit(random: SeededRandom): void {
    const { length } = this.text;
    if (length > MAX_TEXT) {
      const at = random.below(length - MAX_REMOVED);
      this.text.delete(at, 1 + random.below(MAX_REMOVED));
    } else if (this.#formats && length > 0 && random.chance(0.3)) {
      const at = random.chance(0.5) ? 0 : random.below(length);
      this.text.format(at, Math.min(length - at, 1 + random.below(MAX_REMOVED)), { bold: random.pick([true, null]) });
    } else {
      this.text.insert(random.below(length + 1), word(`${this.#name}.${this.#words++}`));
    }
  }

  /** How many of the first `count` edits a copy lacks. */
  countMissing(copy: Y.Doc, count: number): number {
    const clock = Y.getState(copy.store, this.doc.clientID);
    const deletions = Y.createDeleteSetFromStructStore(copy.store);
    return this.#edits
      .slice(0, count)
      .filter((edit) => edit.clock > clock || edit.deleted.some((id) => !Y.isDeleted(deletions, id))).length;
  }

  destroy(): void {
    this.provider.destroy();
    this.doc.destroy();
  }
}

/** A copy of what the server has, by a client of its own, not by anything that was in memory here. */
export async function readCopy(url: string, documentName: string): Promise<Y.Doc> {
  // Not one that tidies up formatting, which would be something else than what the server has.
  const doc = createServerDoc();
  const provider = openProvider(url, documentName, doc);
  await provider.whenSynced;
  provider.destroy();
  return doc;
}

/** How many words of typists a text holds more than once. */
export function countDuplicates(text: string): number {
  const words = [...text.matchAll(/<(p\d+\.\d+)\/[0-9a-f]{8}>/g)].filter(([whole, id = '']) => whole === word(id));
  return words.length - new Set(words.map(([whole]) => whole)).size;
}

/** The checksum tells a word from what is left between two words when a piece was deleted. */
function word(id: string): string {
  return `<${id}/${crc32(id).toString(16).padStart(8, '0')}>`;
}

function openProvider(
  url: string,
  documentName: string,
  doc: Y.Doc,
  transport: 'websocket' | 'http' = 'websocket',
): CoscribeProvider {
  return new CoscribeProvider(`${url}/sync`, documentName, doc, {
    offline: false,
    transport,
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
}

function describe(update: Uint8Array, clock: number): Edit {
  const { ds } = Y.decodeUpdate(update);
  const deleted = [...ds.clients].flatMap(([client, items]) =>
    items.flatMap((item) => [Y.createID(client, item.clock), Y.createID(client, item.clock + item.len - 1)]),
  );
  return { clock, deleted };
}
