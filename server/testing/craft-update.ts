import * as encoding from 'lib0/encoding';

/** A unit of a document: client id and clock. */
export type UnitId = readonly [client: number, clock: number];

/** One struct, as loosely as an attacker would have it: nothing is checked. */
export interface CraftedStruct {
  readonly origin?: UnitId | null;
  readonly right?: UnitId | null;
  /** Root name or the struct that holds the type. Written only when there are no neighbours, as Yjs reads it. */
  readonly parent?: string | UnitId;
  readonly subKey?: string;
  /** Content reference as Yjs numbers it; 4 is a string, 1 deleted, 0 GC, 10 skip. */
  readonly ref: number;
  /** Writes the content behind the position. */
  readonly content: (encoder: encoding.Encoder) => void;
}

export interface CraftedBlock {
  readonly client: number;
  readonly clock: number;
  readonly structs: readonly CraftedStruct[];
  /** What the update claims to be the number of structs; as many as there are unless given. */
  readonly count?: number;
}

export interface CraftedDeletes {
  readonly client: number;
  readonly ranges: readonly (readonly [clock: number, length: number])[];
}

/** A struct that inserts text. */
export function insertion(text: string, position: Omit<CraftedStruct, 'ref' | 'content'> = {}): CraftedStruct {
  return { ...position, ref: 4, content: (encoder) => encoding.writeVarString(encoder, text) };
}

/** A struct of `length` units that are deleted already. */
export function deletedUnits(length: number, position: Omit<CraftedStruct, 'ref' | 'content'> = {}): CraftedStruct {
  return { ...position, ref: 1, content: (encoder) => encoding.writeVarUint(encoder, length) };
}

type Write = (encoder: encoding.Encoder) => void;

/** Contents of other kinds, each as Yjs writes it. */
export const contents = {
  units:
    (length: number): Write =>
    (encoder) =>
      encoding.writeVarUint(encoder, length),
  mark:
    (key: string, json: string): Write =>
    (encoder) => {
      encoding.writeVarString(encoder, key);
      encoding.writeVarString(encoder, json);
    },
  /** A shared type by the number of its kind; elements and hooks have a name. */
  type:
    (kind: number, name: string): Write =>
    (encoder) => {
      encoding.writeVarUint(encoder, kind);
      if (kind === 3 || kind === 5) encoding.writeVarString(encoder, name);
    },
  json:
    (json: string): Write =>
    (encoder) =>
      encoding.writeVarString(encoder, json),
  values:
    (count: number): Write =>
    (encoder) => {
      encoding.writeVarUint(encoder, count);
      for (let i = 0; i < count; i++) encoding.writeAny(encoder, i);
    },
} as const;

/** Encodes an update in V1, however wrong it may be. */
export function craftUpdate(blocks: readonly CraftedBlock[], deletes: readonly CraftedDeletes[] = []): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, blocks.length);
  for (const { client, clock, structs, count } of blocks) {
    encoding.writeVarUint(encoder, count ?? structs.length);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    for (const struct of structs) writeStruct(encoder, struct);
  }
  encoding.writeVarUint(encoder, deletes.length);
  for (const { client, ranges } of deletes) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
  return encoding.toUint8Array(encoder);
}

function writeStruct(encoder: encoding.Encoder, struct: CraftedStruct): void {
  const { origin = null, right = null, parent = 'content', subKey } = struct;
  const info =
    struct.ref | (origin === null ? 0 : 0x80) | (right === null ? 0 : 0x40) | (subKey === undefined ? 0 : 0x20);
  encoding.writeUint8(encoder, info);
  if (struct.ref !== 0 && struct.ref !== 10) {
    if (origin !== null) writeId(encoder, origin);
    if (right !== null) writeId(encoder, right);
    if (origin === null && right === null) {
      encoding.writeVarUint(encoder, typeof parent === 'string' ? 1 : 0);
      if (typeof parent === 'string') encoding.writeVarString(encoder, parent);
      else writeId(encoder, parent);
      if (subKey !== undefined) encoding.writeVarString(encoder, subKey);
    }
  }
  struct.content(encoder);
}

function writeId(encoder: encoding.Encoder, [client, clock]: UnitId): void {
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
}
