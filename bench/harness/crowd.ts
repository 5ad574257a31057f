import { Latencies } from './latencies.ts';
import { Person, type PersonOptions } from './person.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { keepPace, type Paced } from './typing.ts';
import { visitClocks } from './update-clocks.ts';
import { holdsWithin, inParallel, until } from './waiting.ts';

export interface CrowdShape {
  readonly documents: number;
  /** People in each document. */
  readonly people: number;
  /** How many of them type. */
  readonly typing: number;
  /** Name of the first document gets 0 appended, and so on. */
  readonly documentName?: string;
  readonly place?: PersonOptions['place'];
  readonly wire?: PersonOptions['wire'];
}

/** How many people of a document, among those who do not type, are looked at closely. */
const WATCHERS = 3;

/** What a stretch of typing came to. */
export interface Typing {
  /** Updates sent in the measured stretch. */
  readonly updates: number;
  /** Updates that reached a person: every update counts once for each receiver, however the server grouped them. */
  readonly deliveries: number;
  /** CPU time of the server for the stretch, in seconds. */
  readonly cpuSeconds: number;
  /** From sender to watcher. */
  readonly latencies: Latencies;
  /** Updates that some watcher did not get, people whose byte counts differ from the watchers', connections lost. */
  readonly undelivered: number;
  /** Milliseconds from the last update sent until every watcher had everything. */
  readonly drain: number;
  /** Whether the generator itself kept up: the share of the intended updates that it sent. */
  readonly offered: number;
}

interface Hall {
  readonly typists: Person[];
  readonly listeners: Person[];
  readonly watchers: Watcher[];
}

/** Sees which typed units arrive, and when. */
class Watcher {
  readonly person: Person;
  readonly #typists: readonly Person[];
  readonly #seen: Map<number, number>;
  #skipped = 0;

  constructor(person: Person, typists: readonly Person[], sentAt: Map<number, number[]>, latencies: Latencies) {
    this.person = person;
    this.#typists = typists;
    this.#seen = new Map(typists.map(({ clientId }) => [clientId, 0]));
    const look = (message: Uint8Array, offset: number) => {
      const now = performance.now();
      visitClocks(message, offset, (client, clock, length) => {
        const seen = this.#seen.get(client);
        const times = sentAt.get(client);
        if (seen === undefined || times === undefined) return;
        // Bare ws delivers in order too; a unit that is skipped never comes.
        if (clock > seen) this.#skipped += clock - seen;
        for (let at = Math.max(seen, clock); at < clock + length; at++) {
          const sent = times[at];
          if (sent !== undefined && sent > 0) latencies.add(now - sent);
        }
        this.#seen.set(client, Math.max(seen, clock + length));
      });
    };
    person.onUpdate = look;
  }

  /** Units that were typed and have not come. */
  get lacking(): number {
    return this.#typists.reduce(
      (sum, { clientId, typed }) => sum + Math.max(0, typed - (this.#seen.get(clientId) ?? 0)),
      this.#skipped,
    );
  }
}

/** People in documents of one server. */
export class Crowd {
  readonly #server: ServerUnderTest;
  readonly #shape: CrowdShape;
  readonly #halls: Hall[];
  readonly #latencies = new Latencies();
  readonly #sentAt = new Map<number, number[]>();

  private constructor(server: ServerUnderTest, shape: CrowdShape) {
    this.#server = server;
    this.#shape = shape;
    this.#halls = Array.from({ length: shape.documents }, (_, document) => this.#hall(document));
  }

  /** Everybody comes and is synced. */
  static async gather(server: ServerUnderTest, shape: CrowdShape): Promise<Crowd> {
    const crowd = new Crowd(server, shape);
    const everybody = crowd.everybody;
    await inParallel(everybody.length, 50, async (index) => everybody[index]?.connect());
    await until(60_000, 'everybody to be synced', () => everybody.every(({ synced }) => synced));
    return crowd;
  }

  get everybody(): Person[] {
    return this.#halls.flatMap(({ typists, listeners }) => [...typists, ...listeners]);
  }

  /**
   * Typists type at `rate` updates a second each. The first `warmUp` milliseconds count for nothing; the next
   * `milliseconds`, with the time it takes until all is delivered, are measured. `alongside` acts at its own pace.
   */
  async type(
    rate: number,
    { warmUp, milliseconds, drainLimit = 10_000 }: { warmUp: number; milliseconds: number; drainLimit?: number },
    alongside: readonly Paced[] = [],
  ): Promise<Typing> {
    const typists = this.#halls.flatMap((hall) => hall.typists);
    let counted = 0;
    let measuring = false;
    let cpuBefore = 0;
    const paced = interleave(this.#halls.map((hall) => hall.typists)).map((typist): Paced => {
      const times = this.#sentAt.get(typist.clientId);
      return {
        rate,
        act: () => {
          const clock = typist.typed;
          if (times !== undefined) times[clock] = measuring ? performance.now() : 0;
          typist.type();
          if (measuring) counted += 1;
        },
      };
    });
    this.#latencies.clear();
    // Those who came early got the state in other pieces than those who came late: bytes are compared from here on.
    for (const person of this.everybody) person.updateBytes = 0;
    await keepPace([...paced, ...alongside], warmUp + milliseconds, warmUp, () => {
      measuring = true;
      cpuBefore = this.#server.cpuSeconds();
    });
    const ended = performance.now();
    await holdsWithin(drainLimit, () => this.#lacking() === 0, 2);
    const drain = performance.now() - ended;
    const cpuSeconds = this.#server.cpuSeconds() - cpuBefore;
    await holdsWithin(3_000, () => this.#uneven() === 0);
    const lost = this.everybody.filter(({ closed }) => closed !== null).length;
    return {
      updates: counted,
      deliveries: counted * (this.#shape.people - 1),
      cpuSeconds,
      latencies: this.#latencies,
      undelivered: this.#lacking() + this.#uneven() + lost,
      drain,
      offered: counted / ((rate * typists.length * milliseconds) / 1000),
    };
  }

  leave(): void {
    for (const person of this.everybody) person.leave();
  }

  /** Units that watchers lack. */
  #lacking(): number {
    return this.#halls.flatMap(({ watchers }) => watchers).reduce((sum, { lacking }) => sum + lacking, 0);
  }

  /** People who type nothing get the same bytes: those of their document who got fewer than the watchers. */
  #uneven(): number {
    return this.#halls.reduce((sum, { listeners, watchers }) => {
      const expected = watchers[0]?.person.updateBytes ?? 0;
      return sum + listeners.filter(({ updateBytes }) => updateBytes < expected).length;
    }, 0);
  }

  #hall(document: number): Hall {
    const { people, typing, documentName = 'document-', place, wire } = this.#shape;
    const all = Array.from(
      { length: people },
      (_, index) =>
        new Person({
          server: this.#server,
          documentName: `${documentName}${document}`,
          clientId: 1_000_000 + document * 10_000 + index,
          ...(place === undefined ? {} : { place }),
          ...(wire === undefined ? {} : { wire }),
        }),
    );
    const typists = all.slice(0, typing);
    const listeners = all.slice(typing);
    for (const { clientId } of typists) this.#sentAt.set(clientId, []);
    // Where everybody types, those who are watched get everything but their own.
    const watched = listeners.length > 0 ? listeners.slice(0, WATCHERS) : all.slice(0, WATCHERS);
    const watchers = watched.map(
      (person) =>
        new Watcher(
          person,
          typists.filter((typist) => typist !== person),
          this.#sentAt,
          this.#latencies,
        ),
    );
    return { typists, listeners, watchers };
  }
}

/** One of each document, then the next of each. */
function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}
