import { siteRoot } from '../base/site-root.ts';

/**
 * Keeps the site's pages on this device, so that they open without a network. Only where the browser allows it (https or this
 * very machine), and not while developing, when files change under the same name. To be called when the page has what it needs:
 * the worker fetches all files at once, on the same network.
 */
export function keepPagesForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Refused in private windows and where storage is blocked: the site then needs the network to open, no more.
  navigator.serviceWorker.register(workerAddress()).catch(() => undefined);
}

/** Browsers that know trusted types take a script's address only from a policy that the page's headers name. */
function workerAddress(): string {
  const address = `${siteRoot()}service-worker.js`;
  const policy = window.trustedTypes?.createPolicy('coscribe', { createScriptURL: (url) => url });
  // TypeScript's own declaration of register() takes a string only.
  return (policy?.createScriptURL(address) ?? address) as unknown as string;
}

declare global {
  interface Window {
    /** Not in the declarations of TypeScript yet: https://developer.mozilla.org/docs/Web/API/TrustedTypePolicyFactory */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): object };
    };
  }
}
