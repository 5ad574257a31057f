/** What a guest shows: it says what may be done, and not who does it. */
const OF_GUESTS = /^(own|link|ticket)\./;

/**
 * Whom a token names, as far as a page can tell: a JSON Web Token by its `sub`. Null for a guest; undefined when only the server
 * can read the token. Nobody has checked it: this decides whose copy on this device is opened, not what may be done.
 */
export function personOfToken(token: string | undefined): string | null | undefined {
  const people = (token ?? '')
    .split('~')
    .filter((part) => part !== '' && !OF_GUESTS.test(part))
    .map(subjectOf);
  const named = people.find((person) => typeof person === 'string');
  return named ?? (people.includes(undefined) ? undefined : null);
}

function subjectOf(token: string): string | null | undefined {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (byte) => byte.charCodeAt(0));
    const { sub } = Object(JSON.parse(new TextDecoder().decode(bytes))) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return undefined; // No JSON Web Token.
  }
}
