// The pages for "not found" and "failed" are whole without a script; this one follows a theme changed in another tab.
import { openLocalStore } from './device/local-store.ts';
import { followThemeOfOtherTabs } from './theme/follow-other-tabs.ts';

followThemeOfOtherTabs(openLocalStore(), window, document.documentElement);
