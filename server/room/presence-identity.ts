import { type AwarenessEntry, type AwarenessState, decodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import type { Person } from '../../protocol/person.ts';

/** What only the server says of somebody in the `user` field of an awareness state: who it is, and that the name is theirs. */
const SERVER_FIELDS = ['id', 'avatar', 'verified'] as const;

/**
 * Reads what a connection says of itself, with the server's word on who it is.
 * @throws ProtocolError when it is not an awareness update
 */
export function readPresence(update: Uint8Array, person: Person | null): AwarenessEntry[] {
  return decodeAwarenessEntries(update, (state) => withIdentity(state, person));
}

/**
 * An awareness state with the server's word on who speaks, so that nobody can appear as another (SEC-15). Of a person that
 * the server knows, id, picture, and name and colour where it knows them, are the server's. A guest chooses name and colour
 * and has none of the fields that tell people apart from guests. Gives back `state` itself where there is nothing to change,
 * which for guests with our clients is always.
 */
export function withIdentity(state: AwarenessState, person: Person | null): AwarenessState {
  const user = state['user'];
  const said = isObject(user) ? user : {};
  if (person === null) {
    return SERVER_FIELDS.some((field) => Object.hasOwn(said, field)) ? { ...state, user: chosen(said) } : state;
  }
  const known = serverFields(person);
  const agrees =
    Object.entries(known).every(([field, value]) => said[field] === value) &&
    SERVER_FIELDS.every((field) => Object.hasOwn(known, field) || !Object.hasOwn(said, field));
  return agrees ? state : { ...state, user: { ...chosen(said), ...known } };
}

/** What the person behind a connection may choose. */
function chosen(user: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const rest = { ...user };
  for (const field of SERVER_FIELDS) delete rest[field];
  return rest;
}

function serverFields({ id, name, color, avatar }: Person): Record<string, unknown> {
  return {
    id,
    // A name that the person chose may be somebody else's: nobody vouches for it.
    ...(name === null ? {} : { name, verified: true }),
    // The translucent colour of selections belongs to it; y-codemirror.next makes it in the same way.
    ...(color === null ? {} : { color, colorLight: `${color}33` }),
    ...(avatar === null ? {} : { avatar }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
