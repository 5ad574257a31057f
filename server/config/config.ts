import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.ts';
import { optionName, SETTINGS, type SettingName, type Settings, variableName } from './settings.ts';
import { readTokenOrder, TOKEN_OPTIONS, type TokenOrder } from './token-order.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve'; readonly settings: Settings; readonly given: ReadonlySet<SettingName> }
  | { readonly kind: 'backup'; readonly folder: string; readonly data: string; readonly salvage: boolean }
  | { readonly kind: 'restore'; readonly from: string; readonly data: string }
  | { readonly kind: 'check'; readonly at: string | null; readonly data: string }
  | { readonly kind: 'import'; readonly settings: Settings; readonly from: string; readonly asText: string | null }
  | { readonly kind: 'token'; readonly settings: Settings; readonly order: TokenOrder }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** Variables with our prefix that are for the development scripts and tests, not for the server. */
const OTHER_VARIABLES = new Set([
  'COSCRIBE_CONFIG',
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
      `Unknown command "${command}". Commands: ${Object.keys(ARGUMENTS).join(', ')}. See coscribe --help.`,
    );
  }
  const [argument, surplus] = [rest[0], rest[ARGUMENTS[command].max]];
  if (surplus !== undefined) throw new ConfigError(`Unexpected argument "${surplus}". See coscribe --help.`);
  for (const [option, owner] of OPTION_OWNERS) {
    if (values[option] !== undefined && command !== owner) {
      throw new ConfigError(`--${option} belongs to coscribe ${owner}. See coscribe --help.`);
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
    case 'import': {
      if (argument === undefined) throw new ConfigError('Say from where: coscribe import SOURCE --data FOLDER.');
      const asText = values['as-text'];
      return { kind: 'import', settings, from: argument, asText: typeof asText === 'string' ? asText : null };
    }
    case 'token':
      return { kind: 'token', settings, order: readTokenOrder(values) };
    default:
      return command satisfies never;
  }
}

/** Max arguments of each command. */
const ARGUMENTS = {
  serve: { max: 0 },
  backup: { max: 1 },
  restore: { max: 1 },
  check: { max: 1 },
  import: { max: 1 },
  token: { max: 0 },
} as const;

/** Options that are no settings, with the command that takes each. */
const OPTION_OWNERS: ReadonlyMap<string, keyof typeof ARGUMENTS> = new Map([
  ['salvage', 'backup'],
  ['as-text', 'import'],
  ...TOKEN_OPTIONS.map((option) => [option, 'token'] as const),
]);

function isCommandName(name: string): name is keyof typeof ARGUMENTS {
  return Object.hasOwn(ARGUMENTS, name);
}

function parse(argv: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    config: { type: 'string' },
    salvage: { type: 'boolean' },
    'as-text': { type: 'string' },
  };
  for (const option of TOKEN_OPTIONS) options[option] = { type: 'string' };
  for (const name of NAMES) options[optionName(name)] = { type: 'string' };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    const unknown = /Unknown option '(-[^']*)'/.exec(String(error))?.[1];
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
                                            SQLite file), or files of Yjs updates.
                                            --as-text NAME takes the text of that name, without its history.
  coscribe token --document NAME | --prefix TEXT --role ROLE
                 [--subject ID [--name NAME] [--color #RRGGBB]] [--expires-in 1h]
                                            Writes a token signed with jwtSecret: for one document, or for all whose
                                            names begin so; viewer, commenter, editor or owner; for 90s, 30m, 8h or 7d.

Options (each also as an environment variable, --port as COSCRIBE_PORT, and in the config file as "port"):
${lines.join('\n')}
  ${'--config FILE'.padEnd(28)}JSON file with settings.
  ${'--help'.padEnd(28)}This text.
  ${'--version'.padEnd(28)}The version.
`;
}
