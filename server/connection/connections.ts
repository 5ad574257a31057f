import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import type { Notice } from '../../protocol/messages.ts';
import type { Admission, ArrivedRequest } from '../access/admission.ts';
import type { Grant } from '../access/authenticator.ts';
import { closeFor, type Denial } from '../access/decision.ts';
import type { Clock } from '../clock.ts';
import { AddressBook } from '../limits/address-book.ts';
import { audit, type SecurityEventFields } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { Registry } from '../room/registry.ts';
import type { ConnectionQuotas, StorageRoom } from './budget.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import { HEARTBEAT, Heartbeat } from './heartbeat.ts';
import type { Socket } from './socket.ts';

export interface ConnectionsLimits extends ConnectionLimits {
  /** Max sockets at a time, with those that wait for access or for their close. */
  readonly connections: number;
  /** Max of them from one address. */
  readonly connectionsPerAddress: number;
  /** Max connections of one person; more are closed with 4429. */
  readonly connectionsPerPerson: number;
  /** Max bytes that may wait in memory for all connections, in either direction; over it the worst are closed. */
  readonly backlogBytes: number;
}

/** Hears who comes and goes. Must return soon and not throw. */
export interface ConnectionObserver {
  /** Somebody has joined a document. */
  joined(connection: Connection): void;
  /** Somebody who had joined is gone. */
  left(connection: Connection): void;
}

export interface ConnectionsDependencies {
  readonly observer?: ConnectionObserver;
  /** Hears who was let into which document, and by what. */
  readonly onLetIn?: (about: SecurityEventFields) => void;
  /** What everybody who joins is told; null for nothing. */
  readonly announcement?: () => Notice | null;
  readonly registry: Registry;
  readonly admission: Admission;
  readonly quotas: ConnectionQuotas;
  readonly storage: StorageRoom;
  readonly limits: ConnectionsLimits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Somebody who asks for a document, and how they want to use it. */
export interface Arrival extends ArrivedRequest {
  /** Of the copy that the client brings, if it says. */
  readonly epoch: string | null;
  /** Names the client across its connections, if it says. */
  readonly sessionKey: string | null;
  readonly speaksCoscribe: boolean;
  /** Whether the client would take a client id of somebody who left. */
  readonly wantsClientId: boolean;
  /** Whether the client takes messages that are compressed. */
  readonly decompresses: boolean;
}

/** A transport's end of a connection to come: nothing is read of it before `start`. */
export interface Carrier extends Socket {
  /** Whether the other end is still there. */
  readonly isOpen: boolean;
  /** Passes what comes to the connection from now on; tells it of the end, and `ended` by which close code. */
  start(connection: Connection, ended: (code: number) => void): void;
  /** Ends it because nobody is let in. */
  refuse(code: CloseCode, reason: string): void;
}

/** Why there is no room for another socket, as HTTP says it. */
export interface NoRoom {
  readonly status: 429 | 503;
  readonly code: 'rate-limited' | 'server-full';
  readonly message: string;
  /** Seconds to wait. */
  readonly retryAfter: number;
}

/** What stands in the place of a code when the other end closed without one, or vanished (RFC 6455, section 7.4.1). */
const NO_CODE = 1005;
const NO_CLOSE = 1006;

/** Seconds that a client turned away for lack of room is asked to wait. */
const OVERLOAD_RETRY_AFTER = 10;

/** All connections of the server, whatever carries them: who is let in, counted, kept alive and told to go. */
export class Connections {
  readonly #dependencies: ConnectionsDependencies;
  readonly #heartbeat: Heartbeat;
  readonly #connections = new Set<Connection>();
  readonly #joined = new WeakSet<Connection>();
  /** The connections of clients that named their session, by document and key. */
  readonly #sessions = new Map<string, Connection>();
  /** Those whose access is being decided. */
  readonly #undecided = new Set<Carrier>();
  /** Every socket from its beginning to its end, by address. */
  readonly #addresses = new AddressBook();
  #sockets = 0;
  /** The connections of people whom the server knows, by their ids. */
  readonly #people = new AddressBook();
  /** How many connections ended with each close code; `none` without one, `other` with one that is not ours. */
  readonly closes = new Map<string, number>();
  #nextId = 1;
  #stopping = false;

  constructor(dependencies: ConnectionsDependencies) {
    this.#dependencies = dependencies;
    this.#heartbeat = new Heartbeat(dependencies.clock, HEARTBEAT, dependencies.limits.backlogBytes);
  }

  /** How many connections are open. */
  get size(): number {
    return this.#connections.size;
  }

  /** All connections that are open. */
  all(): Iterable<Connection> {
    return this.#connections;
  }

  /** Counts a socket of an address; returns how to end that, to be called once, or why there is no room. */
  takeRoom(address: string): (() => void) | NoRoom {
    const { limits, logger } = this.#dependencies;
    const retryAfter = OVERLOAD_RETRY_AFTER;
    if (this.#stopping || this.#sockets >= limits.connections) {
      const message = 'The server has no room for another connection.';
      return { status: 503, code: 'server-full', message, retryAfter };
    }
    if (this.#addresses.isFull(address, limits.connectionsPerAddress)) {
      const message = 'This address has as many connections as it may.';
      audit(logger, 'rate-limited', { address, code: 'rate-limited', reason: message });
      return { status: 429, code: 'rate-limited', message, retryAfter };
    }
    const forget = this.#addresses.add(address);
    this.#sockets += 1;
    return () => {
      this.#sockets -= 1;
      forget();
    };
  }

  /** Lets somebody in, or says why not. Resolves when they have joined their document, or will not. */
  async accept(carrier: Carrier, arrival: Arrival): Promise<void> {
    const { admission, observer, registry } = this.#dependencies;
    this.#undecided.add(carrier);
    const connection = await admission.admit(arrival, (decision) => {
      this.#undecided.delete(carrier);
      if (decision.granted) return this.#letIn(carrier, arrival, decision);
      this.#deny(carrier, arrival, decision);
      return null;
    });
    if (connection === null) return;
    await connection.join(registry, arrival.epoch);
    if (!this.#connections.has(connection)) return;
    this.#joined.add(connection);
    const announced = this.#dependencies.announcement?.() ?? null;
    if (announced !== null) connection.notify(announced);
    observer?.joined(connection);
  }

  /** Turns somebody away. `about` is what the log says of it; null when the log has the cause. */
  refuse(carrier: Carrier, code: CloseCode, reason: string, about: SecurityEventFields | null): void {
    const event = code === CLOSE_CODES.rateLimited ? 'rate-limited' : 'refused';
    if (about !== null) audit(this.#dependencies.logger, event, { ...about, code: code.name, reason });
    this.#countClose(code.code);
    carrier.refuse(code, reason);
  }

  /** Closes every connection with `restart` and takes no more. More than once is fine. */
  close(): void {
    this.#stopping = true;
    this.#dependencies.admission.close();
    this.#heartbeat.stop();
    for (const connection of [...this.#connections]) connection.close(CLOSE_CODES.restart, CLOSE_CODES.restart.meaning);
    for (const carrier of this.#undecided) carrier.terminate();
  }

  #deny(carrier: Carrier, { documentName, address }: Arrival, denial: Denial): void {
    const [code, reason] = closeFor(denial);
    const isUndecided = denial.refusal === 'unavailable' || denial.refusal === 'failed';
    if (isUndecided) {
      const fields = { err: denial.cause, document: documentName };
      this.#dependencies.logger.error(fields, 'Access could not be decided; the connection is refused.');
    }
    this.refuse(carrier, code, reason, isUndecided ? null : { address, document: documentName });
  }

  #letIn(carrier: Carrier, arrival: Arrival, grant: Grant): Connection | null {
    if (!carrier.isOpen || this.#stopping) {
      carrier.terminate();
      return null;
    }
    const forgetPerson = this.#countPerson(carrier, arrival, grant);
    if (forgetPerson === null) return null;
    const { admission, clock, limits, logger, onLetIn, quotas, storage } = this.#dependencies;
    const { documentName: document, address } = arrival;
    const { role, through, person } = grant;
    onLetIn?.({ document, address, role, through, person: person?.id ?? null });
    const session = arrival.sessionKey === null ? null : `${arrival.documentName}\0${arrival.sessionKey}`;
    const connection = new Connection(
      carrier,
      { ...arrival, id: this.#nextId++, grant },
      {
        admission,
        limits,
        clock,
        logger,
        quotas,
        storage,
        onClosed: (closed) => this.#forget(closed, session, forgetPerson),
      },
    );
    if (session !== null) this.#takeOver(session, connection);
    this.#connections.add(connection);
    this.#heartbeat.add(connection);
    carrier.start(connection, (code) => this.#countClose(code));
    return connection;
  }

  /** Counts a connection of a person until the function that it returns is called; refuses it when there are too many. */
  #countPerson(carrier: Carrier, { address, documentName }: Arrival, { person }: Grant): (() => void) | null {
    if (person === null) return () => undefined;
    if (this.#people.count(person.id) < this.#dependencies.limits.connectionsPerPerson)
      return this.#people.add(person.id);
    const reason = retryAfterReason(OVERLOAD_RETRY_AFTER, 'This person has as many connections as they may.');
    this.refuse(carrier, CLOSE_CODES.rateLimited, reason, { address, document: documentName, person: person.id });
    return null;
  }

  /**
   * A client that comes back on another network is here before the heartbeat has found its old connection dead. While that
   * lives, nobody else may write under its client id; so the old one has to go first.
   */
  #takeOver(session: string, connection: Connection): void {
    const old = this.#sessions.get(session);
    old?.socket.terminate();
    old?.closed();
    this.#sessions.set(session, connection);
  }

  #forget(connection: Connection, session: string | null, forgetPerson: () => void): void {
    this.#connections.delete(connection);
    forgetPerson();
    if (session !== null && this.#sessions.get(session) === connection) this.#sessions.delete(session);
    this.#heartbeat.remove(connection);
    if (this.#joined.delete(connection)) this.#dependencies.observer?.left(connection);
  }

  #countClose(code: number): void {
    const isOurs = Object.values(CLOSE_CODES).some((known) => known.code === code);
    const label = isOurs ? String(code) : code === NO_CODE || code === NO_CLOSE ? 'none' : 'other';
    this.closes.set(label, (this.closes.get(label) ?? 0) + 1);
  }
}
