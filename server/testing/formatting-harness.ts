import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { CoscribeProvider, type SocketConstructor } from '../../web/provider/index.ts';
import { LevelStore } from '../store/level-store.ts';
import { contentOf, editRich, rootsOf } from './rich-document.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServerProcess } from './server-process.ts';
import { loadStored } from './stored-documents.ts';
import { readCopy } from './typist.ts';

export interface FormattingOptions {
  /** Each is a document of its own, with six people. */
  readonly seeds: readonly number[];
  /** How many documents are written in at a time, on one server. */
  readonly together: number;
  readonly dataFolder: string;
  /** Called with a line now and then. */
  readonly onProgress?: (line: string) => void;
}

export interface FormattingReport {
  readonly edits: number;
  readonly cuts: number;
  /** SIGKILL in the midst of the edits; one more comes at the end. */
  readonly kills: number;
  /** SIGTERM in the midst of the edits. */
  readonly stops: number;
  /** The seeds after which somebody, or the server after SIGKILL, had something else; with what was wrong. */
  readonly failed: readonly string[];
}

const PEOPLE = 6;
const ROUNDS = 3;
const EDITS_A_ROUND = 15;

/** How long people may take to have the same, in milliseconds. */
const RECOVERY = 60_000;

/**
 * People with stock clients and with ours write, format, embed, move and undo in documents of kind `any`, over cut connections
 * and restarts. When all have the same, the server is killed: the store, the server started again and everybody still have it.
 */
export async function runFormatting(options: FormattingOptions): Promise<FormattingReport> {
  // Each stock client listens for the end of the process.
  setMaxListeners(0, process);
  const counts: Counts = { edits: 0, cuts: 0, kills: 0, stops: 0 };
  const failed: string[] = [];
  for (let from = 0; from < options.seeds.length; from += options.together) {
    const seeds = options.seeds.slice(from, from + options.together);
    failed.push(...(await new Group(seeds, options.dataFolder, counts).run()));
    options.onProgress?.(`${from + seeds.length} seeds, ${counts.edits} edits, ${failed.length} failed`);
  }
  return { ...counts, failed };
}

interface Counts {
  edits: number;
  cuts: number;
  kills: number;
  stops: number;
}

/** Documents that are written in at the same time. */
class Group {
  readonly #parties: readonly Party[];
  readonly #random: SeededRandom;
  readonly #dataFolder: string;
  readonly #counts: Counts;

  constructor(seeds: readonly number[], dataFolder: string, counts: Counts) {
    this.#parties = seeds.map((seed) => new Party(seed));
    this.#random = new SeededRandom(seeds[0] ?? 0);
    this.#dataFolder = dataFolder;
    this.#counts = counts;
  }

  /** Returns what went wrong, a line a document. */
  async run(): Promise<string[]> {
    let server = await this.#start('0');
    try {
      for (const party of this.#parties) party.connect(server.url);
      for (let round = 0; round < ROUNDS; round++) {
        await this.#write();
        const signal = this.#random.chance(0.5) ? 'SIGKILL' : 'SIGTERM';
        if (signal === 'SIGKILL') this.#counts.kills += 1;
        else this.#counts.stops += 1;
        const { port } = server;
        await server.end(signal);
        // While nobody answers.
        for (const party of this.#parties) this.#counts.edits += party.edit();
        server = await this.#start(port);
      }
      for (const party of this.#parties) party.reconnectAll();
      for (const party of this.#parties) await party.untilAllHaveTheSame();
      for (const party of this.#parties) await party.makeDurable();
      const { port } = server;
      await server.end('SIGKILL');
      await this.#compareStore();
      server = await this.#start(port);
      for (const party of this.#parties) await party.checkAgain(server.url);
    } finally {
      for (const party of this.#parties) party.destroy();
      await server.end('SIGKILL');
    }
    return this.#parties.flatMap(({ seed, problem }) => (problem === null ? [] : [`seed ${seed}: ${problem}`]));
  }

  #start(port: string): Promise<ServerProcess> {
    return ServerProcess.start(this.#dataFolder, ['--port', port, '--documents', 'any']);
  }

  /** Everybody edits, in turns that the network can get into, and now and then somebody's connection is cut. */
  async #write(): Promise<void> {
    for (let i = 0; i < EDITS_A_ROUND; i++) {
      for (const party of this.#parties) {
        this.#counts.edits += party.edit();
        this.#counts.cuts += party.cutSomebody();
      }
      await sleep(this.#random.below(10));
    }
  }

  async #compareStore(): Promise<void> {
    const store = await LevelStore.open(this.#dataFolder);
    try {
      for (const party of this.#parties) {
        party.compare((await loadStored(store, party.documentName)).doc, 'the store after SIGKILL');
      }
    } finally {
      await store.close();
    }
  }
}

/** The people of one document. */
class Party {
  readonly seed: number;
  readonly documentName: string;
  problem: string | null = null;
  readonly #random: SeededRandom;
  readonly #people: readonly Person[];
  #content = '';

  constructor(seed: number) {
    this.seed = seed;
    this.documentName = `formatting-${seed}`;
    this.#random = new SeededRandom(seed);
    this.#people = Array.from({ length: PEOPLE }, (_, i) => new Person(i < 2, this.#random.below(2 ** 31)));
  }

  connect(url: string): void {
    for (const person of this.#people) person.open(url, this.documentName);
  }

  /** Some of them edit at the same moment. Returns how many did. */
  edit(): number {
    const people = this.#people.filter(() => this.#random.chance(0.4));
    for (const { doc, undo } of people) editRich(doc, undo, this.#random);
    return people.length;
  }

  cutSomebody(): number {
    const person = this.#random.pick(this.#people);
    if (!this.#random.oneIn(8)) return 0;
    person.toggle();
    return 1;
  }

  reconnectAll(): void {
    for (const person of this.#people) person.reconnect();
  }

  /** Waits until everybody is there and has the same. */
  async untilAllHaveTheSame(): Promise<void> {
    const end = performance.now() + RECOVERY;
    while (!this.#allHaveTheSame()) {
      if (performance.now() > end) {
        this.problem ??= `not all had the same ${RECOVERY / 1000} s after the last edit`;
        return;
      }
      for (const person of this.#people) person.hurry();
      await sleep(50);
    }
  }

  /** Waits until all that everybody has is on the server's disk: an edit on top of it is called saved. */
  async makeDurable(): Promise<void> {
    const [witness] = this.#people;
    if (witness === undefined || this.problem !== null) return;
    witness.doc.getArray('list').push(['the end']);
    await this.untilAllHaveTheSame();
    const end = performance.now() + RECOVERY;
    while (!witness.isSaved && performance.now() < end) await sleep(20);
    if (!witness.isSaved) this.problem ??= 'the last edit was not saved';
    this.#content = JSON.stringify(contentOf(witness.doc));
  }

  /** Whether `doc` holds what everybody had. */
  compare(doc: Y.Doc, where: string): void {
    if (this.problem !== null) return;
    if (JSON.stringify(contentOf(doc)) !== this.#content) this.problem = `${where} has something else`;
  }

  /** After the restart: somebody new, and everybody who was there. */
  async checkAgain(url: string): Promise<void> {
    await this.untilAllHaveTheSame();
    for (const { doc } of this.#people) this.compare(doc, 'somebody after SIGKILL');
    const copy = await readCopy(url, this.documentName);
    this.compare(copy, 'somebody who comes after SIGKILL');
    copy.destroy();
  }

  destroy(): void {
    for (const person of this.#people) person.destroy();
  }

  #allHaveTheSame(): boolean {
    const [first, ...others] = this.#people;
    if (first === undefined || !this.#people.every(({ isSynced }) => isSynced)) return false;
    const content = JSON.stringify(contentOf(first.doc));
    return others.every(({ doc }) => JSON.stringify(contentOf(doc)) === content);
  }
}

/** Somebody with a copy, and a provider: ours, or the stock one. */
class Person {
  readonly doc = new Y.Doc();
  readonly undo: Y.UndoManager;
  readonly #hasOurs: boolean;
  #provider: CoscribeProvider | WebsocketProvider | null = null;
  #isCut = false;

  constructor(hasOurs: boolean, clientId: number) {
    this.#hasOurs = hasOurs;
    this.doc.clientID = clientId;
    this.undo = new Y.UndoManager([...rootsOf(this.doc)], { captureTimeout: 1_000_000 });
  }

  open(url: string, documentName: string): void {
    const address = `${url.replace(/^http/, 'ws')}/sync`;
    this.#provider = this.#hasOurs
      ? new CoscribeProvider(address, documentName, this.doc, {
          offline: false,
          WebSocket: WebSocket as unknown as SocketConstructor,
        })
      : new WebsocketProvider(address, documentName, this.doc, {
          WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
          disableBc: true,
          maxBackoffTime: 300,
        });
  }

  get isSynced(): boolean {
    return this.#provider?.synced === true;
  }

  get isSaved(): boolean {
    return this.#provider instanceof CoscribeProvider && this.#provider.saved;
  }

  /** Cuts the connection, or takes it up again. */
  toggle(): void {
    if (this.#isCut) this.reconnect();
    else {
      this.#isCut = true;
      this.#provider?.disconnect();
    }
  }

  reconnect(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#provider?.connect();
  }

  /** Cuts short a wait for the next attempt. */
  hurry(): void {
    if (this.#provider instanceof CoscribeProvider) this.#provider.retryNow();
  }

  destroy(): void {
    this.#provider?.destroy();
    if (this.#provider instanceof WebsocketProvider) this.#provider.awareness.destroy();
    this.doc.destroy();
  }
}
