import type { KeptStrings } from '../device/local-store.ts';

/** What somebody chose; `system` follows the device. */
export type ThemeChoice = 'light' | 'dark' | 'system';

export const THEME_CHOICES: readonly ThemeChoice[] = ['light', 'dark', 'system'];

/** Where the choice is kept; early/early-theme.ts reads it before the first paint. */
export const THEME_KEY = 'coscribe.theme';

/** The theme chosen in this browser. */
export function readTheme(store: KeptStrings): ThemeChoice {
  const kept = store.getItem(THEME_KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Remembers a theme and shows it at once. */
export function chooseTheme(store: KeptStrings, choice: ThemeChoice, root: HTMLElement): void {
  if (choice === 'system') store.removeItem(THEME_KEY);
  else store.setItem(THEME_KEY, choice);
  showTheme(choice, root);
}

/** Puts the theme on the page: tokens.css does the rest. */
export function showTheme(choice: ThemeChoice, root: HTMLElement): void {
  if (choice === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = choice;
}
