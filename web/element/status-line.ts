import { isRole, may } from '../../protocol/roles.ts';
import type { CoscribeProvider } from '../provider/index.ts';
import { CONNECTION_WORDS, savedBadge } from '../wording/status-wording.ts';
import { readServer } from './attributes.ts';

/** The line below the text. */
export class StatusLine {
  readonly #saved = document.createElement('span');
  readonly #connection = document.createElement('span');

  /** @param line what to fill */
  constructor(line: HTMLElement) {
    // Not the saved state: it changes with every pause in typing.
    this.#connection.setAttribute('role', 'status');
    line.append(this.#saved, this.#connection);
  }

  /** @param provider what to tell of; null for a document that somebody else connects */
  show(provider: CoscribeProvider | null): void {
    this.#saved.textContent = provider === null ? '' : savedSentence(provider);
    this.#connection.textContent = provider === null ? '' : connectionSentence(provider);
  }
}

/** What the line below the text says of a document's edits. */
function savedSentence({
  saved,
  unsavedChanges,
  status,
  role,
  storageFailing,
  keptOnDevice,
}: CoscribeProvider): string {
  if (saved && isRole(role) && !may(role, 'write')) return 'View only';
  if (saved) return status === 'connected' ? savedBadge('saved', 0, keptOnDevice) : '';
  const isUnderWay = status === 'connected' && !storageFailing;
  return savedBadge(isUnderWay ? 'saving' : 'local', unsavedChanges, keptOnDevice);
}

/** What the line says of the connection: nothing while all is well but what those who run the server tell everybody. */
function connectionSentence({ status, closed, storageFailing, announcement }: CoscribeProvider): string {
  if (closed !== null) return CONNECTION_WORDS.closed;
  if (status === 'connected') return storageFailing ? 'The server cannot write to its disk' : (announcement ?? '');
  return CONNECTION_WORDS[status === 'connecting' ? 'connecting' : 'offline'];
}

/** What a reader is told of a server that cannot be reached: names of settings are for others. */
export function unreachableSentence(keptOnDevice: boolean): string {
  const where = keptOnDevice ? 'stays on this device' : 'is only in this page, do not close it';
  return `This editor cannot connect. What you write ${where}, and is sent as soon as it can be. If this lasts, tell the administrator of this site.`;
}

/** A browser does not tell a page whether it was turned away, as pages of other sites often are: both are said. */
export function unreachableDetails(server: string | null): string {
  const { protocol, host, href } = new URL(readServer(server, globalThis.location.href));
  const isForeign = `${protocol.replace('ws', 'http')}//${host}` !== globalThis.origin;
  const page = globalThis.origin === 'null' ? 'sandboxed frames' : `pages of ${globalThis.origin}`;
  const cause = isForeign ? `, or its setting "origins" does not let ${page} in` : '';
  return `The server at ${href} cannot be reached${cause}.`;
}
