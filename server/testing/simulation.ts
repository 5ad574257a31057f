import * as Y from 'yjs';
import { CoscribeProvider } from '../../web/provider/index.ts';
import { Connection } from '../connection/connection.ts';
import { Heartbeat } from '../connection/heartbeat.ts';
import { Documents } from '../document/documents.ts';
import { silentLogger } from '../log/logger.ts';
import { Registry } from '../room/registry.ts';
import { Room } from '../room/room.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { KeyRange, Operation, Store } from '../store/store.ts';
import { FailingStore } from './failing-store.ts';
import { FakeClock } from './fake-clock.ts';
import { EDITOR, openAdmission } from './grants.ts';
import { SeededRandom } from './seeded-random.ts';
import { type SimulatedLink, simulatedWebSocket } from './simulated-link.ts';
import { UNBOUNDED_RATES } from './unbounded-rates.ts';

const DOCUMENT = 'notes';

/** What people write: letters, line ends, a character of two UTF-16 units, a combining mark, right-to-left text. */
const WORDS = ['a', 'bc', '\n', '😀', 'e\u0301', 'שלום', ' ', '\t', 'word '];

/** Bytes that wait for a client from which on it counts as slow: small, so that a simulation gets there. */
const CONGESTED_BYTES = 400;

/** One process of the server, from its start to its crash. */
interface Life {
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  readonly links: Set<SimulatedLink>;
}

/** Somebody with a document, a provider, and everything they wrote. */
class Person {
  readonly doc = new Y.Doc();
  readonly provider: CoscribeProvider;
  readonly #written: Uint8Array[] = [];

  constructor(clock: FakeClock, random: SeededRandom, connect: (link: SimulatedLink, url: URL) => void) {
    this.doc.clientID = random.below(2 ** 31);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.#written.push(update);
    });
    this.provider = new CoscribeProvider('ws://simulation/sync', DOCUMENT, this.doc, {
      offline: false,
      clock,
      random: random.next,
      WebSocket: simulatedWebSocket(connect),
    });
  }

  get text(): Y.Text {
    return this.doc.getText('content');
  }

  edit(random: SeededRandom): void {
    const at = random.below(this.text.length + 1);
    if (random.chance(0.65)) this.text.insert(at, random.pick(WORDS));
    else this.text.delete(at, Math.min(this.text.length - at, 1 + random.below(5)));
  }

  /** How many of this person's updates `doc` lacks something of. */
  missingIn(doc: Y.Doc): number {
    let missing = 0;
    const count = () => {
      missing += 1;
    };
    doc.on('update', count);
    for (const update of this.#written) Y.applyUpdate(doc, update);
    doc.off('update', count);
    return missing;
  }
}

/** A store that a crash cuts off: its process's writes reach nothing any more. */
class CrashingStore implements Store {
  readonly #inner: Store;
  #crashed = false;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  crash(): void {
    this.#crashed = true;
  }

  get(key: Uint8Array): Promise<Uint8Array | null> {
    return this.#inner.get(key);
  }

  read(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    return this.#inner.read(range);
  }

  write(operations: readonly Operation[]): Promise<void> {
    // Neither done nor failed: the process is gone before it learns.
    if (this.#crashed) return new Promise(() => undefined);
    return this.#inner.write(operations);
  }

  async close(): Promise<void> {
    this.crash();
  }
}

/** What a schedule found. All of it must be as `checkOutcome` of the test says. */
export interface Outcome {
  readonly texts: readonly string[];
  /** The text that a server started afterwards reads from the store. */
  readonly storedText: string;
  /** Updates that were called saved and are not in the store, counted at every crash and at the end. */
  readonly lost: number;
  /** Whether every provider says that everything is saved. */
  readonly allSaved: boolean;
  /** Messages exchanged while nobody did anything, keep-alives aside. */
  readonly idleMessages: number;
  readonly crashes: number;
  readonly edits: number;
}

/**
 * Real providers against the real connection, room and document code, with simulated time, network and disk. A seed decides
 * everything: who edits, what arrives when, which cable is cut, when the server crashes or its disk stalls or fails.
 */
export class Simulation {
  readonly #random: SeededRandom;
  readonly #clock = new FakeClock();
  readonly #disk = new MemoryStore();
  #people: Person[] = [];
  /** Those who left with everything saved. */
  readonly #departed: Person[] = [];
  #store: CrashingStore;
  #faults: FailingStore;
  #life: Life | null = null;
  #lost = 0;
  #crashes = 0;
  #edits = 0;
  #nextConnection = 1;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#store = new CrashingStore(this.#disk);
    this.#faults = new FailingStore(this.#store);
  }

  /** Runs one schedule: `steps` moves of chance, then healing, then silence. */
  async run(people: number, steps: number): Promise<Outcome> {
    await this.#startServer();
    for (let i = 0; i < people; i++) this.#arrive();
    for (let step = 0; step < steps; step++) await this.#move();
    await this.#heal();
    const idleMessages = await this.#listenWhileIdle();
    await this.#countLost();
    const outcome = {
      texts: this.#people.map(({ text }) => text.toString()),
      storedText: (await this.#stored()).getText('content').toString(),
      lost: this.#lost,
      allSaved: this.#people.every(({ provider }) => provider.saved && provider.unsavedChanges === 0),
      idleMessages,
      crashes: this.#crashes,
      edits: this.#edits,
    };
    for (const { provider, doc } of this.#people) {
      provider.destroy();
      doc.destroy();
    }
    this.#endLife();
    return outcome;
  }

  async #move(): Promise<void> {
    const random = this.#random;
    const dice = random.next();
    if (dice < 0.35) {
      random.pick(this.#people).edit(random);
      this.#edits += 1;
    } else if (dice < 0.72) {
      for (let left = 1 + random.below(6); left > 0; left--) this.#carryOne();
    } else if (dice < 0.78) {
      this.#replaceSomebody();
    } else if (dice < 0.88) {
      await this.#clock.advance(random.pick([1, 5, 40, 400]));
    } else if (dice < 0.91) {
      if (this.#openLinks().length > 0) random.pick(this.#openLinks()).cut();
    } else if (dice < 0.94) {
      const { provider } = random.pick(this.#people);
      if (random.chance(0.5)) provider.disconnect();
      else provider.connect();
    } else if (dice < 0.96) {
      if (random.chance(0.5)) this.#faults.stall();
      else this.#faults.proceed();
    } else if (dice < 0.98) {
      this.#faults.failWrites(random.chance(0.5) ? new Error('no space left on device') : null);
    } else {
      await this.#crash();
    }
    await this.#clock.settle();
  }

  #arrive(): void {
    this.#people.push(new Person(this.#clock, this.#random, (link, url) => this.#connect(link, url)));
  }

  /** Somebody closes the page, if that costs them nothing, and somebody else opens it. */
  #replaceSomebody(): void {
    const person = this.#random.pick(this.#people);
    if (!person.provider.saved) return;
    person.provider.destroy();
    this.#departed.push(person);
    this.#people = this.#people.filter((other) => other !== person);
    this.#arrive();
  }

  #carryOne(): void {
    const ready = this.#openLinks().filter((link) => link.canStep);
    if (ready.length > 0) this.#random.pick(ready).step(this.#random.next());
  }

  #openLinks(): SimulatedLink[] {
    return this.#life === null ? [] : [...this.#life.links].filter((link) => link.isOpen);
  }

  async #crash(): Promise<void> {
    this.#crashes += 1;
    this.#endLife();
    await this.#countLost();
    await this.#clock.advance(this.#random.below(2_000));
    await this.#startServer();
  }

  #endLife(): void {
    const life = this.#life;
    this.#life = null;
    this.#store.crash();
    this.#faults.proceed();
    life?.heartbeat.stop();
    for (const link of life?.links ?? []) {
      // The process is gone: its side hears nothing, the client's sees the connection break.
      link.end = null;
      link.cut();
    }
  }

  async #startServer(): Promise<void> {
    this.#store = new CrashingStore(this.#disk);
    this.#faults = new FailingStore(this.#store);
    const clock = this.#clock;
    const documents = await Documents.open(this.#faults, clock, silentLogger);
    const registry = new Registry({
      load: (name) =>
        Room.open({
          document: documents.document(name),
          gate: { kind: 'text', field: 'content' },
          field: 'content',
          limits: {
            presence: { idsPerMember: 10, bytesPerMember: 10_000 },
            catchUpDeadline: 30_000,
            documentBytes: 1e9,
          },
          clock,
          logger: silentLogger,
        }),
      unloadAfter: 500,
      maxRooms: 10,
      clock,
      logger: silentLogger,
    });
    this.#life = { registry, heartbeat: new Heartbeat(clock), links: new Set() };
  }

  #connect(link: SimulatedLink, url: URL): void {
    const life = this.#life;
    if (life === null) {
      this.#clock.setImmediate(() => link.cut());
      return;
    }
    life.links.add(link);
    const connection = new Connection(
      link.server,
      {
        id: this.#nextConnection++,
        documentName: DOCUMENT,

        address: '127.0.0.1',
        grant: EDITOR,
        token: null,
        speaksCoscribe: true,
        wantsClientId: url.searchParams.has('fresh'),
        // The threads that compress keep a time of their own: a schedule would not replay.
        decompresses: false,
      },
      {
        limits: {
          messageBytes: 1e6,
          congestedBytes: CONGESTED_BYTES,
          earlyBytes: 1e6,
          rates: UNBOUNDED_RATES,
          viewersAreSeen: true,
        },
        clock: this.#clock,
        logger: silentLogger,
        admission: openAdmission(this.#clock),
        quotas: { creation: () => 0, traffic: () => [], work: () => [], clientIds: () => [], storage: () => [] },
        storage: { isFull: false, hasRoomForNew: true },
        onClosed: (closed) => life.heartbeat.remove(closed),
      },
    );
    link.end = connection;
    life.heartbeat.add(connection);
    void connection.join(life.registry, null);
  }

  /** Mends everything and lets time pass until nothing is on its way. */
  async #heal(): Promise<void> {
    if (this.#life === null) await this.#startServer();
    this.#faults.failWrites(null);
    this.#faults.proceed();
    for (const { provider } of this.#people) provider.connect();
    for (let round = 0; round < 200 && !this.#isQuiet(); round++) {
      await this.#carryAll();
      await this.#clock.advance(500);
    }
    await this.#carryAll();
  }

  #isQuiet(): boolean {
    const nothingOnItsWay = this.#openLinks().every((link) => !link.canStep);
    return nothingOnItsWay && this.#people.every(({ provider }) => provider.synced && provider.saved);
  }

  async #carryAll(): Promise<void> {
    await this.#clock.settle();
    while (this.#openLinks().some((link) => link.canStep)) {
      for (const link of this.#openLinks()) link.step(this.#random.next());
      await this.#clock.settle();
    }
  }

  async #listenWhileIdle(): Promise<number> {
    await this.#clock.advance(2_000);
    await this.#carryAll();
    const before = this.#carried();
    // Shorter than the interval of keep-alives.
    await this.#clock.advance(10_000);
    await this.#carryAll();
    return this.#carried() - before;
  }

  #carried(): number {
    return this.#openLinks().reduce((sum, link) => sum + link.carried, 0);
  }

  /** Looks in the store for what people were told is saved. */
  async #countLost(): Promise<void> {
    const saved = this.#people.filter(({ provider }) => provider.saved);
    for (const person of [...saved, ...this.#departed]) this.#lost += person.missingIn(await this.#stored());
  }

  /** The document as a server started now would read it. */
  async #stored(): Promise<Y.Doc> {
    const documents = await Documents.open(this.#disk, this.#clock, silentLogger);
    const doc = new Y.Doc();
    await documents.document(DOCUMENT).load(doc);
    return doc;
  }
}
