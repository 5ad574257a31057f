import type { KeptStrings } from '../device/local-store.ts';
import { readTheme, showTheme, THEME_KEY, type ThemeChoice } from './theme-choice.ts';

/** Shows a theme that was chosen in another tab of this site. `told` hears of it. */
export function followThemeOfOtherTabs(
  store: KeptStrings,
  page: Window,
  root: HTMLElement,
  told?: (choice: ThemeChoice) => void,
): void {
  page.addEventListener('storage', (event) => {
    if (event.key !== THEME_KEY && event.key !== null) return;
    const choice = readTheme(store);
    showTheme(choice, root);
    told?.(choice);
  });
}
