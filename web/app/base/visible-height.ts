/** A window that is this much higher than what is seen of it has a keyboard over it, in CSS pixels. Bars of browsers are smaller. */
const KEYBOARD = 120;

/**
 * Tells the page's styles how much of it a keyboard leaves, as `--visible-height`, where the browser only lays the keyboard over
 * the page (iOS). Elsewhere the page itself becomes smaller.
 * @param changed called when the keyboard has come or gone, for what has to stay in view
 */
export function followVisibleHeight(page: Window, root: HTMLElement, changed: () => void): void {
  const { visualViewport } = page;
  if (visualViewport === null) return;
  visualViewport.addEventListener('resize', () => {
    // A page that somebody has zoomed into is larger than what is seen of it, too.
    const isCovered = visualViewport.scale === 1 && page.innerHeight - visualViewport.height > KEYBOARD;
    if (isCovered) root.style.setProperty('--visible-height', `${visualViewport.height}px`);
    else root.style.removeProperty('--visible-height');
    changed();
  });
}
