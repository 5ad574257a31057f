import { siteRoot } from '../base/site-root.ts';

/**
 * Keeps the site's pages on this device, so that they open without a network. Only where the browser allows it (https or this
 * very machine), and not while developing, when files change under the same name.
 */
export function keepPagesForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  window.addEventListener('load', () => {
    // Refused in private windows and where storage is blocked: the site then needs the network to open, no more.
    navigator.serviceWorker.register(`${siteRoot()}service-worker.js`).catch(() => undefined);
  });
}
