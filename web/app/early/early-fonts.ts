// Runs in <head> before the first paint, like early-theme.ts. Fonts that this browser has already cost nothing: no letter is then
// set twice. It imports nothing; the key is that of theme/late-fonts.ts.
try {
  if (localStorage.getItem('coscribe.fonts') !== null) document.documentElement.removeAttribute('data-fonts');
} catch {
  // Storage is blocked: fonts come later.
}
