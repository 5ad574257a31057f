import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ADMINISTRATION_COMMANDS, type AdministrationOrder, readAdministrationOrder } from './administration-order.ts';
import { ConfigError } from './config-error.ts';
import { DOCUMENT_COMMANDS, type DocumentOrder, readDocumentOrder } from './document-order.ts';
import { IMPORT_OPTIONS, type ImportOrder, readImportOrder } from './import-order.ts';
import { readServerAddress, type ServerAddress } from './server-address.ts';
import { optionName, SETTINGS, type SettingName, type Settings, variableName } from './settings.ts';
import { readTokenOrder, TOKEN_OPTIONS, type TokenOrder } from './token-order.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve'; readonly settings: Settings; readonly given: ReadonlySet<SettingName> }
  | { readonly kind: 'backup'; readonly folder: string; readonly data: string; readonly salvage: boolean }
  | { readonly kind: 'restore'; readonly from: string; readonly data: string }
  | { readonly kind: 'check'; readonly at: string | null; readonly data: string }
  | {
      readonly kind: 'import';
      readonly settings: Settings;
      readonly order: ImportOrder;
      readonly at: ServerAddress;
      readonly json: boolean;
    }
  | { readonly kind: 'token'; readonly settings: Settings; readonly order: TokenOrder }
  | {
      readonly kind: 'administer';
      readonly order: AdministrationOrder;
      readonly at: ServerAddress;
      /** Whether the result is JSON, for programs. */
      readonly json: boolean;
    }
  | {
      readonly kind: 'documents';
      readonly settings: Settings;
      readonly order: DocumentOrder;
      readonly at: ServerAddress;
      readonly json: boolean;
    }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** Variables with our prefix that are no settings: read below, or for the development scripts and tests. */
const OTHER_VARIABLES = new Set([
  'COSCRIBE_CONFIG',
  'COSCRIBE_SERVER',
  'COSCRIBE_TRACES',
  'COSCRIBE_CHROMIUM',
  'COSCRIBE_DEV_SERVER',
  'COSCRIBE_RUNNING_TESTS',
  'COSCRIBE_TEST_REPORT',
]);

const NAMES = Object.keys(SETTINGS) as SettingName[];

/** Where a value came from, for error messages, and its text. */
interface Given {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads the command line, the environment and the config file; the first that gives a setting wins, in that order.
 * The only place in the server that knows of any of them.
 * @throws ConfigError
 */
export function readCommand(
  argv: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): Command {
  const { values, positionals } = parse(argv);
  if (values['help'] === true) return { kind: 'help', text: helpText() };
  if (values['version'] === true) return { kind: 'version' };
  const [command = 'serve', ...rest] = positionals;
  if (command === 'help') return { kind: 'help', text: helpText() };
  if (!isCommandName(command)) {
    throw new ConfigError(
      `Unknown command "${command}". Commands: ${Object.keys(COMMANDS).join(', ')}. See coscribe --help.`,
    );
  }
  const [argument, surplus] = [rest[0], rest[COMMANDS[command].max]];
  if (surplus !== undefined) throw new ConfigError(`Unexpected argument "${surplus}". See coscribe --help.`);
  for (const option of OWN_OPTIONS) {
    const owners = ownersOf(option);
    if (values[option] !== undefined && !owners.includes(command)) {
      throw new ConfigError(`--${option} belongs to coscribe ${owners.join(', ')}. See coscribe --help.`);
    }
  }

  const fromOptions = new Map<string, Given>();
  for (const name of NAMES) {
    const text = values[optionName(name)];
    if (typeof text === 'string') fromOptions.set(name, { source: `--${optionName(name)}`, text });
  }
  const configFile = typeof values['config'] === 'string' ? values['config'] : environment['COSCRIBE_CONFIG'];
  const given = new Map([...(configFile ? fromFile(configFile) : []), ...fromEnvironment(environment), ...fromOptions]);
  const settings = settingsOf(given);
  const { data } = settings;
  switch (command) {
    case 'serve':
      return { kind: 'serve', settings, given: new Set(given.keys() as Iterable<SettingName>) };
    case 'backup':
      if (argument === undefined) throw new ConfigError('Say where to: coscribe backup DIR. See coscribe --help.');
      return { kind: 'backup', folder: argument, data, salvage: values['salvage'] === true };
    case 'restore':
      if (argument === undefined) throw new ConfigError('Say from what: coscribe restore BACKUP --data FOLDER.');
      return { kind: 'restore', from: argument, data };
    case 'check':
      return { kind: 'check', at: argument ?? null, data };
    case 'import':
      return {
        kind: 'import',
        settings,
        order: readImportOrder(argument, values),
        at: serverAddress(values, environment, settings),
        json: values['json'] === true,
      };
    case 'token':
      return { kind: 'token', settings, order: readTokenOrder(values) };
    case 'ban':
    case 'bans':
    case 'unban':
    case 'revoke':
    case 'freeze':
    case 'unfreeze':
    case 'frozen':
    case 'events':
      return {
        kind: 'administer',
        order: readAdministrationOrder(command, argument, values),
        at: serverAddress(values, environment, settings),
        json: values['json'] === true,
      };
    case 'list':
    case 'show':
    case 'cat':
    case 'export':
    case 'rename':
    case 'delete':
    case 'restore-deleted':
    case 'admin':
      return {
        kind: 'documents',
        settings,
        order: readDocumentOrder(command, rest, values),
        at: serverAddress(values, environment, settings),
        json: values['json'] === true,
      };
    default:
      return command satisfies never;
  }
}

/** What a command takes: its max arguments, and the options of its own, which are no settings. */
interface CommandShape {
  readonly max: 0 | 1 | 2;
  readonly options: readonly string[];
}

const COMMANDS = {
  serve: { max: 0, options: [] },
  backup: { max: 1, options: ['salvage'] },
  restore: { max: 1, options: [] },
  check: { max: 1, options: [] },
  import: { max: 1, options: IMPORT_OPTIONS },
  token: { max: 0, options: TOKEN_OPTIONS },
  ...ADMINISTRATION_COMMANDS,
  ...DOCUMENT_COMMANDS,
} as const satisfies Record<string, CommandShape>;

type CommandName = keyof typeof COMMANDS;

/** Options that are no settings. Those that take no text are yes when they are there. */
const OWN_OPTIONS = [...new Set(Object.values(COMMANDS).flatMap(({ options }) => [...options]))];
const YES_OPTIONS: ReadonlySet<string> = new Set(['salvage', 'json', 'deleted', 'dry-run']);
/** Options that may be given several times. */
const REPEATED_OPTIONS: ReadonlySet<string> = new Set(['rename']);

/** The commands that take an option. */
function ownersOf(option: string): CommandName[] {
  return (Object.keys(COMMANDS) as CommandName[]).filter((name) =>
    (COMMANDS[name].options as readonly string[]).includes(option),
  );
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function serverAddress(
  values: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
  { apiKey, data }: Settings,
): ServerAddress {
  const option = values['server'];
  const given = typeof option === 'string' ? option : environment['COSCRIBE_SERVER'];
  const source = typeof option === 'string' ? '--server' : 'COSCRIBE_SERVER';
  return { server: given ? readServerAddress(given, source) : null, apiKey, data: resolve(data) };
}

function parse(argv: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: true }> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    config: { type: 'string' },
  };
  for (const option of OWN_OPTIONS) {
    options[option] = {
      type: YES_OPTIONS.has(option) ? 'boolean' : 'string',
      ...(REPEATED_OPTIONS.has(option) ? { multiple: true } : {}),
    };
  }
  for (const name of NAMES) options[optionName(name)] = { type: 'string' };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const unknown = /Unknown option '(-[^']*)'/.exec(String(error))?.[1];
    // One hyphen and a letter is -h, -v, or a document of such a name.
    if (unknown !== undefined && !unknown.startsWith('--')) {
      throw new ConfigError(
        `Unknown option ${unknown}. See coscribe --help. A name that begins with a hyphen goes behind --, as in: coscribe freeze -- -name`,
      );
    }
    if (unknown !== undefined)
      throw unknownName(
        'option',
        unknown,
        Object.keys(options).map((name) => `--${name}`),
      );
    throw new ConfigError(`${error instanceof Error ? error.message : error} See coscribe --help.`);
  }
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Map<string, Given> {
  const byVariable = new Map(NAMES.map((name) => [variableName(name), name]));
  const given = new Map<string, Given>();
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith('COSCRIBE_') || OTHER_VARIABLES.has(variable) || !text) continue;
    const name = byVariable.get(variable);
    if (name === undefined) throw unknownName('environment variable', variable, [...byVariable.keys()]);
    given.set(name, { source: variable, text });
  }
  return given;
}

function fromFile(path: string): Map<string, Given> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    // What JSON.parse complains of quotes the file, and the file may hold secrets.
    const message = cause instanceof Error ? cause.message : String(cause);
    const place = /position \d+/.exec(message)?.[0];
    const reason = cause instanceof SyntaxError ? `not JSON${place === undefined ? '' : `, ${place}`}` : message;
    throw new ConfigError(`The config file ${path} cannot be read (${reason}). It must hold a JSON object.`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError(`The config file ${path} must hold a JSON object such as {"port": 4000}.`);
  }
  return fromObject(content, path);
}

function fromObject(content: object, where: string): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const [name, value] of Object.entries(content)) {
    if (!NAMES.some((known) => known === name)) throw unknownName(`setting in ${where}`, name, NAMES);
    if (value === undefined) continue;
    const takesNumbers = typeof SETTINGS[name as SettingName].default === 'number';
    if (typeof value !== 'string' && !(takesNumbers && typeof value === 'number')) {
      throw new ConfigError(`"${name}" in ${where} must be a text${takesNumbers ? ' or a number' : ''}.`);
    }
    given.set(name, { source: `"${name}" in ${where}`, text: String(value) });
  }
  return given;
}

/** Settings as a program gives them: those of the config file. */
export type GivenSettings = { readonly [Name in SettingName]?: Settings[Name] extends number ? number : string };

/**
 * The settings of a server that a program makes, with the defaults of those that are not given.
 * @throws ConfigError
 */
export function completeSettings(given: GivenSettings): Settings {
  return settingsOf(fromObject(given, 'the options'));
}

function settingsOf(given: ReadonlyMap<string, Given>): Settings {
  const entries = NAMES.map((name) => {
    const { parse, default: defaultValue, secret } = SETTINGS[name];
    const value = given.get(name);
    if (value === undefined) return [name, defaultValue];
    try {
      return [name, parse(value.text)];
    } catch (expected) {
      const wanted = expected instanceof Error ? expected.message : String(expected);
      const shown = secret === true ? 'does not fit' : `is "${value.text}"`;
      throw new ConfigError(`${value.source} ${shown}, but must be ${wanted}.`);
    }
  });
  const settings: Settings = Object.fromEntries(entries);
  checkSignIn(settings);
  checkCreation(settings);
  checkTls(settings);
  return settings;
}

/** The two halves of a certificate come together. */
function checkTls({ tlsCert, tlsKey }: Settings): void {
  if (tlsCert !== null && tlsKey === null) throw new ConfigError('tlsCert needs tlsKey too.');
  if (tlsKey !== null && tlsCert === null) throw new ConfigError('tlsKey needs tlsCert too.');
}

/** Signing in takes a provider and a name at it, or neither. */
function checkSignIn({ oidcIssuer, oidcClientId, oidcClientSecret }: Settings): void {
  if (oidcIssuer !== null && oidcClientId === null) throw new ConfigError('oidcIssuer needs oidcClientId too.');
  if (oidcIssuer !== null) return;
  if (oidcClientId !== null) throw new ConfigError('oidcClientId needs oidcIssuer too.');
  if (oidcClientSecret !== null) throw new ConfigError('oidcClientSecret needs oidcIssuer and oidcClientId too.');
}

/** Where everybody may write in any document, everybody creates documents by that. */
function checkCreation({ access, create }: Settings): void {
  if (access === 'private' || create === null || create === 'anyone') return;
  throw new ConfigError(`create "${create}" needs access "private".`);
}

function unknownName(what: string, name: string, known: readonly string[]): ConfigError {
  const [closest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const hint = closest !== undefined && closest.distance <= 3 ? ` Did you mean ${closest.candidate}?` : '';
  return new ConfigError(`Unknown ${what} ${name}.${hint} See coscribe --help.`);
}

/** How many characters have to be inserted, removed or replaced to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function helpText(): string {
  const lines = NAMES.map((name) => {
    const { placeholder, description, default: defaultValue } = SETTINGS[name];
    return `  ${`--${optionName(name)} ${placeholder}`.padEnd(28)}${description} Default: ${defaultValue ?? 'none'}.`;
  });
  return `Coscribe: write together in the browser, on a server of your own.

Usage:
  coscribe serve [options]                  Serves the site and the documents.
  coscribe backup DIR [--data FOLDER]       Writes all documents into one file in DIR, also while the server runs.
                                            --salvage saves what is left of a damaged data folder.
  coscribe restore BACKUP --data FOLDER     Makes a data folder of a backup (a file, or the newest in a folder).
  coscribe check [BACKUP] [--data FOLDER]   Reads every record of a data folder or a backup and says what is wrong.
  coscribe import SOURCE [--data FOLDER]    Takes over documents of y-websocket (a y-leveldb folder), of Hocuspocus (an
                                            SQLite file), or files of Yjs updates or text (.md, .txt) with their folders,
                                            while the server runs or not.
                                            --as-text NAME takes the text of that name, without its history.
                                            --rename OLD=NEW gives a document another name; may be given again.
                                            --dry-run only says what would be taken.
  coscribe token --document NAME | --prefix TEXT --role ROLE
                 [--subject ID [--name NAME] [--color #RRGGBB]] [--expires-in 1h]
                                            Writes a token signed with jwtSecret: for one document, or for all whose
                                            names begin so; viewer, commenter, editor or owner; for 90s, 30m, 8h or 7d.

Whether the server runs or not, for those who run it (docs/operating.md):
  coscribe list [--deleted]                 Lists the documents, or those that were deleted in the last 30 days.
  coscribe show DOCUMENT                    Tells what there is to know of a document beside its text.
  coscribe cat DOCUMENT                     Writes its text.
  coscribe export DIR [DOCUMENT] [--format text|yjs]
                                            Writes all documents, or one, into files of DIR.
  coscribe rename DOCUMENT TITLE            Gives a document another title; its name, which is its address, stays.
  coscribe delete DOCUMENT                  Deletes a document, at once for everybody who is in it.
  coscribe restore-deleted DOCUMENT [--as NAME]
                                            Brings back what was deleted, by its name or the id of its deletion.

While the server runs, for those who run it (docs/access.md):
  coscribe admin                            Makes a link that opens the dashboard of the server once.
  coscribe ban --person ID | --address ADDRESS [--reason TEXT] [--expires-in 7d]
                                            Keeps a person, or an IP address or network, out of all documents.
  coscribe bans                             Lists who is banned.
  coscribe unban BAN | --person ID | --address ADDRESS
                                            Lets them in again.
  coscribe revoke --person ID               Makes all sessions and tokens void that somebody was given until now.
  coscribe freeze DOCUMENT [--reason TEXT]  Lets nobody write in a document.
  coscribe unfreeze DOCUMENT                Lets people write in it again.
  coscribe frozen                           Lists the documents that are frozen.
  coscribe events DOCUMENT                  Lists what happened to the access to a document, the newest first.
                                            All of these ask the server that uses the data folder (--data) on this machine, or
                                            with --server ADDRESS another one, by its API key (COSCRIBE_API_KEY).
                                            --json writes the result as JSON.

Options (each also as an environment variable, --port as COSCRIBE_PORT, and in the config file as "port"):
${lines.join('\n')}
  ${'--config FILE'.padEnd(28)}JSON file with settings.
  ${'--help'.padEnd(28)}This text.
  ${'--version'.padEnd(28)}The version.
`;
}
