// Runs in <head> before anything else, as a plain script that old browsers understand, too: no module, and nothing newer than
// ES2015. It looks for the newest things that the pages are built on; without them a page would show itself by halves, and
// typing into it could not be trusted. vite.config.ts puts it into every page. It imports nothing.
(() => {
  const isThere = (owner: unknown, name: string) => Object(owner) === owner && name in (owner as object);
  // What each browser learned last of all that is needed: versions in docs/browsers.md.
  const isNewEnough =
    isThere(HTMLElement.prototype, 'popover') &&
    isThere(Promise, 'withResolvers') &&
    isThere(URL, 'canParse') &&
    isThere(String.prototype, 'isWellFormed') &&
    CSS.supports('color', 'light-dark(red, red)');
  if (isNewEnough) return;
  document.addEventListener('DOMContentLoaded', () => {
    const sentence = document.createElement('p');
    sentence.textContent =
      'This browser is too old for Coscribe, which needs Chrome or Edge 123, Firefox 125, Safari 17.5, or a newer one. Update it, or open this page in another browser. Nothing was changed.';
    sentence.setAttribute('role', 'alert');
    // Without the site's styles, which are too new for it.
    sentence.style.cssText = 'max-width: 34em; margin: 4em auto; padding: 0 1em; font: 18px/1.5 sans-serif';
    document.body.replaceWith(document.createElement('body'));
    document.body.appendChild(sentence);
  });
})();
