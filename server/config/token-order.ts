import { isRole, ROLES, type Role } from '../../protocol/roles.ts';
import { ConfigError } from './config-error.ts';

/** The token that `coscribe token` is to make. */
export interface TokenOrder {
  /** Where it gives a role: in the document of this name, or in all whose names begin so. */
  readonly where: { readonly document: string } | { readonly prefix: string };
  readonly role: Role;
  /** Who holds it; null for nobody in particular. */
  readonly subject: string | null;
  readonly name: string | null;
  readonly color: string | null;
  /** In seconds. */
  readonly expiresIn: number;
}

/** The options of the command, without dashes. Each takes a text. */
export const TOKEN_OPTIONS = ['document', 'prefix', 'role', 'subject', 'name', 'color', 'expires-in'] as const;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Longest life of a token, in seconds: who has left should not keep a way in for ever. */
const LONGEST = 366 * SECONDS.d;

/**
 * Reads what the command line says of a token.
 * @param values the options that were given
 * @throws ConfigError
 */
export function readTokenOrder(values: Readonly<Record<string, unknown>>): TokenOrder {
  const text = (option: (typeof TOKEN_OPTIONS)[number]) => {
    const value = values[option];
    return typeof value === 'string' ? value : null;
  };
  const [document, prefix, role] = [text('document'), text('prefix'), text('role')];
  if ((document === null) === (prefix === null)) {
    throw new ConfigError('Say for what: coscribe token --document NAME, or --prefix TEXT for all that begin so.');
  }
  if (!isRole(role)) throw new ConfigError(`Say what it allows: coscribe token --role ${ROLES.join('|')}.`);
  const [subject, name, color] = [text('subject'), text('name'), text('color')];
  if (subject === null && (name !== null || color !== null)) {
    throw new ConfigError('--name and --color need --subject ID: who is not known chooses them.');
  }
  const where = document === null ? { prefix: prefix ?? '' } : { document };
  return { where, role, subject, name, color, expiresIn: readDuration(text('expires-in') ?? '1h') };
}

function readDuration(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit as keyof typeof SECONDS] ?? 0);
  if (seconds < 1 || seconds > LONGEST) {
    throw new ConfigError(
      `--expires-in is "${text}", but must be a time such as 90s, 30m, 8h or 7d, of 366 days at most.`,
    );
  }
  return seconds;
}
