/** What the provider wants to know of the page it lives in. */
export interface PageWatcher {
  /** The network or the tab came back. */
  readonly awake: () => void;
  /** The network came back, and may be another one. */
  readonly networkChanged: () => void;
  /** The page may be frozen or gone in a moment. */
  readonly leaving: () => void;
  /** The page is gone, or frozen until somebody comes back to it; after `leaving`. */
  readonly gone: () => void;
}

/** Watches the page, where there is one. Returns the function that ends it. */
export function watchPage({ awake, networkChanged, leaving, gone }: PageWatcher): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  if (typeof window !== 'undefined') {
    const online = () => {
      networkChanged();
      awake();
    };
    window.addEventListener('online', online, { signal });
    window.addEventListener('pagehide', leaving, { signal });
    window.addEventListener('pagehide', gone, { signal });
  }
  if (typeof document !== 'undefined') {
    const page = document;
    page.addEventListener('visibilitychange', () => (page.visibilityState === 'visible' ? awake() : leaving()), {
      signal,
    });
  }
  return () => listeners.abort();
}
