import { UpdateRefused } from './update-refused.ts';
import { ContentRef, contentWords, skipContent } from './update-scan-content.ts';
import { UpdateReader } from './update-scan-reader.ts';

export { UpdateRefused } from './update-refused.ts';

/** What a document may hold: one Y.Text under the root name `field`, or whatever Yjs can encode. */
export type DocumentKind = { readonly kind: 'text'; readonly field: string } | { readonly kind: 'any' };

/** Stands for an id that is not there. Client ids are never negative. */
export const NONE = -1;

/** One struct of the update that was scanned last. The scan uses the object again. */
export interface ScannedStruct {
  client: number;
  clock: number;
  /** In clocks, as Yjs counts: a string has as many as UTF-16 code units. */
  length: number;
  /** The unit left of it when it was written; the client is NONE when there was none. */
  originClient: number;
  originClock: number;
  /** The unit right of it when it was written; the client is NONE when there was none. */
  rightClient: number;
  rightClock: number;
  /** The struct that holds the type it is in; the client is NONE when it is in a root, or where its neighbours are. */
  parentClient: number;
  parentClock: number;
  /** Name of the root it is in; null where it is not in one, or where its neighbours say so. */
  rootName: string | null;
  /** Key in its parent; null where it is part of a list, or where its neighbours say so. Plain text: always null. */
  subKey: string | null;
  isGC: boolean;
  /** Whether it holds a shared type. */
  isType: boolean;
  /** Its bytes in the update. */
  start: number;
  end: number;
}

/** All structs of one client in an update: contiguous, `structs[first]` up to but without `structs[last]`. */
export interface ScannedBlock {
  client: number;
  clock: number;
  /** The clock behind its last struct. */
  endClock: number;
  first: number;
  last: number;
  /** The clock up to which anyone who uses the scan knows the client. The scan itself only makes room for it. */
  known: number;
}

/** What an update deletes of one client. */
export interface ScannedDeletes {
  client: number;
  /** The clock behind the last deleted unit. */
  endClock: number;
  /** Units that the ranges cover together. */
  units: number;
}

/**
 * Highest clock a client may reach, in UTF-16 code units (and deleted ones) that it ever wrote. Far above what anybody
 * types, well inside the integers that every implementation of Yjs counts in. Each client has its own, so that a jump
 * costs nobody but the one who jumps; a bound for the whole document would let one writer use it up for all.
 */
const HIGHEST_CLOCK = 2 ** 31 - 1;

/**
 * Longest single struct, in clocks. A string cannot come near it (a message is shorter), but deleted content carries only
 * its length: ten bytes may claim any. Nothing that somebody wrote and deleted in one go is this long.
 */
const LONGEST_STRUCT = 64 * 1024 * 1024;

/** A scan keeps its records for the next one, up to this many of each kind. */
const KEPT_RECORDS = 1_024;

const HAS_ORIGIN = 0x80;
/** In the first byte of a struct: it names a right origin. */
export const HAS_RIGHT_ORIGIN = 0x40;
const HAS_SUB_KEY = 0x20;
const CONTENT_REF = 0x1f;

/**
 * Parses updates in V1 encoding, strictly, and lists what is in them. It knows no document. One instance is used for one
 * update after the other, so that a keystroke costs no allocation; what it lists is valid until the next scan.
 *
 * Only bytes that were read make it grow, never a count that was claimed (SEC-8).
 */
export class UpdateScan {
  readonly #field: string | null;
  readonly #fieldName: Uint8Array | null;
  readonly #reader = new UpdateReader();
  #structs: ScannedStruct[] = [];
  #blocks: ScannedBlock[] = [];
  #deletes: ScannedDeletes[] = [];
  #blockIndex: Map<number, number> | null = null;
  #structCount = 0;
  #blockCount = 0;
  #deletesCount = 0;
  #deletesStart = 0;
  #hasSkips = false;

  constructor(document: DocumentKind) {
    this.#field = document.kind === 'text' ? document.field : null;
    this.#fieldName = document.kind === 'text' ? new TextEncoder().encode(document.field) : null;
  }

  get blockCount(): number {
    return this.#blockCount;
  }

  get structCount(): number {
    return this.#structCount;
  }

  /** How many clients the update deletes something of. */
  get deletesCount(): number {
    return this.#deletesCount;
  }

  /** Where the delete set begins; it goes to the end of the update. */
  get deletesStart(): number {
    return this.#deletesStart;
  }

  /** Whether the update itself says that something is left out. Clients that lost something send such updates. */
  get hasSkips(): boolean {
    return this.#hasSkips;
  }

  struct(index: number): ScannedStruct {
    return at(this.#structs, index, this.#structCount);
  }

  block(index: number): ScannedBlock {
    return at(this.#blocks, index, this.#blockCount);
  }

  deletes(index: number): ScannedDeletes {
    return at(this.#deletes, index, this.#deletesCount);
  }

  /** Index of the block of `client`; NONE when the update brings nothing of that client. */
  blockOf(client: number): number {
    if (this.#blockIndex !== null) return this.#blockIndex.get(client) ?? NONE;
    return this.#blockCount === 1 && this.block(0).client === client ? 0 : NONE;
  }

  /**
   * Reads `update` from the first to the last byte.
   * @throws UpdateRefused when it is anything but a well-formed update of this kind of document.
   */
  read(update: Uint8Array): void {
    this.#reset();
    const reader = this.#reader;
    reader.open(update);
    this.#readBlocks();
    this.#deletesStart = reader.pos;
    this.#readDeleteSet();
    if (reader.remaining > 0) throw new UpdateRefused('trailing-bytes');
  }

  #reset(): void {
    if (this.#structs.length > KEPT_RECORDS) this.#structs = [];
    if (this.#blocks.length > KEPT_RECORDS) this.#blocks = [];
    if (this.#deletes.length > KEPT_RECORDS) this.#deletes = [];
    this.#structCount = 0;
    this.#blockCount = 0;
    this.#deletesCount = 0;
    this.#blockIndex = null;
    this.#hasSkips = false;
  }

  #readBlocks(): void {
    const reader = this.#reader;
    const count = reader.varUint();
    // A block takes its three numbers and two bytes of a struct at least.
    if (count * 5 > reader.remaining) throw new UpdateRefused('bad-count');
    if (count > 1) this.#blockIndex = new Map();
    for (let i = 0; i < count; i++) {
      const structs = reader.count(2);
      const block = this.#nextBlock();
      block.client = reader.varUint();
      block.clock = reader.varUint();
      block.first = this.#structCount;
      if (this.#blockIndex !== null) {
        if (this.#blockIndex.has(block.client)) throw new UpdateRefused('duplicate-client');
        this.#blockIndex.set(block.client, i);
      }
      let clock = block.clock;
      for (let j = 0; j < structs; j++) clock += this.#readStruct(block.client, clock);
      block.endClock = clock;
      block.last = this.#structCount;
    }
  }

  /** Returns the length of the struct. */
  #readStruct(client: number, clock: number): number {
    const reader = this.#reader;
    const start = reader.pos;
    const info = reader.byte();
    const ref = info & CONTENT_REF;
    if (ref === ContentRef.skip) {
      if (info !== ContentRef.skip) throw new UpdateRefused('bad-content');
      this.#hasSkips = true;
      return checkedLength(clock, reader.varUint(), HIGHEST_CLOCK);
    }
    const struct = this.#nextStruct();
    struct.client = client;
    struct.clock = clock;
    struct.start = start;
    struct.originClient = NONE;
    struct.rightClient = NONE;
    struct.isGC = ref === ContentRef.gc;
    struct.rootName = null;
    if (this.#fieldName === null) {
      struct.parentClient = NONE;
      struct.subKey = null;
      struct.isType = ref === ContentRef.type;
    }
    if (ref === ContentRef.gc) {
      // A text has none of its own; the provider sends them in the place of what belongs into no text, so that its clocks go on.
      if (info !== 0) throw new UpdateRefused('bad-content');
      struct.length = checkedLength(clock, reader.varUint(), LONGEST_STRUCT);
    } else {
      this.#readPosition(struct, info);
      struct.length = this.#readContent(clock, ref);
    }
    struct.end = reader.pos;
    return struct.length;
  }

  #readPosition(struct: ScannedStruct, info: number): void {
    const reader = this.#reader;
    if ((info & HAS_ORIGIN) !== 0) {
      struct.originClient = reader.varUint();
      struct.originClock = reader.varUint();
      checkEarlier(struct, struct.originClient, struct.originClock);
    }
    if ((info & HAS_RIGHT_ORIGIN) !== 0) {
      struct.rightClient = reader.varUint();
      struct.rightClock = reader.varUint();
      checkEarlier(struct, struct.rightClient, struct.rightClock);
    }
    const isKeyed = (info & HAS_SUB_KEY) !== 0;
    if ((info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN)) !== 0) {
      if (this.#fieldName !== null && isKeyed) throw new UpdateRefused('bad-parent', { where: KEYED });
      return;
    }
    const parentKind = reader.varUint();
    if (parentKind > 1) throw new UpdateRefused('bad-parent');
    if (this.#fieldName !== null) {
      if (parentKind !== 1) throw new UpdateRefused('bad-parent');
      const start = reader.pos;
      if (!reader.matches(this.#fieldName)) {
        reader.pos = start;
        throw new UpdateRefused('bad-parent', { where: `It is in "${shortened(reader.text())}".` });
      }
      if (isKeyed) throw new UpdateRefused('bad-parent', { where: KEYED });
      struct.rootName = this.#field;
      return;
    }
    if (parentKind === 1) {
      struct.rootName = reader.text();
    } else {
      struct.parentClient = reader.varUint();
      struct.parentClock = reader.varUint();
      checkEarlier(struct, struct.parentClient, struct.parentClock);
    }
    if (isKeyed) struct.subKey = reader.text();
  }

  #readContent(clock: number, ref: number): number {
    const reader = this.#reader;
    switch (ref) {
      case ContentRef.string:
        return checkedLength(clock, reader.utf16Length(), LONGEST_STRUCT);
      case ContentRef.deleted:
        return checkedLength(clock, reader.varUint(), LONGEST_STRUCT);
      default:
        if (this.#fieldName !== null) throw new UpdateRefused('bad-content', { where: contentWords(ref) });
        return checkedLength(clock, skipContent(reader, ref), LONGEST_STRUCT);
    }
  }

  #readDeleteSet(): void {
    const reader = this.#reader;
    const count = reader.varUint();
    // A client takes its two numbers and a range of two.
    if (count * 4 > reader.remaining) throw new UpdateRefused('bad-count');
    // Yjs writes clients in falling order. Other encoders may not; then a set finds what comes twice.
    let seen: Set<number> | null = null;
    for (let i = 0; i < count; i++) {
      const client = reader.varUint();
      if (seen === null && i > 0 && client >= this.deletes(i - 1).client) {
        seen = new Set();
        for (let j = 0; j < i; j++) seen.add(this.deletes(j).client);
      }
      if (seen !== null) {
        if (seen.has(client)) throw new UpdateRefused('duplicate-client');
        seen.add(client);
      }
      this.#readRanges(client);
    }
  }

  #readRanges(client: number): void {
    const reader = this.#reader;
    const count = reader.count(2);
    const deletes = this.#nextDeletes();
    deletes.client = client;
    let endClock = 0;
    let units = 0;
    for (let i = 0; i < count; i++) {
      const clock = reader.varUint();
      const length = checkedLength(clock, reader.varUint(), HIGHEST_CLOCK);
      units += length;
      if (clock + length > endClock) endClock = clock + length;
    }
    deletes.endClock = endClock;
    deletes.units = units;
  }

  #nextStruct(): ScannedStruct {
    const index = this.#structCount++;
    const kept = this.#structs[index];
    if (kept !== undefined) return kept;
    const struct: ScannedStruct = {
      client: NONE,
      clock: 0,
      length: 0,
      originClient: NONE,
      originClock: 0,
      rightClient: NONE,
      rightClock: 0,
      parentClient: NONE,
      parentClock: 0,
      rootName: null,
      subKey: null,
      isGC: false,
      isType: false,
      start: 0,
      end: 0,
    };
    this.#structs.push(struct);
    return struct;
  }

  #nextBlock(): ScannedBlock {
    const index = this.#blockCount++;
    const kept = this.#blocks[index];
    if (kept !== undefined) return kept;
    const block: ScannedBlock = { client: NONE, clock: 0, endClock: 0, first: 0, last: 0, known: 0 };
    this.#blocks.push(block);
    return block;
  }

  #nextDeletes(): ScannedDeletes {
    const index = this.#deletesCount++;
    const kept = this.#deletes[index];
    if (kept !== undefined) return kept;
    const deletes: ScannedDeletes = { client: NONE, endClock: 0, units: 0 };
    this.#deletes.push(deletes);
    return deletes;
  }
}

function at<T>(records: readonly T[], index: number, count: number): T {
  const record = records[index];
  if (record === undefined || index >= count) throw new RangeError(`record ${index} of ${count}`);
  return record;
}

function checkedLength(clock: number, length: number, longest: number): number {
  if (length === 0) throw new UpdateRefused('zero-length');
  if (length > longest || clock + length > HIGHEST_CLOCK) throw new UpdateRefused('clock-range');
  return length;
}

/** Within a client everything builds on what came before. Yjs does not check that and runs into the void. */
function checkEarlier(struct: ScannedStruct, client: number, clock: number): void {
  if (client === struct.client && clock >= struct.clock) throw new UpdateRefused('bad-origin');
}

const KEYED = 'It stands under a key.';

/** Such a name may be as long as a message, and goes into a close reason and the log. */
function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29).replace(/[\ud800-\udbff]$/, '')}…` : name;
}
