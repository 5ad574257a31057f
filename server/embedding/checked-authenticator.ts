import { isRole, ROLES } from '../../protocol/roles.ts';
import type { Access, Authenticator, Person, Refusal } from '../access/authenticator.ts';

type Fields = Readonly<Record<string, unknown>>;

const REFUSALS: readonly Refusal['refusal'][] = ['unauthenticated', 'forbidden', 'passwordNeeded'];

/** What an access is said to come from when the host does not say. */
const THROUGH = 'authenticator';

/** Dates of today are far beyond it in milliseconds and below it in seconds: March 1973. */
const EARLIEST = 1e11;

/**
 * An authenticator of the host, with every answer checked, so that the rest of the server can rely on its type whatever
 * language the host is written in. An answer that does not fit rejects, with an error that names the field.
 */
export function checkedAuthenticator(given: Authenticator): Authenticator {
  return {
    authorize: async (request) => checkedAccess(await given.authorize(request)),
    onChange: (listener) => given.onChange?.(listener) ?? (() => undefined),
  };
}

function checkedAccess(answer: unknown): Access {
  if (!isFields(answer)) throw misfit('answer', 'must be an object', answer);
  const { granted, role, person, expiresAt, through, refusal, reason } = answer;
  if (granted === false) {
    const known = REFUSALS.find((candidate) => candidate === refusal);
    if (known === undefined) throw misfit('refusal', `must be ${oneOf(REFUSALS)}`, refusal);
    if (typeof reason !== 'string') throw misfit('reason', 'must be a sentence', reason);
    return { granted, refusal: known, reason };
  }
  if (granted !== true) throw misfit('granted', 'must be true or false', granted);
  if (!isRole(role)) throw misfit('role', `must be ${oneOf(ROLES)}`, role);
  return {
    granted,
    role,
    person: checkedPerson(person),
    expiresAt: checkedExpiry(expiresAt),
    through: checkedText('through', through) ?? THROUGH,
  };
}

function checkedPerson(person: unknown): Person | null {
  if (person === null || person === undefined) return null;
  if (!isFields(person)) throw misfit('person', 'must be an object, or null for a guest', person);
  const { id, name, color, avatar } = person;
  if (typeof id !== 'string' || id === '') throw misfit('person.id', 'must be a text that is not empty', id);
  const checkedColor = checkedText('person.color', color);
  if (checkedColor !== null && !/^#[0-9a-f]{6}$/i.test(checkedColor)) {
    throw misfit('person.color', 'must be a colour such as #3366cc, or null', color);
  }
  return {
    id,
    name: checkedText('person.name', name),
    color: checkedColor,
    avatar: checkedText('person.avatar', avatar),
  };
}

function checkedExpiry(expiresAt: unknown): number | null {
  if (expiresAt === null || expiresAt === undefined) return null;
  const wanted = 'must be a time in milliseconds since 1970, or null for never';
  if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) throw misfit('expiresAt', wanted, expiresAt);
  if (expiresAt < EARLIEST) throw misfit('expiresAt', `${wanted}; this looks like seconds`, expiresAt);
  return expiresAt;
}

function checkedText(field: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') throw misfit(field, 'must be a text, or null', value);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function oneOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** Objects are shown by their kind only: what is in them may be secret. */
function misfit(field: string, wanted: string, value: unknown): TypeError {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : isFields(value) ? 'an object' : String(value);
  const what = field === 'answer' ? 'The answer' : `"${field}" in the answer`;
  return new TypeError(`${what} of the authenticator ${wanted}, but is ${shown}.`);
}
