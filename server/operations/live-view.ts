import { createHash } from 'node:crypto';
import type { ConnectionRow, DocumentOrder, DocumentRow, Rows, Wish } from '../../protocol/dashboard.ts';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { Connections } from '../connection/connections.ts';
import { networkShown } from '../limits/networks.ts';
import type { Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';
import { largest } from './largest.ts';
import type { RecentTrouble } from './recent-trouble.ts';

/** Rows that one list shows. */
export const MAX_ROWS = 50;

interface Pace {
  readonly sequence: number;
  readonly at: number;
  readonly perSecond: number;
}

/** Two looks closer together than this, in milliseconds, see the same rates. */
const RATE_WINDOW = 1_500;

/** Longest rate window that means anything, in milliseconds; of an older look nothing is left. */
const STALE_RATE = 30_000;

/**
 * The documents in memory and the connections, as somebody who looks sees them. Walks over all of them only when somebody looks, and
 * describes only the rows that are shown.
 */
export class LiveView {
  readonly #registry: Registry;
  readonly #connections: Connections;
  readonly #trouble: RecentTrouble;
  readonly #clock: Clock;
  readonly #ids = new WeakMap<Room, string>();
  readonly #paces = new WeakMap<Room, Pace>();

  constructor(registry: Registry, connections: Connections, trouble: RecentTrouble, clock: Clock) {
    this.#registry = registry;
    this.#connections = connections;
    this.#trouble = trouble;
    this.#clock = clock;
  }

  documents({ documents: order, find }: Wish): Rows<DocumentRow> {
    const needle = find.trim().toLowerCase();
    const now = this.#clock.now();
    let total = 0;
    const fitting: Room[] = [];
    for (const room of this.#registry.rooms()) {
      total += 1;
      this.#pace(room, now);
      if (needle === '' || this.#isMeant(room, needle)) fitting.push(room);
    }
    const rows = largest(fitting, MAX_ROWS, (room) => this.#figure(room, order));
    return { total, found: fitting.length, rows: rows.map((room) => this.#describe(room)) };
  }

  connections({ connections: order, find }: Wish): Rows<ConnectionRow> {
    const needle = find.trim().toLowerCase();
    const titles = this.#titles();
    const fitting: Connection[] = [];
    for (const connection of this.#connections.all()) {
      if (needle === '' || isConnectionMeant(connection, titles.get(connection.documentName) ?? '', needle)) {
        fitting.push(connection);
      }
    }
    const figure = (connection: Connection) => {
      switch (order) {
        case 'backlog':
          return connection.socket.bufferedBytes;
        case 'newest':
          return connection.id;
        case 'oldest':
          return -connection.id;
        default:
          return order satisfies never;
      }
    };
    const rows = largest(fitting, MAX_ROWS, figure);
    const now = this.#clock.now();
    return {
      total: this.#connections.size,
      found: fitting.length,
      rows: rows.map((connection) => describeConnection(connection, titles.get(connection.documentName) ?? '', now)),
    };
  }

  /** How many connections each transport carries. */
  transports(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { transport } of this.#connections.all()) counts[transport] = (counts[transport] ?? 0) + 1;
    return counts;
  }

  /** The name of a document in memory by the id that a row has; null when it is no longer there. */
  nameOf(id: string): string | null {
    for (const room of this.#registry.rooms()) if (this.#idOf(room) === id) return room.name;
    return null;
  }

  #titles(): Map<string, string> {
    const titles = new Map<string, string>();
    for (const room of this.#registry.rooms()) titles.set(room.name, room.document.properties.title);
    return titles;
  }

  #isMeant(room: Room, needle: string): boolean {
    const { title } = room.document.properties;
    return title.toLowerCase().includes(needle) || this.#idOf(room).toLowerCase() === needle || room.name === needle;
  }

  #figure(room: Room, order: DocumentOrder): number {
    switch (order) {
      case 'people':
        return room.memberCount;
      case 'updates':
        return this.#paces.get(room)?.perSecond ?? 0;
      case 'bytes':
        return room.document.storedBytes;
      case 'failure':
        return this.#trouble.ofDocument(room.name)?.at ?? 0;
      default:
        return order satisfies never;
    }
  }

  #describe(room: Room): DocumentRow {
    const { document } = room;
    const failure = this.#trouble.ofDocument(room.name);
    return {
      ...{ id: this.#idOf(room), title: document.properties.title, people: room.memberCount },
      ...{ updates: Number((this.#paces.get(room)?.perSecond ?? 0).toPrecision(3)), bytes: document.storedBytes },
      ...{ logRecords: document.logRecords, isDurable: document.isDurable },
      failure: failure === null ? null : { at: failure.at, message: failure.cause ?? failure.message },
    };
  }

  #pace(room: Room, now: number): void {
    const { sequence } = room.document.position;
    const before = this.#paces.get(room);
    const elapsed = before === undefined ? Number.POSITIVE_INFINITY : now - before.at;
    if (before !== undefined && elapsed < RATE_WINDOW) return;
    const perSecond =
      before === undefined || elapsed > STALE_RATE ? 0 : ((sequence - before.sequence) * 1000) / elapsed;
    this.#paces.set(room, { sequence, at: now, perSecond });
  }

  #idOf(room: Room): string {
    let id = this.#ids.get(room);
    if (id === undefined) {
      id = documentId(room.name);
      this.#ids.set(room, id);
    }
    return id;
  }
}

/** Stands for a document where its name should not: the same for as long as the name is. */
export function documentId(name: string): string {
  return createHash('sha256').update(`document ${name}`).digest('base64url').slice(0, 12);
}

function isConnectionMeant({ person, address, id, documentName }: Connection, title: string, needle: string): boolean {
  return (
    String(id) === needle ||
    address.startsWith(needle) ||
    title.toLowerCase().includes(needle) ||
    person?.name?.toLowerCase().includes(needle) === true ||
    person?.id.toLowerCase().includes(needle) === true ||
    documentId(documentName).toLowerCase() === needle
  );
}

function describeConnection(connection: Connection, title: string, now: number): ConnectionRow {
  const { id, address, person, grant, documentName, transport, since, socket } = connection;
  return {
    ...{ id, network: networkShown(address), person: person?.name ?? null, personId: person?.id ?? null },
    ...{ role: grant.role, through: grant.through, document: documentId(documentName), title, transport },
    ...{ age: Math.round(now - since), backlog: socket.bufferedBytes },
  };
}
