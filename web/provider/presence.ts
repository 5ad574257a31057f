import * as time from 'lib0/time';
import {
  type Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import { decodeAwarenessEntries, encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import type { Clock } from './clock.ts';

/** How often, at most, the states of the others are marked as still valid. y-protocols drops them after 30 s. */
const REFRESH_MS = 5_000;

/** Client ids, as the awareness tells what became of their states. */
export interface AwarenessChanges {
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
}

/**
 * The awareness of one document while a server speaks for the others: only the own state goes out, only those of others
 * come in (PRE-2), and they last as long as the server says, not as long as renewals come (PRE-3).
 */
export class Presence {
  readonly #awareness: Awareness;
  readonly #origin: unknown;
  readonly #clock: Clock;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  /** @param origin the origin under which changes from the server are made */
  constructor(awareness: Awareness, origin: unknown, clock: Clock) {
    this.#awareness = awareness;
    this.#origin = origin;
    this.#clock = clock;
  }

  /** The one client id that this connection speaks for. */
  get clientId(): number {
    return this.#awareness.clientID;
  }

  /**
   * Raises the own clock. Others who saw this client leave ignore a state with the clock they last saw, and everybody
   * ignores a first state with clock 0.
   */
  renew(): void {
    const state = this.#awareness.getLocalState();
    if (state !== null) this.#awareness.setLocalState(state);
  }

  /** The own state as an awareness update, `null` in it when there is none. @throws ProtocolError when servers would refuse it */
  encodeOwn(): Uint8Array {
    const update = encodeAwarenessUpdate(this.#awareness, [this.clientId]);
    decodeAwarenessEntries(update);
    return update;
  }

  /** Takes over what the server says about others. @throws ProtocolError when the update is not one */
  applyRemote(update: Uint8Array): void {
    const others = decodeAwarenessEntries(update).filter((entry) => entry.clientId !== this.clientId);
    if (others.length === 0) return;
    applyAwarenessUpdate(this.#awareness, encodeAwarenessEntries(others, others.length), this.#origin);
  }

  /** The server was heard from: anyone who it did not report as gone is still there. Cheap to call for every frame. */
  refresh(): void {
    const sinceLast = this.#clock.now() - this.#refreshedAt;
    // The wall clock may be set back.
    if (sinceLast >= 0 && sinceLast < REFRESH_MS) return;
    this.#refreshedAt = this.#clock.now();
    // Not the injected clock: the awareness compares with this one.
    const now = time.getUnixTime();
    for (const clientId of this.#awareness.states.keys()) {
      const meta = this.#awareness.meta.get(clientId);
      if (meta !== undefined && clientId !== this.clientId) meta.lastUpdated = now;
    }
  }

  /** Nobody speaks for the others any more: removes them, and forgets their clocks so that the same states can return. */
  clear(): void {
    const others = [...this.#awareness.meta.keys()].filter((clientId) => clientId !== this.clientId);
    removeAwarenessStates(this.#awareness, others, this.#origin);
    for (const clientId of others) this.#awareness.meta.delete(clientId);
  }
}
