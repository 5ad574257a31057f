import { type CoscribeProvider, type Refusal, TokenError } from '../provider/index.ts';

/** Failed attempts to connect after which the person is told. */
const ATTEMPTS_BEFORE_SAYING = 2;

/** Who wants to know what becomes of a document's connection. */
export interface ProviderWatcher {
  /** The connection, or what it allows, changed. */
  connectionChanged(): void;
  /** The server let this page in. */
  reached(): void;
  /** The server's content has arrived. */
  synced(): void;
  /** What is saved is known, or changed. */
  savedChanged(): void;
  propertiesChanged(): void;
  /** Several attempts to connect have failed in a row. */
  unreachable(): void;
  /** The page gave no token to show: not the server's fault, nor the network's. */
  noToken(error: TokenError): void;
  closed(refusal: Refusal): void;
  /** Something failed that the provider dealt with. */
  failed(error: unknown): void;
}

/**
 * Passes on what becomes of a document's connection.
 * @returns stops it
 */
export function watchProvider(provider: CoscribeProvider, watcher: ProviderWatcher): () => void {
  let failedAttempts = 0;
  let hadNoToken = false;
  let toldSaved = false;
  const status = () => {
    if (provider.status === 'connected') {
      failedAttempts = 0;
      watcher.reached();
    }
    watcher.connectionChanged();
  };
  const retry = () => {
    // What fails for want of a token says nothing of the server.
    failedAttempts = hadNoToken ? 0 : failedAttempts + 1;
    hadNoToken = false;
    watcher.connectionChanged();
    if (failedAttempts === ATTEMPTS_BEFORE_SAYING) watcher.unreachable();
  };
  // Before the server has spoken nobody knows that nothing is unsaved.
  const saved = () => {
    if (provider.role === null && provider.saved) return;
    toldSaved = provider.saved;
    watcher.savedChanged();
  };
  const sync = (synced: boolean) => {
    watcher.connectionChanged();
    if (!synced) return;
    watcher.synced();
    if (provider.saved && !toldSaved) saved();
  };
  const changed = () => watcher.connectionChanged();
  const closed = (refusal: Refusal) => watcher.closed(refusal);
  const properties = () => watcher.propertiesChanged();
  const error = (cause: unknown) => {
    hadNoToken = cause instanceof TokenError;
    if (cause instanceof TokenError) watcher.noToken(cause);
    else watcher.failed(cause);
  };

  const listeners = {
    ...{ status, notice: changed, role: changed, sync, 'offline-copy': changed },
    ...{ retry, saved, properties, closed, error },
  };
  const names = Object.keys(listeners) as (keyof typeof listeners)[];
  for (const name of names) provider.on(name, listeners[name]);
  return () => {
    for (const name of names) provider.off(name, listeners[name]);
  };
}
