import { posix } from 'node:path';
import { findImports, findOpenSwitches, findPrivateModifiers, findProcessReads } from './source-scan.ts';

// The shape of the code (docs/architecture.md) as rules over its imports and file names. A rule returns what breaks it;
// architecture.test.ts runs all of them over the checkout, and each over a made-up violation.

/** A source file by its path from the checkout, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly source: string;
}

/** One breach of one rule, as a sentence that begins with the place. */
export type Violation = string;

interface Module extends SourceFile {
  readonly imports: readonly { readonly specifier: string; readonly line: number; readonly target: string | null }[];
}

/**
 * What each part may import besides itself and packages. A part is a folder; in server/ the files on top are two parts:
 * `server/(root)` puts the parts together, and `server/(clock)` is time, which everybody may ask.
 */
const SERVER_BASE = ['server/(clock)', 'server/log', 'protocol'];

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  'server/(clock)': [],
  'server/log': ['server/(clock)', 'protocol'],
  'server/config': SERVER_BASE,
  'server/limits': SERVER_BASE,
  'server/edge': ['server/limits', ...SERVER_BASE],
  'server/store': SERVER_BASE,
  'server/document': ['server/store', ...SERVER_BASE],
  // Knows bytes and a Y.Doc, and nothing of rooms, people or disks.
  'server/gate': ['protocol'],
  'server/room': ['server/gate', 'server/document', 'server/store', ...SERVER_BASE],
  'server/access': ['server/document', 'server/store', 'server/limits', ...SERVER_BASE],
  'server/sign-in': ['server/access', 'server/config', ...SERVER_BASE],
  'server/connection': [
    'server/room',
    'server/gate',
    'server/document',
    'server/store',
    'server/access',
    'server/limits',
    ...SERVER_BASE,
  ],
  'server/transport': [
    'server/connection',
    'server/room',
    'server/document',
    'server/store',
    'server/access',
    'server/limits',
    'server/edge',
    ...SERVER_BASE,
  ],
  // Reads its figures from all that runs.
  'server/metrics': ['server/connection', 'server/room', 'server/document', ...SERVER_BASE],
  // What those who run the server see and do.
  'server/operations': [
    'server/metrics',
    'server/connection',
    'server/room',
    'server/document',
    'server/access',
    'server/limits',
    ...SERVER_BASE,
  ],
  // Documents of other servers.
  'server/import': ['server/store', ...SERVER_BASE],
  // For programs that have the server inside: what they are handed, and the server made for them.
  'server/embedding': [
    'server/(root)',
    'server/connection',
    'server/room',
    'server/gate',
    'server/document',
    'server/store',
    'server/access',
    'server/config',
    'server/edge',
    ...SERVER_BASE,
  ],
  'server/http': [
    'server/operations',
    'server/room',
    'server/document',
    'server/access',
    'server/sign-in',
    'server/limits',
    'server/edge',
    'server/metrics',
    ...SERVER_BASE,
  ],
  // The commands; `serve` is the one that starts the server.
  'server/command': [
    'server/(root)',
    'server/import',
    'server/store',
    'server/document',
    'server/access',
    'server/sign-in',
    'server/config',
    'server/limits',
    'server/edge',
    ...SERVER_BASE,
  ],
  'server/(root)': [
    'server/operations',
    'server/embedding',
    'server/command',
    'server/config',
    'server/transport',
    'server/connection',
    'server/room',
    'server/gate',
    'server/document',
    'server/store',
    'server/access',
    'server/sign-in',
    'server/limits',
    'server/metrics',
    'server/edge',
    'server/http',
    ...SERVER_BASE,
  ],
  'web/provider': ['protocol'],
  'web/editor': ['protocol'],
  // A panel that shows a connection, of the site and of the element.
  'web/inspector': ['web/provider', 'protocol'],
  // Words that the site and the element share.
  'web/wording': ['protocol'],
  'web/element': ['web/editor', 'web/provider', 'web/inspector', 'web/wording', 'protocol'],
  // The site. A part is a folder of web/app; the files on top of it are its pages and put the parts together.
  'web/app/base': ['protocol'],
  'web/app/link': ['web/app/device', 'web/app/base', 'protocol'],
  'web/app/api': ['web/app/base', 'protocol'],
  'web/app/device': ['web/app/base', 'web/editor', 'protocol'],
  'web/app/offline': ['web/app/base'],
  'web/app/early': [],
  'web/app/theme': ['web/app/device', 'web/app/base'],
  'web/app/session': [
    'web/app/theme',
    'web/app/device',
    'web/app/link',
    'web/app/api',
    'web/app/base',
    'web/editor',
    'web/provider',
    'web/wording',
    'protocol',
  ],
  // Who is at this browser, their connection to a document, what is theirs on this device, and signing out.
  'web/app/person': [
    'web/app/session',
    'web/app/device',
    'web/app/link',
    'web/app/api',
    'web/app/base',
    'web/provider',
    'protocol',
  ],
  'web/app/commands': ['web/app/session', 'web/app/theme', 'web/app/link', 'web/app/base', 'web/editor'],
  'web/app/panel': ['web/app/session', 'web/app/device', 'web/app/base', 'web/editor', 'web/provider', 'web/inspector'],
  'web/app/access': ['web/app/session', 'web/app/link', 'web/app/api', 'web/app/base', 'protocol'],
  'web/app/document': [
    'web/app/commands',
    'web/app/panel',
    'web/app/access',
    'web/app/session',
    'web/app/theme',
    'web/app/device',
    'web/app/link',
    'web/app/api',
    'web/app/base',
    'web/editor',
    'web/wording',
    'protocol',
  ],
  'web/app/landing': ['web/app/device', 'web/app/link', 'web/app/api', 'web/app/base', 'web/editor', 'protocol'],
  // What the server says of its API.
  'web/app/reference': ['web/app/api', 'web/app/base'],
  // What those who run it see and do.
  'web/app/admin': ['web/app/api', 'web/app/base', 'protocol'],
  'web/app/(pages)': [
    'web/app/reference',
    'web/app/admin',
    'web/app/person',
    'web/app/landing',
    'web/app/document',
    'web/app/commands',
    'web/app/access',
    'web/app/session',
    'web/app/theme',
    'web/app/offline',
    'web/app/device',
    'web/app/link',
    'web/app/api',
    'web/app/base',
    'web/editor',
    'web/provider',
    'protocol',
  ],
};

/** What stands on top of server/ besides the clock, and nothing else does. */
const ROOT_FILES = new Set(['server/main.ts', 'server/server.ts', 'server/index.ts']);

/** Files longer than the limit that are one thing all the same, each with its reason in a comment. */
const LONG_FILES: ReadonlySet<string> = new Set(['server/room/room.ts']);

/** A file this long is a sign to split. */
const MAX_LINES = 500;

/** Names that tell a newcomer nothing, as a whole name or as its last word. */
const EMPTY_NAMES = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'misc', 'common', 'types']);

/** Code that ships: no tests, nothing that exists for tests. */
export function isProduct(path: string): boolean {
  return /^(protocol|server|web)\//.test(path) && !isForTests(path);
}

/** Tests, and the folders named testing that hold what they share. */
function isForTests(path: string): boolean {
  return /\.test\.ts$/.test(path) || path.includes('/testing/');
}

/** Reads the imports of each file and resolves the relative ones to paths of the checkout. */
export function readModules(files: readonly SourceFile[]): Module[] {
  return files
    .filter(({ path }) => path.endsWith('.ts'))
    .map(({ path, source }) => ({
      path,
      source,
      imports: findImports(path, source).map(({ specifier, line }) => ({
        specifier,
        line,
        target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null,
      })),
    }));
}

/** The part of MAY_IMPORT that a file belongs to; null for files outside all of them. */
function partOf(path: string): string | null {
  const [top = '', folder = '', ...rest] = path.split('/');
  if (top === 'protocol') return top;
  if (top === 'server' && rest.length === 0) {
    if (path === 'server/clock.ts') return 'server/(clock)';
    return ROOT_FILES.has(path) ? 'server/(root)' : `server/(${folder})`;
  }
  if (top === 'web' && folder === 'app') return rest.length === 1 ? 'web/app/(pages)' : `web/app/${rest[0]}`;
  if (top === 'server' || top === 'web') return rest.length === 0 ? null : `${top}/${folder}`;
  return null;
}

/** Imports run one way, between the folders and inside server/ and web/. */
export function oneDirection(files: readonly SourceFile[]): Violation[] {
  return readModules(files)
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) => {
      const from = partOf(path);
      if (from === null) return [];
      const allowed = MAY_IMPORT[from];
      if (allowed === undefined)
        return [`${path}: the architecture has no folder ${from}; give it a place in MAY_IMPORT`];
      return imports.flatMap(({ target, line }) => {
        if (target === null) return [];
        const to = partOf(target) ?? target;
        return to === from || allowed.includes(to)
          ? []
          : [`${path}:${line}: ${from} must not import ${to} (${target})`];
      });
    });
}

/** The wire depends on nothing but lib0: both ends, and other implementations, can take it as it is. */
export function protocolImportsOnlyLib0(files: readonly SourceFile[]): Violation[] {
  return packageImports(files, ({ path }) => path.startsWith('protocol/'))
    .filter(({ specifier }) => !specifier.startsWith('lib0/'))
    .map(({ path, line, specifier }) => `${path}:${line}: protocol/ imports lib0 only, not ${specifier}`);
}

/** Sockets have one home. */
export function onlyTransportImportsWs(files: readonly SourceFile[]): Violation[] {
  return packageImports(files, ({ path }) => !path.startsWith('server/transport/'))
    .filter(({ specifier }) => specifier === 'ws')
    .map(({ path, line }) => `${path}:${line}: only server/transport imports ws`);
}

/** The database has one home, one file long. */
export function oneFileImportsLevel(files: readonly SourceFile[]): Violation[] {
  const importers = packageImports(files, () => true).filter(({ specifier }) => specifier === 'classic-level');
  const paths = [...new Set(importers.map(({ path }) => path))].sort();
  if (paths.length === 0) return ['server/store: no file imports classic-level'];
  return paths.slice(1).map((path) => `${path}: ${paths[0]} imports classic-level already, and one file is enough`);
}

/** The server's copies of documents are made in one place, which keeps them from writing by themselves (DUR-14). */
export function oneFileMakesDocs(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.startsWith('server/') && isProduct(path) && path !== 'server/document/server-doc.ts')
    .flatMap(({ path, source }) =>
      source
        .split('\n')
        .flatMap((line, index) =>
          /\bnew (Y\.)?Doc\(/.test(line)
            ? `${path}:${index + 1}: a copy of a document on the server is made by createServerDoc`
            : [],
        ),
    );
}

/** Settings come from one place. */
export function onlyOriginPolicyKnowsVisitors(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.startsWith('server/') && isProduct(path))
    .flatMap(({ path, source }) =>
      source
        .split('\n')
        .flatMap((line, index) =>
          /\brequest\.(ips?|host(name)?|protocol)\b/.test(line)
            ? `${path}:${index + 1}: where a request comes from is \`request.visitor\`, which limits, log and trustProxy agree on`
            : [],
        ),
    );
}

export function onlyConfigReadsProcess(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => path.endsWith('.ts') && isProduct(path) && partOf(path) !== 'server/config')
    .flatMap(({ path, source }) => [
      ...findProcessReads(path, source).map(
        (line) => `${path}:${line}: only server/config reads process.argv and process.env`,
      ),
      ...findImports(path, source)
        .filter(({ specifier }) => specifier === 'process' || specifier === 'node:process')
        .map(({ line }) => `${path}:${line}: only server/config imports node:process`),
    ]);
}

/** What exists for tests does not ship. */
export function testingStaysInTests(files: readonly SourceFile[]): Violation[] {
  return readModules(files)
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target !== null && isForTests(target))
        .map(({ line, target }) => `${path}:${line}: product code must not import ${target}`),
    );
}

/** Files are kebab-case and their names say something. */
export function tellingNames(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path }) => {
    const words = path
      .split('/')
      .map((part) => part.replace(/\.(test|fuzz|disk|net|spec|config|d|[a-z]+)(\..*)?$/, ''));
    const odd = words.filter((word) => !/^\.?[a-z0-9]+(-[a-z0-9]+)*$/.test(word));
    const empty = words.filter((word) => EMPTY_NAMES.has(word) || EMPTY_NAMES.has(word.split('-').at(-1) ?? ''));
    return [
      ...odd.map((word) => `${path}: "${word}" is not kebab-case`),
      ...empty.map((word) => `${path}: "${word}" says nothing about what is inside`),
    ];
  });
}

/** Every switch says what becomes of every case. */
export function completeSwitches(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, source }) =>
    source.includes('switch (')
      ? findOpenSwitches(path, source).map(
          (line) => `${path}:${line}: a switch that may pass a case over; end it with "default: x satisfies never;"`,
        )
      : [],
  );
}

/** Private members are private to the language, too. */
export function hashPrivates(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(({ path, source }) =>
    source.includes('private ')
      ? findPrivateModifiers(path, source).map((line) => `${path}:${line}: write #name instead of private`)
      : [],
  );
}

/** Words of our own, or of a hundred years ago, where the field and school English have one. */
const ODD_WORDS = /\b(?:anew|whoever|whomever|whosoever|therefrom)\b|\bMOST_[A-Z]/i;

/** Comments, names and pages use the words that people search for. */
export function plainWords(files: readonly SourceFile[]): Violation[] {
  const others = files.filter(({ path }) => path !== 'scripts/architecture.ts');
  return others.flatMap(({ path, source }) =>
    source.split('\n').flatMap((line, index) => {
      const odd = ODD_WORDS.exec(line)?.[0];
      return odd === undefined ? [] : [`${path}:${index + 1}: "${odd}": use a plainer word`];
    }),
  );
}

/** A file is one thing. */
export function comfortableLength(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => isProduct(path) && !LONG_FILES.has(path))
    .map(({ path, source }) => ({ path, lines: source.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines; over ${MAX_LINES} is a sign to split`);
}

/** No module reaches itself through its imports, those of types included. */
export function noCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(
    readModules(files).map(({ path, imports }) => [
      path,
      imports.flatMap(({ target }) => (target === null ? [] : [target])),
    ]),
  );
  const done = new Set<string>();
  const cycles: Violation[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      cycles.push(`${[...trail.slice(start), path].join(' -> ')}: an import cycle`);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return cycles;
}

function packageImports(files: readonly SourceFile[], where: (module: Module) => boolean) {
  return readModules(files)
    .filter((module) => isProduct(module.path) && where(module))
    .flatMap(({ path, imports }) =>
      imports.filter(({ target }) => target === null).map(({ specifier, line }) => ({ path, specifier, line })),
    );
}
