import type { KeptStrings } from '../device/local-store.ts';

/** Says that this browser has fetched the fonts once; early/early-fonts.ts reads it. */
const FONTS_KEY = 'coscribe.fonts';

/** Notes that this browser has the fonts of this page, once it has. */
export function noteFonts(store: KeptStrings, { fonts }: Document): void {
  void fonts.ready.then(() => store.setItem(FONTS_KEY, '1'));
}

/**
 * Fetches the fonts of a document page. On a first visit over a slow network they would take a quarter of a second away from what
 * the first key needs.
 */
export function fetchFonts(store: KeptStrings, page: Document): void {
  page.documentElement.removeAttribute('data-fonts');
  // They are asked for when the letters are laid out next.
  page.defaultView?.requestAnimationFrame(() => noteFonts(store, page));
}
