import { ConfigError } from './config-error.ts';
import { ASKING_OPTIONS } from './server-address.ts';

/** What those who run a server want to know or have done of its documents, whether it runs or not. */
export type DocumentOrder =
  /** The documents that there are, or those that were deleted and can be had back. */
  | { readonly kind: 'list'; readonly deleted: boolean }
  | { readonly kind: 'show'; readonly document: string }
  | { readonly kind: 'cat'; readonly document: string }
  /** `document` null means all of them. */
  | {
      readonly kind: 'export';
      readonly folder: string;
      readonly document: string | null;
      readonly format: 'text' | 'yjs';
    }
  | { readonly kind: 'rename'; readonly document: string; readonly title: string }
  | { readonly kind: 'delete'; readonly document: string }
  /** `deleted` is the name of a document or the id of its deletion. */
  | { readonly kind: 'restore-deleted'; readonly deleted: string; readonly as: string | null }
  /** A link to the dashboard. Only while the server runs. */
  | { readonly kind: 'admin' };

/** The commands, with their max arguments and the options of each, without dashes. */
export const DOCUMENT_COMMANDS = {
  list: { max: 0, options: ['deleted', ...ASKING_OPTIONS] },
  show: { max: 1, options: ASKING_OPTIONS },
  cat: { max: 1, options: ASKING_OPTIONS },
  export: { max: 2, options: ['format', ...ASKING_OPTIONS] },
  rename: { max: 2, options: ASKING_OPTIONS },
  delete: { max: 1, options: ASKING_OPTIONS },
  'restore-deleted': { max: 1, options: ['as', ...ASKING_OPTIONS] },
  admin: { max: 0, options: ASKING_OPTIONS },
} as const;

/**
 * Reads what the command line says behind one of the commands.
 * @param values the options that were given
 * @throws ConfigError
 */
export function readDocumentOrder(
  command: DocumentOrder['kind'],
  [first, second]: readonly string[],
  values: Readonly<Record<string, unknown>>,
): DocumentOrder {
  switch (command) {
    case 'list':
      return { kind: command, deleted: values['deleted'] === true };
    case 'admin':
      return { kind: command };
    case 'show':
    case 'cat':
    case 'delete':
      return { kind: command, document: need(first, `which document: coscribe ${command} DOCUMENT`) };
    case 'rename':
      return {
        kind: command,
        document: need(first, 'which document: coscribe rename DOCUMENT TITLE'),
        title: need(second, 'how: coscribe rename DOCUMENT TITLE'),
      };
    case 'export':
      return {
        kind: command,
        folder: need(first, 'where to: coscribe export DIR [DOCUMENT]'),
        document: second ?? null,
        format: readFormat(values['format'] ?? 'text'),
      };
    case 'restore-deleted': {
      const as = values['as'];
      return {
        kind: command,
        deleted: need(first, 'which: coscribe restore-deleted DOCUMENT, as coscribe list --deleted has it'),
        as: typeof as === 'string' ? as : null,
      };
    }
    default:
      return command satisfies never;
  }
}

function need(argument: string | undefined, what: string): string {
  if (argument === undefined) throw new ConfigError(`Say ${what}. See coscribe --help.`);
  return argument;
}

function readFormat(format: unknown): 'text' | 'yjs' {
  if (format === 'text' || format === 'yjs') return format;
  throw new ConfigError(`--format is "${format}", but must be text or yjs.`);
}
