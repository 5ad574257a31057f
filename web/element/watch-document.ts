import type * as Y from 'yjs';
import { type Person, watchPeople } from '../editor/index.ts';
import type { Refusal } from '../provider/index.ts';
import type { DocumentLease } from './shared-document.ts';

/** Failed attempts to connect after which the person is told. */
const ATTEMPTS_BEFORE_SAYING = 2;

/** Who wants to know what happens to a document. */
export interface DocumentWatcher {
  /** The text changed; at most once a frame. */
  textChanged(): void;
  /** The connection or what it allows changed; `synced` when the server's content has just arrived. */
  connectionChanged(synced: boolean): void;
  savedChanged(): void;
  propertiesChanged(): void;
  peopleChanged(people: readonly Person[]): void;
  /** Several attempts to connect have failed in a row. */
  unreachable(): void;
  closed(refusal: Refusal): void;
  /** Something failed that the provider dealt with. */
  failed(error: unknown): void;
}

/**
 * Passes on what happens to a document that is shown.
 * @returns stops it
 */
export function watchDocument(
  { provider, awareness }: DocumentLease,
  text: Y.Text,
  watcher: DocumentWatcher,
): () => void {
  let failedAttempts = 0;
  let frame: number | null = null;
  const changed = () => {
    frame ??= requestAnimationFrame(() => {
      frame = null;
      watcher.textChanged();
    });
  };
  const statusChanged = () => {
    if (provider.status === 'connected') failedAttempts = 0;
    watcher.connectionChanged(false);
  };
  const retried = () => {
    failedAttempts += 1;
    watcher.connectionChanged(false);
    if (failedAttempts === ATTEMPTS_BEFORE_SAYING) watcher.unreachable();
  };
  const synced = (isSynced: boolean) => watcher.connectionChanged(isSynced);
  const closed = (refusal: Refusal) => watcher.closed(refusal);
  const savedChanged = () => watcher.savedChanged();
  const propertiesChanged = () => watcher.propertiesChanged();
  const failed = (error: unknown) => watcher.failed(error);

  text.observe(changed);
  provider.on('status', statusChanged);
  provider.on('notice', statusChanged);
  provider.on('sync', synced);
  provider.on('retry', retried);
  provider.on('saved', savedChanged);
  provider.on('properties', propertiesChanged);
  provider.on('closed', closed);
  provider.on('error', failed);
  const stopPeople = watchPeople(awareness, (people) => watcher.peopleChanged(people));
  return () => {
    if (frame !== null) cancelAnimationFrame(frame);
    text.unobserve(changed);
    provider.off('status', statusChanged);
    provider.off('notice', statusChanged);
    provider.off('sync', synced);
    provider.off('retry', retried);
    provider.off('saved', savedChanged);
    provider.off('properties', propertiesChanged);
    provider.off('closed', closed);
    provider.off('error', failed);
    stopPeople();
  };
}
