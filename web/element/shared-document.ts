import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { CoscribeProvider, type ProviderOptions } from '../provider/index.ts';

/** How long a document that nobody shows any more may take to save its last edits before it is ended, in milliseconds. */
const LINGER_MS = 30_000;

/** Which document, for whom. */
export interface DocumentKey {
  /** Where the server synchronises, absolute. */
  readonly url: string;
  readonly name: string;
  /** Elements share a connection only when they have the very same token. */
  readonly token: ProviderOptions['token'];
  /** Whether a copy of it is kept on this device. */
  readonly offline: boolean;
}

/** A document that an element shows. */
export interface DocumentSource {
  readonly doc: Y.Doc;
  /** Who else is here; null when nobody told. */
  readonly awareness: Awareness | null;
  /** Its connection; null when the page brings a document of its own and connects it itself. */
  readonly provider: CoscribeProvider | null;
  /** Whether the text is that of the document: the server's has come, or this device has a copy of it. */
  isKnown(): boolean;
  /** Goes on with another token, where that is possible without opening the document again. */
  changeToken(token: ProviderOptions['token']): boolean;
  /** Lets it go; the last one to do so ends the connection. More than once is fine. */
  release(): void;
}

/** A document with its connection, for all elements that show it with the same access. */
class SharedDocument {
  readonly url: string;
  readonly name: string;
  readonly offline: boolean;
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly provider: CoscribeProvider;
  token: ProviderOptions['token'];
  users = 0;
  #known = false;
  #lingering: number | null = null;

  constructor({ url, name, token, offline }: DocumentKey) {
    this.url = url;
    this.name = name;
    this.token = token;
    this.offline = offline;
    this.provider = new CoscribeProvider(url, name, this.doc, {
      awareness: this.awareness,
      token: () => (typeof this.token === 'function' ? this.token() : (this.token ?? '')),
      ...(offline ? {} : { offline }),
    });
    // Somebody else's from now on: elements that still show the document open it again.
    this.provider.on('closed', ({ name }) => {
      if (name === CLOSE_CODES.otherPerson.name) open.delete(this);
    });
    // Before what any element listens to, so that each finds the answer when it is told.
    this.provider.on('sync', (synced) => {
      this.#known ||= synced;
    });
    this.provider.on('offline-copy', ({ state }) => {
      // Only a copy that has held the document before knows its title.
      this.#known ||= state === 'ready' && this.provider.properties !== null;
    });
  }

  is({ url, name, token, offline }: DocumentKey): boolean {
    return this.url === url && this.name === name && this.token === token && this.offline === offline;
  }

  lease(): DocumentSource {
    this.#stopLingering();
    this.users += 1;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      this.users -= 1;
      if (this.users === 0) this.#leave();
    };
    const { doc, awareness, provider } = this;
    const changeToken = (token: ProviderOptions['token']) => held && this.#changeToken(token);
    return { doc, awareness, provider, isKnown: () => this.#known, changeToken, release };
  }

  /** The others that show this document may have to keep the token they have. */
  #changeToken(token: ProviderOptions['token']): boolean {
    if (this.users !== 1) return false;
    this.token = token;
    if (this.provider.status === 'connected') this.provider.refreshToken();
    else {
      this.provider.disconnect();
      this.provider.connect();
    }
    return true;
  }

  /** Nobody shows it any more: what was written last still has to reach the server. */
  #leave(): void {
    this.awareness.setLocalState(null);
    const { provider } = this;
    if (provider.unsavedChanges === 0 || provider.closed !== null) {
      this.#end();
      return;
    }
    provider.on('saved', this.#endWhenSaved);
    provider.on('closed', this.#end);
    this.#lingering = window.setTimeout(this.#end, LINGER_MS);
  }

  readonly #endWhenSaved = (saved: boolean) => {
    if (saved) this.#end();
  };

  #stopLingering(): void {
    if (this.#lingering === null) return;
    window.clearTimeout(this.#lingering);
    this.#lingering = null;
    this.provider.off('saved', this.#endWhenSaved);
    this.provider.off('closed', this.#end);
    this.awareness.setLocalState({});
  }

  readonly #end = (): void => {
    if (this.#lingering !== null) window.clearTimeout(this.#lingering);
    open.delete(this);
    this.provider.destroy();
    this.awareness.destroy();
    this.doc.destroy();
  };
}

const open = new Set<SharedDocument>();

/**
 * One document, one connection and one offline copy for all elements of the page that show the same document with the same
 * access.
 */
export function leaseDocument(key: DocumentKey): DocumentSource {
  let shared = [...open].find((candidate) => candidate.is(key));
  if (shared === undefined) {
    shared = new SharedDocument(key);
    open.add(shared);
  }
  return shared.lease();
}

/** A document that the page brings along; who connects it is the page's affair. */
export function hostDocument(doc: Y.Doc, awareness: Awareness | null): DocumentSource {
  return { doc, awareness, provider: null, isKnown: () => true, changeToken: () => true, release: () => undefined };
}
