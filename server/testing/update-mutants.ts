import * as Y from 'yjs';
import { createServerDoc } from '../document/server-doc.ts';
import { Gate, type GateOptions, type Sender } from '../gate/gate.ts';
import { UpdateRefused } from '../gate/update-scan.ts';
import { type CraftedStruct, contents, craftUpdate, deletedUnits, insertion, type UnitId } from './craft-update.ts';
import { contentOf, editRich, rootsOf } from './rich-document.ts';
import { SeededRandom } from './seeded-random.ts';

/*
 * Seeded sessions of writers, honest and hostile, against a gate. Each run is a function of its seed and throws when
 * something is wrong, so that a test can run a few and a command can run them for ever:
 *
 *   for (let seed = 1; ; seed++) { runHonestSession(seed); runHostileSession(seed); }
 */

const FIELD = 'content';

const TEXT: GateOptions = { kind: 'text', field: FIELD };

const WINDOW = 12;

/** A writer with a document of its own. */
interface Writer {
  readonly sender: Sender;
  readonly kind: GateOptions['kind'];
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
  readonly doc = createServerDoc();
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
  if (writer.kind === 'any') {
    editRich(writer.doc, writer.undo, random);
    return;
  }
  const text = writer.doc.getText(FIELD);
  if (random.oneIn(8)) writer.cursor = random.below(text.length + 1);
  writer.cursor = Math.min(writer.cursor, text.length);
  const kind = random.below(20);
  if (kind === 0) writer.undo.undo();
  else if (kind === 1) writer.undo.redo();
  else if (kind < 6) {
    // Any unit may be cut out, also half of a surrogate pair: bad editors do it.
    const length = Math.min(text.length - writer.cursor, 1 + random.below(random.oneIn(10) ? 40 : 3));
    if (length > 0) text.delete(writer.cursor, length);
  } else if (kind === 6) {
    writer.doc.transact(() => {
      for (let i = random.below(5); i >= 0; i--) {
        const at = random.below(text.length + 1);
        if (random.oneIn(3)) text.delete(at, Math.min(text.length - at, random.below(4)));
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

type Undoes = (doc: Y.Doc) => ReturnType<typeof rootsOf>[number][];

const topLevelText: Undoes = (doc) => [doc.getText(FIELD)];

const everything: Undoes = (doc) => [...rootsOf(doc)];

/** `undoes` are the types in which the writer takes things back. */
function createWriter(id: number, random: SeededRandom, { kind }: GateOptions, undoes = topLevelText): Writer {
  const doc = new Y.Doc();
  doc.clientID = 1 + random.below(2 ** 32 - 1);
  const undo = new Y.UndoManager(undoes(doc), { captureTimeout: 1_000_000 });
  const person = random.oneIn(2) ? { id: `person ${id}` } : null;
  const writer: Writer = { sender: { id, person }, kind, doc, undo, online: true, outbox: [], inbox: [], cursor: 0 };
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
    const some = writer.outbox.splice(0, random.oneIn(3) ? 1 + random.below(6) : 1);
    const update = Y.mergeUpdates(some);
    must(desk.receive(update, writer.sender, false) === 'pass', 'a live update is a gap');
    // A client that is not sure whether it was heard sends again.
    if (random.oneIn(20)) must(desk.receive(update, writer.sender, false) === 'pass', 'a repeated update is a gap');
  }
}

/** Comes back after time offline, by one of the ways that clients have. */
function reconnect(desk: Desk, writer: Writer, random: SeededRandom): void {
  const kind = random.below(4);
  writer.inbox = [];
  Y.applyUpdate(writer.doc, Y.encodeStateAsUpdate(desk.doc, Y.encodeStateVector(writer.doc)), FROM_SERVER);
  // With what the copy tidied up just now.
  const own = writer.outbox.length > 0 ? Y.mergeUpdates(writer.outbox) : null;
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
export function runHonestSession(seed: number, options: GateOptions = TEXT, steps = 300): void {
  const random = new SeededRandom(seed);
  const desk = new Desk(options, 0);
  const undoes = options.kind === 'any' ? everything : topLevelText;
  const writers = Array.from({ length: 2 + random.below(3) }, (_, i) => createWriter(i, random, options, undoes));
  for (let step = 0; step < steps; step++) {
    const writer = writers[random.below(writers.length)];
    if (writer === undefined) continue;
    const kind = random.below(30);
    if (kind < 18) edit(writer, random);
    else if (kind < 22) read(writer, random.below(writer.inbox.length + 1));
    else if (kind < 26) {
      if (writer.online) send(desk, writer, random);
    } else if (kind < 28) turn(desk, writers);
    else if (writer.online) writer.online = false;
    else reconnect(desk, writer, random);
  }
  for (const writer of writers) if (!writer.online) reconnect(desk, writer, random);
  // Writers' copies tidy up formatting, which is more to send.
  do {
    for (const writer of writers) send(desk, writer, random);
    turn(desk, writers);
    for (const writer of writers) read(writer, writer.inbox.length);
  } while (writers.some(({ outbox }) => outbox.length > 0));
  const content = JSON.stringify(contentOf(desk.doc));
  for (const writer of writers) {
    must(JSON.stringify(contentOf(writer.doc)) === content, 'a writer has something else than the server');
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
export function runHostileSession(seed: number, options: GateOptions = TEXT, steps = 120): number {
  const random = new SeededRandom(seed);
  const desk = new Desk(options, 0);
  const writers = [createWriter(0, random, options), createWriter(1, random, options)];
  const hostile: Sender = { id: 99, person: null };
  const past: Uint8Array[] = [];
  let applied = 0;
  for (let step = 0; step < steps; step++) {
    for (const writer of writers) {
      read(writer, random.below(writer.inbox.length + 1));
      edit(writer, random);
      if (random.oneIn(15)) past.push(Y.encodeStateAsUpdate(writer.doc));
      const updates = writer.outbox.splice(0);
      past.push(...updates);
      for (let i = random.below(6); i > 0; i--) {
        const forged = random.oneIn(2)
          ? forge(desk.doc, random, options.kind)
          : mutate(past[random.below(past.length)] ?? new Uint8Array(), past, random);
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
  checkReplicas(desk, random);
  return applied;
}

function tryToReceive(desk: Desk, update: Uint8Array, sender: Sender, merge: boolean): void {
  try {
    desk.receive(update, sender, merge);
  } catch (error) {
    if (!(error instanceof UpdateRefused)) throw error;
  }
}

/** Checks that everybody who gets what the server emitted or saved has what it has. */
function checkReplicas(desk: Desk, random: SeededRandom): void {
  const content = JSON.stringify(contentOf(desk.doc));
  must(content.isWellFormed(), 'a text holds half of a surrogate pair');
  const replica = (updates: readonly Uint8Array[], what: string, together = false) => {
    const doc = createServerDoc();
    const apply = () => {
      for (const update of updates) Y.applyUpdate(doc, update);
    };
    if (together) doc.transact(apply);
    else apply();
    must(doc.store.pendingStructs === null && doc.store.pendingDs === null, `${what} has pending state`);
    must(JSON.stringify(contentOf(doc)) === content, `${what} has something else than the server`);
    return doc;
  };
  replica(desk.emitted, 'a replica in order');
  replica(desk.emitted, 'the document reloaded from the log', true);
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
  while (left.length > 0) result.push(...left.splice(random.below(Math.min(left.length, WINDOW)), 1));
  return result;
}

/** A changed copy of `update`: bits flipped, bytes cut, added, exchanged, or spliced in from `others`. */
export function mutate(update: Uint8Array, others: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const bytes = [...update];
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(8)) {
      case 0:
        bytes[at % Math.max(1, bytes.length)] = (bytes[at % Math.max(1, bytes.length)] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes[at % Math.max(1, bytes.length)] = random.below(256);
        break;
      case 2:
        bytes.length = at;
        break;
      case 3:
        bytes.splice(at, 1 + random.below(4));
        break;
      case 4:
        bytes.splice(at, 0, ...Array.from({ length: 1 + random.below(4) }, () => random.below(256)));
        break;
      case 5: {
        const other = others[random.below(others.length)] ?? update;
        const from = random.below(other.length);
        bytes.splice(at, random.below(8), ...other.subarray(from, from + random.below(16)));
        break;
      }
      case 6:
        bytes.splice(at, 0, ...bytes.slice(at, at + 1 + random.below(8)));
        break;
      default:
        bytes[at % Math.max(1, bytes.length)] =
          ((bytes[at % Math.max(1, bytes.length)] ?? 0) + (random.oneIn(2) ? 1 : 255)) % 256;
    }
  }
  return new Uint8Array(bytes);
}

/** A well-formed update whose structs have neighbours chosen by lot among all that the document knows. */
export function forge(doc: Y.Doc, random: SeededRandom, kind: GateOptions['kind'] = 'text'): Uint8Array {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))];
  const known = (): UnitId | null => {
    const entry = clocks[random.below(clocks.length)];
    return entry === undefined || random.oneIn(5) ? null : [entry[0], random.below(entry[1])];
  };
  const mine = clocks.length > 0 && random.oneIn(2) ? clocks[random.below(clocks.length)] : undefined;
  const [client, next] = mine ?? [1 + random.below(1_000), 0];
  const clock = random.oneIn(10) ? random.below(next + 1) : next;
  const structs: CraftedStruct[] = [];
  let end = clock;
  for (let i = random.below(4); i >= 0; i--) {
    const ownEarlier = (): UnitId | null => (end === 0 ? null : [client, random.below(end)]);
    const origin = random.oneIn(3) ? ownEarlier() : known();
    const right = random.oneIn(3) ? ownEarlier() : known();
    const { struct, length } = forgeStruct({ origin, right }, known, random, kind);
    structs.push(struct);
    end += length;
  }
  const target = known();
  const deletes = target === null || random.oneIn(2) ? [] : [{ client: target[0], ranges: [[target[1], 1]] as const }];
  return craftUpdate([{ client, clock, structs }], deletes);
}

function forgeStruct(
  neighbours: { origin: UnitId | null; right: UnitId | null },
  known: () => UnitId | null,
  random: SeededRandom,
  kind: GateOptions['kind'],
): { struct: CraftedStruct; length: number } {
  const length = 1 + random.below(3);
  if (kind === 'text') {
    if (random.oneIn(12)) return { struct: { ref: 0, content: contents.units(length) }, length };
    if (random.oneIn(6)) return { struct: deletedUnits(length, neighbours), length };
    return { struct: insertion('xyz'.slice(0, length), neighbours), length };
  }
  const isAlone = random.oneIn(3);
  const position = {
    ...(isAlone ? { origin: null, right: null } : neighbours),
    parent: (random.oneIn(2) ? known() : null) ?? random.pick([FIELD, 'page', 'data', 'list']),
    ...(random.oneIn(3) ? { subKey: random.pick(['a', 'b', 'c']) } : {}),
  };
  switch (random.below(8)) {
    case 0:
      return { struct: deletedUnits(length, position), length };
    case 1:
      return { struct: { ...position, ref: 0, content: contents.units(length) }, length };
    case 2:
      return {
        struct: { ...position, ref: 6, content: contents.mark('bold', random.pick(['true', 'null'])) },
        length: 1,
      };
    case 3:
      return { struct: { ...position, ref: 7, content: contents.type(random.below(7), 'paragraph') }, length: 1 };
    case 4:
      return { struct: { ...position, ref: 5, content: contents.json('{"image":1}') }, length: 1 };
    case 5:
      return { struct: { ...position, ref: 8, content: contents.values(length) }, length };
    default:
      return { struct: insertion(random.pick(['x😀', 'xyz', '😀z']), position), length: 3 };
  }
}

function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
