import { encodeAwareness } from '../../protocol/messages.ts';

/** No awareness entries: harmless to every client, and a sign of life that a page can see (a ping it cannot). */
export const KEEP_ALIVE: readonly Uint8Array[] = [encodeAwareness(new Uint8Array([0]))];
