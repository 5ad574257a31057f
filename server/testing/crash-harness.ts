import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServerProcess } from './server-process.ts';

export interface CrashOptions {
  /** How often the server is killed and started again. */
  readonly cycles: number;
  readonly people: number;
  readonly documents: number;
  /** Mean time from an edit of one person to the next, in milliseconds. */
  readonly pause: number;
  /** Longest time from a start to the next kill, in milliseconds. The moment is drawn between 20 ms and this. */
  readonly life: number;
  readonly seed: number;
  readonly dataFolder: string;
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

export interface CrashReport {
  readonly cycles: number;
  readonly edits: number;
  /** Edits that a client had been told are saved at the moment of a kill, summed over the kills. */
  readonly saved: number;
  /** Of those, how many the next server did not have. */
  readonly lost: number;
  /** Documents whose replicas, the server's among them, differ at the end. */
  readonly diverged: number;
  /** Edits found twice in a text. */
  readonly duplicated: number;
}

/** Somebody who types without end, each edit a word of its own that can be found again. */
class Typist {
  readonly doc = new Y.Doc();
  readonly provider: CoscribeProvider;
  readonly documentName: string;
  /** Updates of this person, and how many of them, from the first on, were called saved. */
  readonly written: Uint8Array[] = [];
  savedCount = 0;
  readonly #name: string;

  constructor(url: string, documentName: string, name: string) {
    this.#name = name;
    this.documentName = documentName;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.written.push(update);
    });
    this.provider = new CoscribeProvider(`${url}/sync`, documentName, this.doc, {
      offline: false,
      WebSocket: WebSocket as unknown as SocketConstructor,
    });
    this.provider.on('saved', (saved) => {
      if (saved) this.savedCount = this.written.length;
    });
  }

  get text(): Y.Text {
    return this.doc.getText('content');
  }

  edit(random: SeededRandom): void {
    this.text.insert(random.below(this.text.length + 1), `<${this.#name}.${this.written.length}>`);
  }
}

/**
 * Kills a real server under people who type, again and again, and looks each time whether what they were told is saved is
 * there (DUR-1), and at the end whether everybody has the same text.
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const random = new SeededRandom(options.seed);
  let server = await ServerProcess.start(options.dataFolder);
  const { url, port } = server;
  const documentNames = Array.from({ length: options.documents }, (_, i) => `document-${i}`);
  const typists = Array.from(
    { length: options.people },
    (_, i) => new Typist(url, documentNames[i % documentNames.length] ?? '', `p${i}`),
  );
  await Promise.all(typists.map(({ provider }) => provider.whenSynced));

  let typing = true;
  const typed = typists.map(async (typist) => {
    while (typing) {
      typist.edit(random);
      await sleep(random.next() * options.pause * 2);
    }
  });
  let [saved, lost] = [0, 0];
  for (let cycle = 0; cycle < options.cycles; cycle++) {
    await sleep(20 + random.next() * options.life);
    const told = typists.map(({ savedCount }) => savedCount);
    await server.end(options.signal);
    saved += told.reduce((sum, count) => sum + count, 0);
    server = await ServerProcess.start(options.dataFolder, ['--port', port]);
    lost += await countMissing(url, typists, told);
  }
  typing = false;
  await Promise.all(typed);
  for (const { provider } of typists) await untilSaved(provider);
  // Everybody reads once more what the server has by now.
  const finals = await Promise.all(documentNames.map((name) => readDocument(url, name)));
  await Promise.all(
    typists.map(({ documentName, text }) => untilText(text, finals[documentNames.indexOf(documentName)]?.text ?? '')),
  );
  const report = {
    cycles: options.cycles,
    edits: typists.reduce((sum, { written }) => sum + written.length, 0),
    saved,
    lost,
    diverged: typists.filter(
      ({ documentName, text }) => text.toString() !== finals[documentNames.indexOf(documentName)]?.text,
    ).length,
    duplicated: finals.reduce((sum, { text }) => sum + countDuplicates(text), 0),
  };
  for (const { provider, doc } of typists) {
    provider.destroy();
    doc.destroy();
  }
  await server.end('SIGTERM');
  return report;
}

/** Of the updates that were told to be saved, how many the server that just started lacks. */
async function countMissing(url: string, typists: readonly Typist[], told: readonly number[]): Promise<number> {
  let missing = 0;
  const copies = new Map<string, Y.Doc>();
  for (const name of new Set(typists.map(({ documentName }) => documentName))) {
    copies.set(name, (await readDocument(url, name)).doc);
  }
  for (const [index, { documentName, written }] of typists.entries()) {
    const copy = copies.get(documentName);
    if (copy === undefined) throw new Error(`${documentName} was not read`);
    const ids = new Set(copy.store.clients.keys());
    for (const update of written.slice(0, told[index])) {
      const { structs } = Y.decodeUpdate(update);
      const isThere = structs.every(
        ({ id, length }) => ids.has(id.client) && Y.getState(copy.store, id.client) >= id.clock + length,
      );
      if (!isThere) missing += 1;
    }
  }
  return missing;
}

/** What the server has: by a client of its own, not by anything that was in memory here. */
async function readDocument(url: string, name: string): Promise<{ doc: Y.Doc; text: string }> {
  const doc = new Y.Doc();
  const provider = new CoscribeProvider(`${url}/sync`, name, doc, {
    offline: false,
    WebSocket: WebSocket as unknown as SocketConstructor,
  });
  await provider.whenSynced;
  provider.destroy();
  return { doc, text: doc.getText('content').toString() };
}

function untilSaved(provider: CoscribeProvider): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!provider.saved || !provider.synced) return;
      provider.off('saved', look);
      provider.off('sync', look);
      resolve();
    };
    provider.on('saved', look);
    provider.on('sync', look);
    look();
  });
}

/** Waits for a text, 10 s at most; whether it came is for the caller to see. */
function untilText(text: Y.Text, expected: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      text.unobserve(look);
      resolve();
    };
    const look = () => {
      if (text.toString() === expected) done();
    };
    const timer = setTimeout(done, 10_000);
    text.observe(look);
    look();
  });
}

function countDuplicates(text: string): number {
  const words = text.match(/<p\d+\.\d+>/g) ?? [];
  return words.length - new Set(words).size;
}
