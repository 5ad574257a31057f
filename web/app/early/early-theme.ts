// Runs in <head> before the first paint, as a plain script of its own (the site's policy allows no inline ones), so that a
// page in the chosen theme never flashes in the other. vite.config.ts puts it into every page. It imports nothing.
try {
  const kept = localStorage.getItem('coscribe.theme');
  if (kept === 'light' || kept === 'dark') document.documentElement.dataset['theme'] = kept;
} catch {
  // Storage is blocked: the device's theme stands.
}
