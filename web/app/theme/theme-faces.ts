import { type IconNode, Monitor, Moon, Sun } from 'lucide';
import type { ThemeChoice } from './theme-choice.ts';

/** How each theme is drawn and named. */
export const THEME_FACES: Readonly<Record<ThemeChoice, { readonly icon: IconNode; readonly label: string }>> = {
  light: { icon: Sun, label: 'Light' },
  dark: { icon: Moon, label: 'Dark' },
  system: { icon: Monitor, label: 'System' },
};
