// The page /admin: what those who run the server see and do.
import { openLocalStore } from './device/local-store.ts';
import './admin/admin-page.ts';
import './theme/theme-switch.ts';

const themeSwitch = document.querySelector('cs-theme-switch');
if (themeSwitch !== null) themeSwitch.store = openLocalStore();
