import { originList, personList, proxyList } from './setting-values.ts';

/** How a setting's text becomes its value. Throws a plain Error that says what was expected. */
type Parse<T> = (text: string) => T;

interface Setting<T> {
  readonly parse: Parse<T>;
  readonly default: T;
  /** Stands for the value in `--help`. */
  readonly placeholder: string;
  /** One sentence for `--help` and docs/settings.md. */
  readonly description: string;
  /** Whether its value is shown nowhere, not in an error either. */
  readonly secret?: boolean;
}

function setting<T>(parse: Parse<T>, defaultValue: T, placeholder: string, description: string): Setting<T> {
  return { parse, default: defaultValue, placeholder, description };
}

/** A setting whose value is shown nowhere. */
function secret<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, secret: true };
}

function text(text: string): string {
  if (text === '') throw new Error('a text that is not empty');
  return text;
}

function integer(min: number, max: number): Parse<number> {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new Error(`a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** Secrets of fewer bytes can be guessed from one signature, offline (RFC 7518, section 3.2). */
function signingSecret(text: string): string {
  if (Buffer.byteLength(text) < 32) throw new Error('a text of at least 32 bytes');
  return text;
}

/** A key that opens every document. */
function apiKey(text: string): string {
  if (!/^[\w.~+/=-]{32,}$/.test(text)) {
    throw new Error('at least 32 letters, digits and characters of -._~+/=, as from: openssl rand -hex 32');
  }
  return text;
}

/** Where a program of the server's owner answers. */
function serviceAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Error('an http or https address without a password in it');
  }
  return url.href;
}

function oneOf<const T extends string>(...values: T[]): Parse<T> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Error(`one of ${values.join(', ')}`);
    return value;
  };
}

/** An address that browsers use, without a slash at its end. */
function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const bare = url !== null && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  // What may stand in a page, a cookie and a redirect as it is.
  if (url === null || !bare || !/^https?:$/.test(url.protocol) || !/^(\/[\w.~-]+)*\/?$/.test(url.pathname)) {
    throw new Error('an address such as https://write.example.org or https://example.org/notes');
  }
  return url.href.replace(/\/$/, '');
}

/** Where people report something: the address of a mailbox or a page. */
function contact(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^(https|mailto):$/.test(url.protocol) || /[\r\n]/.test(text)) {
    throw new Error('an address such as mailto:security@example.org or https://example.org/security');
  }
  return url.href;
}

/** The issuer of an OpenID provider, letter for letter: it is compared with what the provider calls itself. */
function issuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw new Error('an https address, or an http address on this machine');
  }
  return text;
}

/** Names of scopes with spaces between; without `openid` a provider names nobody. */
function scopes(text: string): string {
  if (!/^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(text) || !text.split(' ').includes('openid')) {
    throw new Error('names with a space between, openid among them');
  }
  return text;
}

/**
 * Every setting of `coscribe serve`: on the command line as `--unload-after`, in the environment as
 * `COSCRIBE_UNLOAD_AFTER`, in a config file as `"unloadAfter"`. Defaults are safe for a server that others can reach.
 */
export const SETTINGS = {
  host: setting(text, '127.0.0.1', 'ADDRESS', 'Address to listen on. 0.0.0.0 lets other machines in.'),
  port: setting(integer(0, 65_535), 1234, 'NUMBER', 'Port to listen on; 0 takes a free one.'),
  data: setting(text, './coscribe-data', 'FOLDER', 'Folder that keeps the documents; made when missing.'),
  documents: setting(
    oneOf('text', 'any'),
    'text',
    'KIND',
    'What documents may hold: `text` (one Y.Text, checked most strictly) or `any` Yjs types.',
  ),
  field: setting(text, 'content', 'NAME', "Name of the Y.Text that holds a document's text."),
  access: setting(
    oneOf('open', 'private'),
    'open',
    'WHO',
    'Who may edit a document that nobody has set access for: anybody with its address (`open`), or nobody without a token or link (`private`).',
  ),
  publicUrl: setting<string | null>(
    webAddress,
    null,
    'URL',
    'Address under which browsers reach the server, such as https://example.org/notes: with a path, everything is below that. The server then answers to no other host name, except those of `origins`, `localhost` and bare addresses. Without it, the one that a request names.',
  ),
  origins: setting<readonly string[] | 'any' | null>(
    originList,
    null,
    'LIST',
    "Origins of other sites whose pages may use the server from a browser, with commas between; `any` lets all in. The server's own pages always may, and pages of this machine while the server listens on this machine only.",
  ),
  frameAncestors: setting<readonly string[] | 'any' | null>(
    originList,
    null,
    'LIST',
    "Origins of other sites that may show the server's pages in a frame, with commas between; `any` lets all do so.",
  ),
  securityContact: setting<string | null>(
    contact,
    null,
    'URL',
    'Where weaknesses of this server are reported, such as mailto:security@example.org: shown at /.well-known/security.txt.',
  ),
  tlsCert: setting<string | null>(
    text,
    null,
    'FILE',
    'Certificate with its chain, in PEM: the server then speaks https itself. Read again when it changes. Needs `tlsKey`.',
  ),
  tlsKey: setting<string | null>(text, null, 'FILE', 'Private key of `tlsCert`, in PEM.'),
  trustProxy: setting<readonly string[] | null>(
    proxyList,
    null,
    'LIST',
    'Proxies in front of the server whose X-Forwarded headers are believed: addresses, networks (10.0.0.0/8), `loopback`, with commas between.',
  ),
  oidcIssuer: setting<string | null>(
    issuer,
    null,
    'URL',
    'OpenID provider that people sign in with; needs `oidcClientId` too. docs/access.md says how.',
  ),
  oidcClientId: setting<string | null>(text, null, 'ID', 'What the OpenID provider calls this server.'),
  oidcClientSecret: secret(
    setting<string | null>(
      text,
      null,
      'SECRET',
      'What the OpenID provider knows this server by; none for a public client. Better in the environment or the file than on the command line.',
    ),
  ),
  oidcScopes: setting(scopes, 'openid profile', 'NAMES', 'What the OpenID provider is asked for.'),
  admins: setting<readonly string[] | null>(
    personList,
    null,
    'LIST',
    'Ids of the signed-in people who may use the dashboard at /admin, as `/api/session` tells them, with commas between. docs/operating.md says more.',
  ),
  create: setting<'anyone' | 'known' | 'entitled' | null>(
    oneOf('anyone', 'known', 'entitled'),
    null,
    'WHO',
    'Who may create documents where access is private: `anyone`, people that a token names (`known`), or those whose token lets them write in that document (`entitled`). Without it `entitled` where tokens of your backend are checked, else `anyone`.',
  ),
  viewerPresence: setting(
    oneOf('hidden', 'shown'),
    'hidden',
    'WHETHER',
    'Whether people who may only read show a name and a caret to others.',
  ),
  jwtSecret: secret(
    setting<string | null>(
      signingSecret,
      null,
      'SECRET',
      'Secret that your backend signs tokens with (HS256), 32 bytes at least. Better in the environment or the file than on the command line.',
    ),
  ),
  jwtKeyFile: setting<string | null>(
    text,
    null,
    'FILE',
    'Public key that tokens are checked with: a PEM file, a JWK or a JWKS. RS256, PS256, ES256, ES384 or EdDSA.',
  ),
  // Not that the address were a secret; but it might hold one.
  jwtJwksUrl: secret(
    setting<string | null>(
      serviceAddress,
      null,
      'URL',
      'Where the public keys that tokens are checked with can be read, as a JWKS.',
    ),
  ),
  jwtIssuer: setting<string | null>(text, null, 'TEXT', 'What the `iss` of a token must be; without it, anything.'),
  jwtAudience: setting<string | null>(text, null, 'TEXT', 'What the `aud` of a token must hold; without it, anything.'),
  apiKey: secret(
    setting<string | null>(
      apiKey,
      null,
      'SECRET',
      'Key for programs of yours: anyone who sends it as bearer token is an owner of every document over HTTP. 32 characters at least; better in the environment or the file than on the command line.',
    ),
  ),
  unloadAfter: setting(integer(0, 86_400), 30, 'SECONDS', 'How long a document that nobody uses stays in memory.'),
  maxConnections: setting(integer(1, 1_000_000), 20_000, 'NUMBER', 'Max connections at a time.'),
  maxMessageBytes: setting(
    integer(1_024, 256 * 1024 * 1024),
    16 * 1024 * 1024,
    'BYTES',
    'Longest message of a client, and longest body of the HTTP request that creates a document.',
  ),
  maxConnectionsPerAddress: setting(
    integer(1, 1_000_000),
    2_000,
    'NUMBER',
    'Max connections at a time from one address; an IPv6 network of 64 bits is one, and networks of 56 and 48 bits may have twice and four times as many.',
  ),
  maxConnectionsPerPerson: setting(
    integer(1, 1_000_000),
    200,
    'NUMBER',
    'Max connections at a time of one person, whom a token or a sign-in names; each open document is one.',
  ),
  maxMessagesPerSecondPerAddress: setting(
    integer(1, 10_000_000),
    20_000,
    'NUMBER',
    'Messages a second that all connections of one address, and all of one person, may send together in the long run; five times as many at once.',
  ),
  maxBytesPerSecondPerAddress: setting(
    integer(1_024, 1024 * 1024 * 1024),
    32 * 1024 * 1024,
    'BYTES',
    'Bytes a second that all connections and HTTP requests of one address, and all connections of one person, may send together in the long run; five times as many at once.',
  ),
  maxRequestsPerSecond: setting(
    integer(1, 1_000_000),
    200,
    'NUMBER',
    'HTTP requests and WebSocket upgrades a second that one address may send in the long run; ten times as many at once.',
  ),
  maxDocumentsPerHour: setting(
    integer(1, 1_000_000),
    1_000,
    'NUMBER',
    'Documents that one address, and one person, may create in an hour.',
  ),
  maxRefusedTokensPerMinute: setting(
    integer(1, 1_000_000),
    60,
    'NUMBER',
    'Tokens that are not good which one address may bring in a minute; further ones are answered with a wait. Good ones are always taken.',
  ),
  maxStorageBytes: setting(
    integer(1024 * 1024, Number.MAX_SAFE_INTEGER),
    64 * 1024 * 1024 * 1024,
    'BYTES',
    'What all documents together may take on the disk, about. New documents are refused from nine tenths of it, and text that is added to others when it is full.',
  ),
  maxStorageBytesPerDay: setting(
    integer(1024 * 1024, Number.MAX_SAFE_INTEGER),
    4 * 1024 * 1024 * 1024,
    'BYTES',
    'What one address, and one person, may add to documents in a day. They make no new ones when half of it is left.',
  ),
  maxDocuments: setting(
    integer(1, 10_000_000),
    10_000,
    'NUMBER',
    'Max documents in memory at a time; those that nobody ever wrote make room for others.',
  ),
  maxDocumentBytes: setting(
    integer(1_024, 1024 * 1024 * 1024),
    64 * 1024 * 1024,
    'BYTES',
    'Size of a document, as stored, from which on text can only be deleted from it.',
  ),
  maxMessagesPerSecond: setting(
    integer(1, 1_000_000),
    1_000,
    'NUMBER',
    'Messages a second that one connection may send in the long run; five times as many at once.',
  ),
  maxBytesPerSecond: setting(
    integer(1_024, 1024 * 1024 * 1024),
    4 * 1024 * 1024,
    'BYTES',
    'Bytes a second that one connection may send in the long run; more at once, two of the longest messages at least.',
  ),
  computeBudget: setting(
    integer(10, 600_000),
    2_000,
    'MILLISECONDS',
    "Computing time that one connection's merges and questions may take in ten seconds; those of one address, and of one person, together four times as much. A merge that needs more goes on when there is some again.",
  ),
  maxUnstoredBytes: setting(
    integer(1_024, 64 * 1024 * 1024 * 1024),
    256 * 1024 * 1024,
    'BYTES',
    'Edits kept in memory while the disk refuses writes; who brings more is asked to come again later.',
  ),
  metrics: setting(
    oneOf('local', 'open', 'off'),
    'local',
    'WHO',
    'Who may read `/metrics`: programs on this machine that ask for `localhost` or an address (`local`), everybody (`open`), nobody (`off`).',
  ),
  logLevel: setting(
    oneOf('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'LEVEL',
    'Least severe log lines written. On a terminal it is warn unless set.',
  ),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The value of every setting. */
export type Settings = { readonly [Name in SettingName]: (typeof SETTINGS)[Name]['default'] };

/** `unloadAfter` as the command line writes it: `unload-after`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `unloadAfter` as the environment writes it: `COSCRIBE_UNLOAD_AFTER`. */
export function variableName(name: string): string {
  return `COSCRIBE_${optionName(name).replaceAll('-', '_').toUpperCase()}`;
}
