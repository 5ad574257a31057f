import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as string from 'lib0/string';
import { LIMITS } from './limits.ts';
import { readBytes, readVarUint } from './messages.ts';
import { ProtocolError } from './protocol-error.ts';

/** One client's line in an awareness update. */
export interface AwarenessEntry {
  /** The Yjs client id the state belongs to, a varUint of at most 32 bits. */
  readonly clientId: number;
  /** Grows with every change of the state; the higher one wins. */
  readonly clock: number;
  /** The state as JSON in UTF-8, an object or `null`; `null` says that the client is gone. Bytes of its own, not a view. */
  readonly state: Uint8Array;
}

const NULL_STATE = string.encodeUtf8('null');

/** Whether an entry says that its client is gone. */
export function isGone(entry: AwarenessEntry): boolean {
  return entry.state.length === NULL_STATE.length && entry.state.every((byte, index) => byte === NULL_STATE[index]);
}

/** The entry that tells everybody that `clientId` is gone. Same clock as its last state, as stock servers send it. */
export function goneEntry(clientId: number, clock: number): AwarenessEntry {
  return { clientId, clock, state: NULL_STATE };
}

/** Joins entries into one awareness update, as y-protocols' `applyAwarenessUpdate` reads it. */
export function encodeAwarenessEntries(entries: Iterable<AwarenessEntry>, count: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, count);
  for (const entry of entries) {
    encoding.writeVarUint(encoder, entry.clientId);
    encoding.writeVarUint(encoder, entry.clock);
    encoding.writeVarUint8Array(encoder, entry.state);
  }
  return encoding.toUint8Array(encoder);
}

/** What somebody says about themselves: a state that was decoded. */
export type AwarenessState = Readonly<Record<string, unknown>>;

/**
 * Reads an awareness update of a client without trusting it: sizes, nesting and JSON are checked, so that whatever comes
 * out can be passed on to others as it is.
 * @param revise makes another state of each; the bytes stay as they are where it gives back the one it was given
 * @throws ProtocolError when it breaks a rule.
 */
export function decodeAwarenessEntries(
  update: Uint8Array,
  revise: (state: AwarenessState) => AwarenessState = asItIs,
): AwarenessEntry[] {
  const decoder = decoding.createDecoder(update);
  const count = readVarUint(decoder, 'awareness count');
  // An entry has three bytes at least.
  if (count > LIMITS.awarenessEntries || count * 3 > update.length - decoder.pos) {
    throw new ProtocolError(`${count} awareness entries are too many`);
  }
  const entries: AwarenessEntry[] = [];
  for (let i = 0; i < count; i++) {
    const clientId = readVarUint(decoder, 'awareness client id');
    if (clientId > 0xffffffff) throw new ProtocolError('an awareness client id has more than 32 bits');
    const clock = readVarUint(decoder, 'awareness clock');
    // Not `slice`: a Buffer's shares its memory, and a state outlives the frame it came in.
    const bytes = new Uint8Array(readBytes(decoder, 'awareness state'));
    const said = checkState(bytes);
    const revised = said === null ? null : revise(said);
    const state = revised === said ? bytes : string.encodeUtf8(JSON.stringify(revised));
    checkLength(state);
    entries.push({ clientId, clock, state });
  }
  if (decoder.pos !== update.length) throw new ProtocolError('bytes follow the awareness entries');
  return entries;
}

function asItIs(state: AwarenessState): AwarenessState {
  return state;
}

function checkState(state: Uint8Array): AwarenessState | null {
  checkLength(state);
  let value: unknown;
  try {
    value = JSON.parse(string.decodeUtf8(state));
  } catch (cause) {
    throw new ProtocolError('an awareness state is not JSON', { cause });
  }
  if (typeof value !== 'object' || Array.isArray(value)) throw new ProtocolError('an awareness state is not an object');
  if (deeperThan(value, LIMITS.awarenessDepth)) throw new ProtocolError('an awareness state is nested too deep');
  return value as AwarenessState | null;
}

function checkLength(state: Uint8Array): void {
  if (state.length > LIMITS.awarenessStateBytes) {
    throw new ProtocolError(`an awareness state of ${state.length} bytes exceeds ${LIMITS.awarenessStateBytes}`);
  }
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner) => deeperThan(inner, depth - 1));
}
