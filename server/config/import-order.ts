import { ConfigError } from './config-error.ts';
import { ASKING_OPTIONS } from './server-address.ts';

/** What `coscribe import` is to take over. */
export interface ImportOrder {
  /** Where the documents are. */
  readonly from: string;
  /** Name of the text that becomes the document's, without its history; null takes documents as they are. */
  readonly asText: string | null;
  /** New names of documents, by the names that they have there. */
  readonly renames: ReadonlyMap<string, string>;
  /** Whether it only says what it would do. */
  readonly dryRun: boolean;
}

/** The options of the command, without dashes. */
export const IMPORT_OPTIONS = ['as-text', 'rename', 'dry-run', ...ASKING_OPTIONS] as const;

/**
 * Reads what the command line says of an import.
 * @param values the options that were given
 * @throws ConfigError
 */
export function readImportOrder(from: string | undefined, values: Readonly<Record<string, unknown>>): ImportOrder {
  if (from === undefined) throw new ConfigError('Say from where: coscribe import SOURCE --data FOLDER.');
  const asText = values['as-text'];
  const renames = values['rename'];
  return {
    from,
    asText: typeof asText === 'string' ? asText : null,
    renames: new Map(Array.isArray(renames) ? renames.map(readRename) : []),
    dryRun: values['dry-run'] === true,
  };
}

function readRename(given: unknown): [string, string] {
  const text = String(given);
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new ConfigError(`--rename is "${text}", but must be OLD=NEW: the name there, and the name here.`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}
