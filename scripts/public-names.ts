import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './source-files.ts';

/**
 * The public names of every entry of the package, with its source. Who changes one changes what others build on: say so in
 * CHANGELOG.md.
 */
export const PUBLIC_NAMES = {
  'coscribe/editor': {
    source: 'web/element/index.ts',
    names: [
      'CoscribeEditorElement',
      'DARK_INK',
      'DEFAULT_LANGUAGE',
      'DriftError',
      'LIGHT_INK',
      'NAME_LENGTH',
      'PEOPLE_COLORS',
      'PLAIN_TEXT',
      'ShownTextError',
      'clearOfflineCopies',
      'contrast',
      'createEditor',
      'defineElement',
      'isLanguage',
      'isProse',
      'languageNames',
      'listPeople',
      'personOf',
      'readableInk',
      'resolveLanguage',
      'type CopyFilter',
      'type CoscribeEditor',
      'type EditorOptions',
      'type EditorSettings',
      'type ElementError',
      'type ElementErrorCode',
      'type ElementEventDetails',
      'type ElementEventMap',
      'type ElementStatus',
      'type Indentation',
      'type Person',
      'type PresentedUser',
      'type ShownTextErrorCode',
      'type ThemeChoice',
      'watchPeople',
    ],
  },
  'coscribe/provider': {
    source: 'web/provider/index.ts',
    names: [
      'CoscribeProvider',
      'NotPlainTextError',
      'TokenError',
      'clearOfflineCopies',
      'type Clock',
      'type CopyFilter',
      'type DocumentProperties',
      'type Inspector',
      'type LogEntry',
      'type Notice',
      'type OfflineCopyState',
      'type Person',
      'type ProviderEvents',
      'type ProviderOptions',
      'type Refusal',
      'type Role',
      'type Socket',
      'type SocketConstructor',
      'type Transport',
    ],
  },
  'coscribe/server': {
    source: 'server/index.ts',
    names: [
      'AccessUnavailable',
      'ConfigError',
      'LevelStore',
      'MemoryStore',
      'StoreError',
      'UpdateNotApplied',
      'createServer',
      'storeContract',
      'type Access',
      'type AccessListener',
      'type AccessRequest',
      'type Authenticator',
      'type Clock',
      'type CreateServerOptions',
      'type DocumentChange',
      'type DocumentHandle',
      'type EmbeddedServer',
      'type GivenSettings',
      'type Grant',
      'type HostCallback',
      'type KeyRange',
      'type LevelStoreOptions',
      'type Logger',
      'type Operation',
      'type Person',
      'type Refusal',
      'type Settings',
      'type Store',
      'type StoreCase',
      'type VerifyProgress',
      'type Visit',
    ],
  },
  'coscribe/protocol': {
    source: 'protocol/index.ts',
    names: [
      'CLOSE_CODES',
      'LIMITS',
      'PROTOCOL_VERSION',
      'ProtocolError',
      'ROLES',
      'SUBPROTOCOL',
      'SYNC_PATH',
      'TEXT_FIELD',
      'TOKEN_SUBPROTOCOL_PREFIX',
      'closeCode',
      'decodeMessage',
      'documentNameProblem',
      'encodeAwareness',
      'encodeQueryAwareness',
      'encodeSyncStep1',
      'encodeSyncStep2',
      'encodeToken',
      'encodeUpdate',
      'higherRole',
      'isDocumentName',
      'isRole',
      'may',
      'parseCloseReason',
      'type Action',
      'type CloseCode',
      'type DocumentProperties',
      'type Message',
      'type Notice',
      'type Person',
      'type RetryRule',
      'type Role',
      'type Welcome',
    ],
  },
} as const satisfies Record<string, { source: string; names: readonly string[] }>;

/** The names that a module of ours exports, types too, marked as `type X`; those of `export *` included. */
export function exportedNames(path: string): string[] {
  const source = readFileSync(join(ROOT, path), 'utf8').replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
  const names: string[] = [];
  for (const [, allTypes, list = ''] of source.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const entry of list.split(',').map((part) => part.trim())) {
      const [, type, name] = /^(type )?(?:\w+ as )?(\w+)$/.exec(entry) ?? [];
      if (name !== undefined) names.push(allTypes !== undefined || type !== undefined ? `type ${name}` : name);
    }
  }
  for (const [, kind, name = ''] of source.matchAll(
    /^export (?:async )?(interface|type|class|function|const) (\w+)/gm,
  )) {
    names.push(kind === 'interface' || kind === 'type' ? `type ${name}` : name);
  }
  for (const [, from = ''] of source.matchAll(/^export \* from '(\..*)';/gm)) {
    names.push(...exportedNames(join(dirname(path), from)));
  }
  return names.sort();
}
