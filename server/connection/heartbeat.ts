import type { Clock } from '../clock.ts';
import { networkOf } from '../limits/network-of.ts';
import type { Connection } from './connection.ts';
import { KEEP_ALIVE } from './keep-alive.ts';

export interface HeartbeatIntervals {
  /** A client silent for this long is pinged, in milliseconds. */
  readonly ping: number;
  /** A client silent for this long is dropped: within two ping intervals (CON-3). */
  readonly drop: number;
  /** A client that was sent nothing for this long gets an empty message: stock clients reconnect after 30 s of silence. */
  readonly keepAlive: number;
  /** How often all connections are looked at. */
  readonly sweep: number;
}

export const HEARTBEAT: HeartbeatIntervals = { ping: 15_000, drop: 28_000, keepAlive: 20_000, sweep: 2_500 };

interface Pulse {
  bytesRead: number;
  heardAt: number;
  sentAt: number;
  pinged: boolean;
}

/** Finds the dead and keeps the living: one timer for all connections. Any inbound byte counts as life. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervals: HeartbeatIntervals;
  readonly #backlogBytes: number;
  readonly #pulses = new Map<Connection, Pulse>();
  #timer: unknown = null;

  /** Over `backlogBytes` waiting in memory for all connections together, those with the most are dropped. */
  constructor(clock: Clock, intervals: HeartbeatIntervals = HEARTBEAT, backlogBytes = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#intervals = intervals;
    this.#backlogBytes = backlogBytes;
    this.#schedule();
  }

  add(connection: Connection): void {
    const now = this.#clock.now();
    this.#pulses.set(connection, { bytesRead: 0, heardAt: now, sentAt: now, pinged: false });
  }

  remove(connection: Connection): void {
    this.#pulses.delete(connection);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      let waiting = 0;
      for (const [connection, pulse] of this.#pulses) {
        this.#check(connection, pulse, now);
        waiting += connection.waitingBytes;
      }
      if (waiting > this.#backlogBytes) this.#shed(waiting);
      this.#schedule();
    }, this.#intervals.sweep);
  }

  /**
   * Drops connections of the address for which the most waits, those with the most first, then of the next, until a quarter of the
   * bound is free (SEC-10). Many that hold little each do not end the one that holds much.
   */
  #shed(waiting: number): void {
    const held = [...this.#pulses.keys()].map((connection) => ({ connection, bytes: connection.waitingBytes }));
    const ofNetwork = new Map<string, number>();
    for (const { connection, bytes } of held) {
      const network = networkOf(connection.address);
      ofNetwork.set(network, (ofNetwork.get(network) ?? 0) + bytes);
    }
    const sumOf = (connection: Connection) => ofNetwork.get(networkOf(connection.address)) ?? 0;
    held.sort((a, b) => sumOf(b.connection) - sumOf(a.connection) || b.bytes - a.bytes);
    let left = waiting;
    for (const { connection, bytes } of held) {
      if (left <= this.#backlogBytes * 0.75) return;
      left -= bytes;
      connection.drop('Too much waits in memory for all connections, and the most for this one.');
    }
  }

  #check(connection: Connection, pulse: Pulse, now: number): void {
    const { socket } = connection;
    connection.sweep();
    if (socket.bytesRead !== pulse.bytesRead) {
      pulse.bytesRead = socket.bytesRead;
      pulse.heardAt = now;
      pulse.pinged = false;
    }
    const silent = now - pulse.heardAt;
    if (silent >= this.#intervals.drop) {
      connection.drop('Nothing has come from it for too long.');
      return;
    }
    if (silent >= this.#intervals.ping && !pulse.pinged) {
      pulse.pinged = true;
      socket.ping();
    }
    if (connection.sentSinceSweep) {
      connection.sentSinceSweep = false;
      pulse.sentAt = now;
    } else if (now - pulse.sentAt >= this.#intervals.keepAlive) {
      connection.deliver(KEEP_ALIVE);
    }
  }
}
