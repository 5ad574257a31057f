import * as Y from 'yjs';
import { Gate, type GateOptions, type Sender } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-scan.ts';
import { type CraftedStruct, craftUpdate, deletedUnits, insertion, type UnitId } from './craft-update.ts';

/*
 * Seeded sessions of writers, honest and hostile, against a gate. Each run is a function of its seed and throws when
 * something is wrong, so that a test can run a few and a command can run them for ever:
 *
 *   for (let seed = 1; ; seed++) { runHonestSession(seed); runHostileSession(seed); }
 */

const FIELD = 'content';

const WINDOW = 12;

/** Numbers that look random and follow from the seed. */
export interface SeededRandom {
  /** A whole number from 0 up to, without, `below`. */
  int(below: number): number;
  /** True one time in `times`. */
  oneIn(times: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

export function seededRandom(seed: number): SeededRandom {
  // mulberry32: 32 bits of state, enough to choose edits.
  let state = seed >>> 0;
  const int = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return { int, oneIn: (times) => int(times) === 0, pick: (items) => items[int(items.length)] ?? items[0] };
}

/** A writer with a document of its own. */
interface Writer {
  readonly sender: Sender;
  readonly doc: Y.Doc;
  readonly undo: Y.UndoManager;
  online: boolean;
  /** Own updates that have not been sent. */
  outbox: Uint8Array[];
  /** Updates of the server that have not been read. */
  inbox: Uint8Array[];
  cursor: number;
}

const FROM_SERVER = 'server';

/** The room as far as the gate needs it: a document, updates that wait, and what each turn emits. */
class Desk {
  readonly doc = new Y.Doc();
  readonly gate: Gate;
  readonly emitted: Uint8Array[] = [];
  #waiting: { update: Uint8Array; sender: Sender; merge: boolean }[] = [];

  constructor(options: GateOptions, clientId: number) {
    this.doc.clientID = clientId;
    this.gate = new Gate(this.doc, options);
    this.doc.on('update', (update: Uint8Array) => this.emitted.push(update));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  receive(update: Uint8Array, sender: Sender, merge: boolean): 'pass' | 'gap' {
    const verdict = this.gate.admit(update, sender, merge);
    if (verdict === 'pass') this.#waiting.push({ update, sender, merge });
    return verdict;
  }

  /** Applies what waits in one transaction. Returns what became of each update. */
  turn(): ('applied' | 'more' | 'gap' | UpdateRefused)[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    const results: ('applied' | 'more' | 'gap' | UpdateRefused)[] = [];
    this.doc.transact(() => {
      for (const { update, sender, merge } of waiting) {
        try {
          results.push(this.gate.apply(update, sender, merge));
        } catch (error) {
          if (!(error instanceof UpdateRefused)) throw error;
          results.push(error);
        }
      }
    });
    const { pendingStructs, pendingDs } = this.doc.store;
    if (pendingStructs !== null || pendingDs !== null) throw new Error('pending state is left in the document');
    return results;
  }
}

const WORDS = ['a', 'e', 'the ', 'word', '\n', '\t', '😀', '👩‍👧', 'é', 'שלום', '日本語', '\r\n', '𝒳𝒴'] as const;

/** Edits `writer` the way people do: mostly at the cursor, sometimes elsewhere, now and then undo or a replacement. */
function edit(writer: Writer, random: SeededRandom): void {
  const text = writer.doc.getText(FIELD);
  if (random.oneIn(8)) writer.cursor = random.int(text.length + 1);
  writer.cursor = Math.min(writer.cursor, text.length);
  const kind = random.int(20);
  if (kind === 0) writer.undo.undo();
  else if (kind === 1) writer.undo.redo();
  else if (kind < 6) {
    // Any unit may be cut out, also half of a surrogate pair: bad editors do it.
    const length = Math.min(text.length - writer.cursor, 1 + random.int(random.oneIn(10) ? 40 : 3));
    if (length > 0) text.delete(writer.cursor, length);
  } else if (kind === 6) {
    writer.doc.transact(() => {
      for (let i = random.int(5); i >= 0; i--) {
        const at = random.int(text.length + 1);
        if (random.oneIn(3)) text.delete(at, Math.min(text.length - at, random.int(4)));
        else text.insert(at, random.pick(WORDS));
      }
    });
  } else {
    const word = random.pick(WORDS);
    text.insert(writer.cursor, word);
    writer.cursor += word.length;
    if (random.oneIn(5)) writer.undo.stopCapturing();
  }
}

function createWriter(id: number, random: SeededRandom): Writer {
  const doc = new Y.Doc();
  doc.clientID = 1 + random.int(2 ** 32 - 1);
  const undo = new Y.UndoManager(doc.getText(FIELD), { captureTimeout: 1_000_000 });
  const person = random.oneIn(2) ? { id: `person ${id}` } : null;
  const writer: Writer = { sender: { id, person }, doc, undo, online: true, outbox: [], inbox: [], cursor: 0 };
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== FROM_SERVER) writer.outbox.push(update);
  });
  return writer;
}

function read(writer: Writer, count: number): void {
  for (const update of writer.inbox.splice(0, count)) Y.applyUpdate(writer.doc, update, FROM_SERVER);
}

/** Sends what waits, one by one or merged, as providers do. */
function send(desk: Desk, writer: Writer, random: SeededRandom): void {
  while (writer.outbox.length > 0) {
    const some = writer.outbox.splice(0, random.oneIn(3) ? 1 + random.int(6) : 1);
    const update = Y.mergeUpdates(some);
    must(desk.receive(update, writer.sender, false) === 'pass', 'a live update is a gap');
    // A client that is not sure whether it was heard sends again.
    if (random.oneIn(20)) must(desk.receive(update, writer.sender, false) === 'pass', 'a repeated update is a gap');
  }
}

/** Comes back after time offline, by one of the ways that clients have. */
function reconnect(desk: Desk, writer: Writer, random: SeededRandom): void {
  const kind = random.int(4);
  const own = writer.outbox.length > 0 ? Y.mergeUpdates(writer.outbox) : null;
  writer.inbox = [];
  Y.applyUpdate(writer.doc, Y.encodeStateAsUpdate(desk.doc, Y.encodeStateVector(writer.doc)), FROM_SERVER);
  const state = Y.encodeStateAsUpdate(writer.doc);
  const stateVector = Y.encodeStateVector(desk.doc);
  let update = Y.encodeStateAsUpdate(writer.doc, stateVector);
  if (kind === 1) update = state;
  if (kind === 2) update = Y.diffUpdate(state, stateVector);
  if (kind === 3 && own !== null) update = own;
  writer.outbox = [];
  must(desk.receive(update, writer.sender, true) === 'pass', 'a merge is a gap');
  writer.online = true;
}

function turn(desk: Desk, writers: readonly Writer[]): void {
  const before = desk.emitted.length;
  for (const result of desk.turn()) must(result === 'applied', `an admitted update is ${String(result)}`);
  for (const writer of writers) if (writer.online) writer.inbox.push(...desk.emitted.slice(before));
}

/**
 * Several writers with undo, surrogate pairs, time offline, repeated and merged updates. Nothing may be refused or be a
 * gap, and in the end everybody has the same text.
 * @throws Error when that is not so.
 */
export function runHonestSession(seed: number, steps = 300): void {
  const random = seededRandom(seed);
  const desk = new Desk({ kind: 'text', field: FIELD }, 0);
  const writers = Array.from({ length: 2 + random.int(3) }, (_, i) => createWriter(i, random));
  for (let step = 0; step < steps; step++) {
    const writer = writers[random.int(writers.length)];
    if (writer === undefined) continue;
    const kind = random.int(30);
    if (kind < 18) edit(writer, random);
    else if (kind < 22) read(writer, random.int(writer.inbox.length + 1));
    else if (kind < 26) {
      if (writer.online) send(desk, writer, random);
    } else if (kind < 28) turn(desk, writers);
    else if (writer.online) writer.online = false;
    else reconnect(desk, writer, random);
  }
  for (const writer of writers) {
    if (writer.online) send(desk, writer, random);
    turn(desk, writers);
  }
  for (const writer of writers) if (!writer.online) reconnect(desk, writer, random);
  turn(desk, writers);
  const text = desk.doc.getText(FIELD).toString();
  for (const writer of writers) {
    read(writer, writer.inbox.length);
    must(writer.doc.getText(FIELD).toString() === text, 'a writer has another text than the server');
  }
  checkReplicas(desk, random);
}

/**
 * Real updates of two writers among mutants of them and forged structs with random neighbours. Whatever the gate lets
 * through, it throws nothing but UpdateRefused and leaves nothing pending, and the saved state can be loaded. In a text,
 * all replicas that get what the server emits have the same text besides, in whatever order it reaches them.
 * @returns how many hostile updates were applied.
 * @throws Error when that is not so.
 */
export function runHostileSession(
  seed: number,
  options: GateOptions = { kind: 'text', field: FIELD },
  steps = 120,
): number {
  const random = seededRandom(seed);
  const desk = new Desk(options, 0);
  const writers = [createWriter(0, random), createWriter(1, random)];
  const hostile: Sender = { id: 99, person: null };
  const past: Uint8Array[] = [];
  let applied = 0;
  for (let step = 0; step < steps; step++) {
    for (const writer of writers) {
      read(writer, random.int(writer.inbox.length + 1));
      edit(writer, random);
      if (random.oneIn(15)) past.push(Y.encodeStateAsUpdate(writer.doc));
      const updates = writer.outbox.splice(0);
      past.push(...updates);
      for (let i = random.int(6); i > 0; i--) {
        const forged = random.oneIn(2)
          ? forge(desk.doc, random)
          : mutate(past[random.int(past.length)] ?? new Uint8Array(), past, random);
        tryToReceive(desk, forged, random.oneIn(4) ? writer.sender : hostile, random.oneIn(4));
      }
      for (const update of updates) tryToReceive(desk, update, writer.sender, false);
    }
    if (random.oneIn(3)) {
      const before = desk.emitted.length;
      applied += desk.turn().filter((result) => result === 'applied').length;
      for (const writer of writers) writer.inbox.push(...desk.emitted.slice(before));
    }
    if (random.oneIn(20)) desk.gate.release(random.oneIn(2) ? hostile : (writers[0]?.sender ?? hostile));
  }
  desk.turn();
  if (options.kind === 'text') checkReplicas(desk, random);
  else Y.applyUpdate(new Y.Doc(), Y.encodeStateAsUpdate(desk.doc));
  return applied;
}

function tryToReceive(desk: Desk, update: Uint8Array, sender: Sender, merge: boolean): void {
  try {
    desk.receive(update, sender, merge);
  } catch (error) {
    if (!(error instanceof UpdateRefused)) throw error;
  }
}

/** Checks that everybody who gets what the server emitted or saved has its text. */
function checkReplicas(desk: Desk, random: SeededRandom): void {
  const text = desk.doc.getText(FIELD).toString();
  must(text.isWellFormed(), 'the text holds half of a surrogate pair');
  const replica = (updates: readonly Uint8Array[], what: string) => {
    const doc = new Y.Doc();
    for (const update of updates) Y.applyUpdate(doc, update);
    must(doc.store.pendingStructs === null && doc.store.pendingDs === null, `${what} has pending state`);
    must(doc.getText(FIELD).toString() === text, `${what} has another text than the server`);
    return doc;
  };
  replica(desk.emitted, 'a replica in order');
  // Out of order, Yjs now and then keeps as pending what it could apply; a client resyncs some day.
  const state = Y.encodeStateAsUpdate(desk.doc);
  replica([...shuffled(desk.emitted, random), state], 'a replica in another order');
  const reloaded = replica([state], 'the reloaded document');
  replica([Y.encodeStateAsUpdate(reloaded)], 'the document reloaded twice');
}

/** Another order, in which an update comes up to `WINDOW` places early: Yjs keeps what is early, at quadratic cost. */
function shuffled(updates: readonly Uint8Array[], random: SeededRandom): Uint8Array[] {
  const left = [...updates];
  const result: Uint8Array[] = [];
  while (left.length > 0) result.push(...left.splice(random.int(Math.min(left.length, WINDOW)), 1));
  return result;
}

/** A changed copy of `update`: bits flipped, bytes cut, added, exchanged, or spliced in from `others`. */
export function mutate(update: Uint8Array, others: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const bytes = [...update];
  for (let i = random.int(3); i >= 0; i--) {
    const at = random.int(bytes.length + 1);
    switch (random.int(8)) {
      case 0:
        bytes[at % Math.max(1, bytes.length)] = (bytes[at % Math.max(1, bytes.length)] ?? 0) ^ (1 << random.int(8));
        break;
      case 1:
        bytes[at % Math.max(1, bytes.length)] = random.int(256);
        break;
      case 2:
        bytes.length = at;
        break;
      case 3:
        bytes.splice(at, 1 + random.int(4));
        break;
      case 4:
        bytes.splice(at, 0, ...Array.from({ length: 1 + random.int(4) }, () => random.int(256)));
        break;
      case 5: {
        const other = others[random.int(others.length)] ?? update;
        const from = random.int(other.length);
        bytes.splice(at, random.int(8), ...other.subarray(from, from + random.int(16)));
        break;
      }
      case 6:
        bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.int(8)));
        break;
      default:
        bytes[at % Math.max(1, bytes.length)] =
          ((bytes[at % Math.max(1, bytes.length)] ?? 0) + (random.oneIn(2) ? 1 : 255)) % 256;
    }
  }
  return new Uint8Array(bytes);
}

/** A well-formed update whose structs have neighbours chosen by lot among all that the document knows. */
export function forge(doc: Y.Doc, random: SeededRandom): Uint8Array {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))];
  const known = (): UnitId | null => {
    const entry = clocks[random.int(clocks.length)];
    return entry === undefined || random.oneIn(5) ? null : [entry[0], random.int(entry[1])];
  };
  const mine = clocks.length > 0 && random.oneIn(2) ? clocks[random.int(clocks.length)] : undefined;
  const [client, next] = mine ?? [1 + random.int(1_000), 0];
  const clock = random.oneIn(10) ? random.int(next + 1) : next;
  const structs: CraftedStruct[] = [];
  let end = clock;
  for (let i = random.int(4); i >= 0; i--) {
    const ownEarlier = (): UnitId | null => (end === 0 ? null : [client, random.int(end)]);
    const origin = random.oneIn(3) ? ownEarlier() : known();
    const right = random.oneIn(3) ? ownEarlier() : known();
    const length = 1 + random.int(3);
    structs.push(
      random.oneIn(6) ? deletedUnits(length, { origin, right }) : insertion('xyz'.slice(0, length), { origin, right }),
    );
    end += length;
  }
  const target = known();
  const deletes = target === null || random.oneIn(2) ? [] : [{ client: target[0], ranges: [[target[1], 1]] as const }];
  return craftUpdate([{ client, clock, structs }], deletes);
}

function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
