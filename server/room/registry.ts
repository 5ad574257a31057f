import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Room } from './room.ts';

/** The right to use a room. The room stays open while somebody holds one. */
export interface Lease {
  readonly room: Room;
  /** Gives the right back; more than once is fine. */
  release(): void;
}

/** As many documents are in memory as may be. The message is for the person who was refused. */
export class RegistryFullError extends Error {
  override readonly name = 'RegistryFullError';
}

/** A document cannot be taken out of use: something in the server holds on to it. The message says so. */
export class DocumentInUseError extends Error {
  override readonly name = 'DocumentInUseError';
}

interface Entry {
  readonly opening: Promise<Room>;
  /** Set once it is open. */
  room: Room | null;
  leases: number;
  idleTimer: unknown;
  /** Whether it is on its way to be dropped, unless somebody comes. */
  unloading: boolean;
  /** Called when nobody uses it any more, while somebody waits for that. */
  onFree: (() => void) | null;
  /** Where the one it was opened for comes from; null when the server itself opened it. */
  readonly place: string | null;
}

/** How often the rooms that nobody has written in are counted again, in milliseconds: there can be very many. */
const COUNT_INTERVAL = 1_000;

/** How long those who use a document for a moment may take to let it go, in milliseconds. */
const FREE_WITHIN = 10_000;

/** How often members that are behind are looked at, in milliseconds. */
const STRAGGLER_INTERVAL = 5_000;

/**
 * The open documents, one room each, never two of one document (DUR-4). A room that nobody uses is kept for a while,
 * made durable, and dropped if still nobody came.
 *
 *   (none) --open--> loading --ok--> open --last lease released--> idle --timer--> settling --still idle--> (none)
 *                       |               ^------------- lease taken -----+-------------+
 *                       +--fails--> (none), everybody who waited is told
 */
export class Registry {
  readonly #load: (name: string) => Promise<Room>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #unloadAfter: number;
  readonly #maxRooms: number;
  readonly #entries = new Map<string, Entry>();
  /** Documents that nobody may open now, and when that ends. */
  readonly #withdrawn = new Map<string, Promise<void>>();
  /** Rooms that nobody had written in when they were last counted, the oldest first, by where they were opened from. */
  #unwritten = new Map<string, Entry[]>();
  #countedAt = Number.NEGATIVE_INFINITY;
  #stragglerTimer: unknown = null;
  #closed = false;

  /**
   * `load` makes a room of a stored document; `unloadAfter` is how long an unused room is kept, in milliseconds; there are
   * never more than `maxRooms`.
   */
  constructor(options: {
    load: (name: string) => Promise<Room>;
    unloadAfter: number;
    maxRooms: number;
    clock: Clock;
    logger: Logger;
  }) {
    this.#load = options.load;
    this.#unloadAfter = options.unloadAfter;
    this.#maxRooms = options.maxRooms;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#watchStragglers();
  }

  /** How many rooms are open or loading. */
  get size(): number {
    return this.#entries.size;
  }

  /** The rooms that are open. */
  *rooms(): Iterable<Room> {
    for (const { room } of this.#entries.values()) if (room !== null) yield room;
  }

  /**
   * Opens the room of document `name`, for somebody who comes from `place` or for the server itself, or joins in its use. Rejects when
   * the document cannot be loaded. When it would be one too many, those that nobody uses are being dropped, and one of a
   * document that nobody ever wrote goes at once.
   * @throws RegistryFullError when there is none of those.
   */
  async open(name: string, place: string | null = null): Promise<Lease> {
    for (let end = this.#withdrawn.get(name); end !== undefined; end = this.#withdrawn.get(name)) await end;
    if (this.#closed) throw new Error('The server is stopping.');
    if (this.#entries.size >= this.#maxRooms && !this.#entries.has(name)) {
      this.#unloadIdle();
      if (!this.#dropUnwritten()) throw new RegistryFullError('The server has as many documents open as it may.');
    }
    const entry = this.#entries.get(name) ?? this.#begin(name, place);
    entry.leases += 1;
    this.#clock.clearTimeout(entry.idleTimer);
    let room: Room;
    try {
      room = await entry.opening;
    } catch (error) {
      entry.leases -= 1;
      throw error;
    }
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      this.#release(name, entry);
    };
    if (!room.broken) return { room, release };
    release();
    // What the failed room had appended must be in the store before it is read again.
    if (this.#entries.get(name) === entry) this.#begin(name, place, room.settle());
    return this.open(name, place);
  }

  /**
   * Takes a document out of use for as long as `work` takes: `dismiss` closes its members, what they wrote is made durable, and
   * the room is dropped. Who opens the document meanwhile waits.
   * @throws DocumentInUseError when a part of the server, or a program around it, does not let go; then nothing is done
   */
  async withdraw<T>(name: string, dismiss: (room: Room) => void, work: () => Promise<T>): Promise<T> {
    for (let end = this.#withdrawn.get(name); end !== undefined; end = this.#withdrawn.get(name)) await end;
    if (this.#closed) throw new Error('The server is stopping.');
    let end = (): void => undefined;
    this.#withdrawn.set(name, new Promise<void>((resolve) => (end = resolve)));
    try {
      await this.#empty(name, dismiss);
      return await work();
    } finally {
      this.#withdrawn.delete(name);
      end();
    }
  }

  async #empty(name: string, dismiss: (room: Room) => void): Promise<void> {
    const entry = this.#entries.get(name);
    // One that cannot be loaded is gone by itself.
    const room = await entry?.opening.catch(() => null);
    if (entry === undefined || room === undefined || room === null) return;
    dismiss(room);
    this.#clock.clearTimeout(entry.idleTimer);
    if (entry.leases > 0) await this.#untilFree(entry);
    this.#clock.clearTimeout(entry.idleTimer);
    do await room.settle();
    while (!room.isSettled);
    // It may have been dropped by itself meanwhile.
    this.#drop(name, entry);
    room.destroy();
  }

  #untilFree(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        entry.onFree = null;
        reject(new DocumentInUseError('A program that has the server inside is using the document.'));
      }, FREE_WITHIN);
      entry.onFree = () => {
        entry.onFree = null;
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Lets no one in any more, makes every room durable and drops it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#clock.clearTimeout(this.#stragglerTimer);
    for (const [name, entry] of this.#entries) {
      this.#clock.clearTimeout(entry.idleTimer);
      const room = await entry.opening.catch(() => null);
      await room?.settle();
      room?.destroy();
      this.#entries.delete(name);
    }
  }

  #begin(name: string, place: string | null, after: Promise<void> | null = null): Entry {
    const opening = after === null ? this.#load(name) : after.then(() => this.#load(name));
    const entry: Entry = { opening, room: null, leases: 0, idleTimer: null, unloading: false, onFree: null, place };
    this.#entries.set(name, entry);
    entry.opening.then(
      (room) => {
        entry.room = room;
      },
      (err: unknown) => {
        this.#drop(name, entry);
        this.#logger.error(
          { err, document: name },
          'A document cannot be loaded; nobody can open it. Run: coscribe check',
        );
      },
    );
    return entry;
  }

  #release(name: string, entry: Entry): void {
    entry.leases -= 1;
    if (entry.leases > 0 || this.#closed) return;
    entry.onFree?.();
    // There is nothing that would have to be read again.
    const wait = entry.room?.isUnwritten === true ? 0 : this.#unloadAfter;
    entry.idleTimer = this.#clock.setTimeout(() => void this.#unload(name, entry), wait);
  }

  /**
   * Drops the room of a document that nobody has written, with those who are in it: of the place that has the most such rooms
   * the oldest, so that no place can keep all others out. @returns false when there is none
   */
  #dropUnwritten(): boolean {
    if (this.#clock.now() - this.#countedAt >= COUNT_INTERVAL) this.#countUnwritten();
    for (;;) {
      let rooms: Entry[] = [];
      for (const candidates of this.#unwritten.values()) if (candidates.length > rooms.length) rooms = candidates;
      const entry = rooms.shift();
      if (entry === undefined) return false;
      const { room } = entry;
      if (room === null || !isDroppable(entry) || this.#entries.get(room.name) !== entry) continue;
      room.turnAway();
      this.#clock.clearTimeout(entry.idleTimer);
      this.#drop(room.name, entry);
      room.destroy();
      return true;
    }
  }

  #countUnwritten(): void {
    this.#countedAt = this.#clock.now();
    this.#unwritten.clear();
    for (const entry of this.#entries.values()) {
      if (entry.place === null || !isDroppable(entry)) continue;
      const rooms = this.#unwritten.get(entry.place);
      if (rooms === undefined) this.#unwritten.set(entry.place, [entry]);
      else rooms.push(entry);
    }
  }

  /** Drops now what would be dropped later. */
  #unloadIdle(): void {
    for (const [name, entry] of this.#entries) {
      if (entry.leases > 0 || entry.room === null || entry.unloading) continue;
      this.#clock.clearTimeout(entry.idleTimer);
      void this.#unload(name, entry);
    }
  }

  async #unload(name: string, entry: Entry): Promise<void> {
    const { room } = entry;
    if (room === null) return;
    entry.unloading = true;
    do {
      // While the storage fails this does not come back, and the room stays (DUR-2).
      await room.settle();
      if (entry.leases > 0 || this.#closed || this.#entries.get(name) !== entry) {
        entry.unloading = false;
        return;
      }
      // Somebody may have come, written and left meanwhile.
    } while (!room.isSettled);
    if (room.isWornOut) await room.makeAnew();
    this.#drop(name, entry);
    room.destroy();
  }

  #drop(name: string, entry: Entry): void {
    if (this.#entries.get(name) === entry) this.#entries.delete(name);
  }

  #watchStragglers(): void {
    this.#stragglerTimer = this.#clock.setTimeout(() => {
      for (const room of this.rooms()) room.closeStragglers();
      this.#watchStragglers();
    }, STRAGGLER_INTERVAL);
  }
}

/** Whether nothing is lost when the room goes, and nobody but its members uses it. */
function isDroppable({ room, leases, unloading }: Entry): boolean {
  return room !== null && !unloading && room.isUnwritten && leases === room.memberCount && leases > 0;
}
