import { isRole, ROLES, type Role } from '../../protocol/roles.ts';
import { ConfigError } from './config-error.ts';
import { readDuration } from './duration.ts';

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

/** Longest life of a token: who has left should not keep a way in for ever. */
const LONGEST_DAYS = 366;

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
  return { where, role, subject, name, color, expiresIn: readDuration(text('expires-in') ?? '1h', LONGEST_DAYS) };
}
