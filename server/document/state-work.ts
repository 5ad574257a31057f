import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { decodeMessage, encodeUpdate } from '../../protocol/messages.ts';
import { encodeSnapshot } from './record.ts';
import { createServerDoc } from './server-doc.ts';

/** A state as it goes to newcomers, and as it goes to the store. */
export interface MergedState {
  /** An update message of the protocol with the whole state, as `stateOf` takes it out again. */
  readonly message: Uint8Array;
  /** The record of the snapshot, as `encodeSnapshot` makes it. */
  readonly snapshot: Uint8Array;
}

/** A state as it goes to newcomers, and in pieces. */
export interface CutState {
  /** As in `MergedState`. */
  readonly message: Uint8Array;
  /** The state as several updates, none of which needs a later one, so that they can be applied with pauses between. */
  readonly pieces: readonly Uint8Array[];
}

/**
 * Work on the bytes of big states, which takes seconds: where it is done is up to the one who does it. `updates` build on each
 * other in order and on nothing else.
 */
export interface StateWork {
  /** All that `updates` hold, for a snapshot that covers the log up to `sequence`. */
  merge(updates: readonly Uint8Array[], sequence: number): Promise<MergedState>;
  /** All that `updates` hold, in pieces. */
  cut(updates: readonly Uint8Array[]): Promise<CutState>;
  /** Ends what runs; what was asked for and not answered rejects. */
  close(): Promise<void>;
}

/** Updates of this many bytes together are worth the way to another thread. */
export const BIG_STATE_BYTES = 4 * 1024 * 1024;

/** Structs of a piece: applying this many takes about ten milliseconds. */
const PIECE_STRUCTS = 1_000;

/** Does the work in this thread, at once. */
export const STATE_WORK_HERE: StateWork = {
  merge: async (updates, sequence) => mergeState(updates, sequence),
  cut: async (updates) => cutState(updates),
  close: async () => undefined,
};

/** The state in a message that `encodeUpdate` made; a view. */
export function stateOf(message: Uint8Array): Uint8Array {
  const decoded = decodeMessage(message);
  if (decoded.type !== 'update') throw new Error(`a state came as ${decoded.type}`);
  return decoded.update;
}

/** See `StateWork`. */
export function mergeState(updates: readonly Uint8Array[], sequence: number): MergedState {
  const state = Y.encodeStateAsUpdate(docOf(updates));
  return { message: encodeUpdate(state), snapshot: encodeSnapshot({ sequence, state }) };
}

/** See `StateWork`. A piece has `size` structs at most. */
export function cutState(updates: readonly Uint8Array[], size = PIECE_STRUCTS): CutState {
  const doc = docOf(updates);
  const pieces = new PieceCutter(doc, size).cut();
  // What is left are the deletions: a state vector does not cover them.
  pieces.push(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(doc)));
  return { message: encodeUpdate(Y.encodeStateAsUpdate(doc)), pieces };
}

function docOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = createServerDoc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) {
    throw new Error('an update is missing that a later one builds on');
  }
  return doc;
}

type Struct = Y.Item | Y.GC;

/** The structs of one client, and how many of them are in a piece. */
interface Line {
  readonly client: number;
  readonly structs: readonly Struct[];
  done: number;
  /** Clock behind the structs that are done. */
  clock: number;
  /** Where the piece that is being made begins. */
  from: number;
}

/** Walks all structs in an order in which each comes after what it builds on, and writes them down piece by piece. */
class PieceCutter {
  readonly #lines = new Map<number, Line>();
  readonly #size: number;
  readonly #pieces: Uint8Array[] = [];
  #count = 0;

  constructor(doc: Y.Doc, size: number) {
    this.#size = size;
    for (const [client, structs] of doc.store.clients) {
      this.#lines.set(client, { client, structs, done: 0, clock: 0, from: 0 });
    }
  }

  cut(): Uint8Array[] {
    for (const line of this.#lines.values()) this.#finish(line);
    this.#write();
    return this.#pieces;
  }

  /** Takes all structs of a line; where one builds on another line's, that line is followed first, as far as is needed. */
  #finish(first: Line): void {
    const stack = [first];
    for (let line = stack.at(-1); line !== undefined; line = stack.at(-1)) {
      const struct = line.structs[line.done];
      if (struct === undefined) {
        stack.pop();
        continue;
      }
      const awaited = this.#awaitedBy(struct);
      if (awaited !== null) {
        stack.push(awaited);
        continue;
      }
      line.done += 1;
      line.clock = struct.id.clock + struct.length;
      this.#count += 1;
      if (this.#count >= this.#size) this.#write();
      const below = stack.at(-2);
      const waiting = below?.structs[below.done];
      if (waiting !== undefined && this.#awaitedBy(waiting) !== line) stack.pop();
    }
  }

  /** The line that has to be followed before `struct` can be taken; null when it can be. */
  #awaitedBy(struct: Struct): Line | null {
    if (!(struct instanceof Y.Item)) return null;
    const parent = struct.parent instanceof Y.AbstractType ? (struct.parent._item?.id ?? null) : null;
    for (const id of [struct.origin, struct.rightOrigin, parent]) {
      if (id === null || id.client === struct.id.client) continue;
      const line = this.#lines.get(id.client);
      if (line !== undefined && line.clock <= id.clock) return line;
    }
    return null;
  }

  #write(): void {
    const lines = [...this.#lines.values()].filter(({ done, from }) => done > from);
    this.#count = 0;
    if (lines.length === 0) return;
    const encoder = new Y.UpdateEncoderV1();
    encoding.writeVarUint(encoder.restEncoder, lines.length);
    for (const line of lines) {
      const structs = line.structs.slice(line.from, line.done);
      encoding.writeVarUint(encoder.restEncoder, structs.length);
      encoder.writeClient(line.client);
      encoding.writeVarUint(encoder.restEncoder, structs[0]?.id.clock ?? 0);
      for (const struct of structs) struct.write(encoder, 0);
      line.from = line.done;
    }
    encoding.writeVarUint(encoder.restEncoder, 0);
    this.#pieces.push(encoder.toUint8Array());
  }
}
