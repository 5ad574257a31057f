import { siteRoot } from '../base/site-root.ts';

/**
 * Keeps the site's pages on this device, so that they open without a network. Only where the browser allows it (https or this
 * very machine), and not while developing, when files change under the same name. To be called when the page has what it needs:
 * the worker fetches all files at once, on the same network.
 */
export function keepPagesForOffline(): void {
  if (!import.meta.env.PROD) return;
  // Refused in private windows, where storage is blocked, and where there is no room: the site then needs the network to open.
  workers()
    ?.register(workerAddress())
    .catch(() => undefined);
}

/**
 * Watches for the pages to be kept, by this page or an earlier one. A browser that has service workers may still refuse them.
 * @param kept called when they are
 * @returns how to ask whether they are
 */
export function watchKeptPages(kept: () => void): () => boolean {
  let areKept = false;
  // Pending for ever where there is no worker; rejected by some browsers where there may be none.
  workers()?.ready.then(
    () => {
      areKept = true;
      kept();
    },
    () => undefined,
  );
  return () => areKept;
}

/** Null over plain http from another machine, where the browser has none, and where it forbids them to this page. */
function workers(): ServiceWorkerContainer | null {
  try {
    return navigator.serviceWorker ?? null;
  } catch (error) {
    // Chromium, in a sandboxed frame, throws at the mere mention.
    if (error instanceof DOMException) return null;
    throw error;
  }
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
