import { ConfigError } from './config-error.ts';
import { readDuration } from './duration.ts';
import { ASKING_OPTIONS } from './server-address.ts';

/** Who is kept out, or let in again: a person by the id that tokens and sign-ins name, or an IP address or network. */
export type Banned = { readonly person: string } | { readonly address: string };

/** What those who run a server tell it to do, or ask it. */
export type AdministrationOrder =
  | {
      readonly kind: 'ban';
      readonly who: Banned;
      readonly reason: string;
      /** In seconds; null for ever. */
      readonly expiresIn: number | null;
    }
  | { readonly kind: 'bans' }
  | { readonly kind: 'unban'; readonly who: Banned | { readonly id: string } }
  | { readonly kind: 'revoke'; readonly person: string }
  | { readonly kind: 'freeze'; readonly document: string; readonly reason: string }
  | { readonly kind: 'unfreeze'; readonly document: string }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'events'; readonly document: string };

/** The commands, with their max arguments and the options of each, without dashes. */
export const ADMINISTRATION_COMMANDS = {
  ban: { max: 0, options: ['person', 'address', 'reason', 'expires-in', ...ASKING_OPTIONS] },
  bans: { max: 0, options: ASKING_OPTIONS },
  unban: { max: 1, options: ['person', 'address', ...ASKING_OPTIONS] },
  revoke: { max: 0, options: ['person', ...ASKING_OPTIONS] },
  freeze: { max: 1, options: ['reason', ...ASKING_OPTIONS] },
  unfreeze: { max: 1, options: ASKING_OPTIONS },
  frozen: { max: 0, options: ASKING_OPTIONS },
  events: { max: 1, options: ASKING_OPTIONS },
} as const;

/** Longest time of a ban that ends. */
const LONGEST_DAYS = 3_660;

/**
 * Reads what the command line says behind one of the commands.
 * @param values the options that were given
 * @throws ConfigError
 */
export function readAdministrationOrder(
  command: AdministrationOrder['kind'],
  argument: string | undefined,
  values: Readonly<Record<string, unknown>>,
): AdministrationOrder {
  const text = (option: string) => {
    const value = values[option];
    if (value === '') throw new ConfigError(`--${option} needs a text. See coscribe --help.`);
    return typeof value === 'string' ? value : null;
  };
  switch (command) {
    case 'ban': {
      const who = readBanned(text('person'), text('address'));
      if (who === null) throw new ConfigError('Say whom: coscribe ban --person ID, or --address ADDRESS.');
      const expiresIn = text('expires-in');
      return {
        kind: command,
        who,
        reason: text('reason') ?? '',
        expiresIn: expiresIn === null ? null : readDuration(expiresIn, LONGEST_DAYS),
      };
    }
    case 'unban': {
      const who = readBanned(text('person'), text('address'));
      if ((who === null) === (argument === undefined)) {
        throw new ConfigError(
          'Say whom: coscribe unban BAN, as coscribe bans lists them, or --person ID, or --address ADDRESS.',
        );
      }
      return { kind: command, who: who ?? { id: argument ?? '' } };
    }
    case 'revoke': {
      const person = text('person');
      if (person === null) throw new ConfigError('Say whose: coscribe revoke --person ID.');
      return { kind: command, person };
    }
    case 'freeze':
      return { kind: command, document: readDocument(command, argument), reason: text('reason') ?? '' };
    case 'unfreeze':
    case 'events':
      return { kind: command, document: readDocument(command, argument) };
    case 'bans':
    case 'frozen':
      return { kind: command };
    default:
      return command satisfies never;
  }
}

/** Null when neither was given. */
function readBanned(person: string | null, address: string | null): Banned | null {
  if (person !== null && address !== null)
    throw new ConfigError('--person and --address are two bans: give one of them.');
  if (person !== null) return { person };
  return address === null ? null : { address };
}

function readDocument(command: string, argument: string | undefined): string {
  if (argument === undefined) throw new ConfigError(`Say which document: coscribe ${command} DOCUMENT.`);
  return argument;
}
