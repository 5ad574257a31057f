import { encodeUpdate } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { mergeUpdates } from './merge-updates.ts';

/** The server refuses any message as large as this one, so it cannot leave this device. */
export class MessageTooBigError extends Error {
  override readonly name = 'MessageTooBigError';
}

interface WaitingUpdate {
  readonly update: Uint8Array;
  /** The last edit that has left once this update has. */
  readonly through: number;
}

interface Frame {
  /** Once this frame is durable, so are all edits up to this one. */
  readonly through: number;
  /** Whether the frame also carries what the offline copy held when it was read. */
  readonly restored: boolean;
}

/**
 * Keeps the account of local edits: which wait, which are on their way, which the server has on its disk. It knows neither
 * sockets nor documents.
 *
 * ```
 * edit() -> [waiting] -> frame 1, frame 2, … -> stored(2) -> saved
 *               ^            | dropped()
 *               +------------+   (the next connection's whole frame carries them again)
 * ```
 *
 * Edits are numbered in the order they happen and frames carry them in that order, so one number says how far the server
 * has come. Frames are counted from 1 on each connection, as the server's *stored* message does; nothing of that count
 * outlives the connection (DUR-13).
 */
export class Outbox {
  #made = 0;
  #durable = 0;
  #restoredEdits = 0;
  #waiting: WaitingUpdate[] = [];
  /** Frames of this connection that the server has not yet acknowledged, oldest first. */
  #frames: Frame[] = [];
  #acknowledged = 0;

  /** Number of edits that are only on this device. */
  get unsaved(): number {
    return this.#made - this.#durable + this.#restoredEdits;
  }

  /** All edits up to this number are durable on the server. */
  get durable(): number {
    return this.#durable;
  }

  /** Whether updates wait for a frame. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Counts a local edit. Returns its number: 1, 2, … */
  edit(): number {
    this.#made += 1;
    return this.#made;
  }

  /** Counts edits that an earlier page left in the offline copy. They become durable with a whole frame only. */
  restore(edits: number): void {
    this.#restoredEdits += edits;
  }

  /** Queues the update of a local edit for the next frame. Call it after the edit was counted. */
  wait(update: Uint8Array): void {
    this.#waiting.push({ update, through: this.#made });
  }

  /**
   * Turns what waits into frames, as few as the size limit allows, and counts them as sent.
   * @throws MessageTooBigError when one edit alone exceeds the limit; then nothing was taken.
   */
  takeFrames(maxBytes: number): Uint8Array[] {
    const frames: { frame: Uint8Array; through: number }[] = [];
    pack(this.#waiting, maxBytes, frames);
    this.#waiting = [];
    for (const { through } of frames) this.#frames.push({ through, restored: false });
    return frames.map(({ frame }) => frame);
  }

  /**
   * Counts a frame that carries everything the document holds and the server lacks, so nothing has to wait any longer.
   * @param restored whether the document holds all of the offline copy
   */
  sendWhole(restored: boolean): void {
    this.#waiting = [];
    this.#frames.push({ through: this.#made, restored });
  }

  /** What waits cannot leave as it is; the next whole frame carries it. */
  forgetWaiting(): void {
    this.#waiting = [];
  }

  /** Counts a frame that carries no edit of this page: the answer of somebody who may not write, or what another tab made. */
  sendNothing(): void {
    this.#frames.push({ through: this.#durable, restored: false });
  }

  /**
   * The server has the first `count` frames of this connection on its disk.
   * @returns whether that included what the offline copy held
   * @throws ProtocolError when there were not as many
   */
  stored(count: number): boolean {
    const newly = count - this.#acknowledged;
    if (newly > this.#frames.length) {
      throw new ProtocolError(
        `${count} updates stored, but only ${this.#acknowledged + this.#frames.length} were sent on this connection`,
      );
    }
    if (newly <= 0) return false;
    let restored = false;
    for (const frame of this.#frames.splice(0, newly)) {
      this.#durable = Math.max(this.#durable, frame.through);
      restored ||= frame.restored;
    }
    this.#acknowledged = count;
    if (restored) this.#restoredEdits = 0;
    return restored;
  }

  /** The connection is gone. What was not acknowledged goes into the next connection's whole frame. */
  dropped(): void {
    this.#waiting = [];
    this.#frames = [];
    this.#acknowledged = 0;
  }
}

/** Merges updates into one frame, or halves them until each frame fits. */
function pack(
  updates: readonly WaitingUpdate[],
  maxBytes: number,
  into: { frame: Uint8Array; through: number }[],
): void {
  const last = updates.at(-1);
  if (last === undefined) return;
  const frame = encodeUpdate(mergeUpdates(updates.map(({ update }) => update)));
  if (frame.length <= maxBytes) {
    into.push({ frame, through: last.through });
    return;
  }
  if (updates.length === 1) {
    throw new MessageTooBigError(`one edit makes a message of ${frame.length} bytes, the server takes ${maxBytes}`);
  }
  const middle = updates.length >> 1;
  pack(updates.slice(0, middle), maxBytes, into);
  pack(updates.slice(middle), maxBytes, into);
}
