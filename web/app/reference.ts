// The page /reference: the HTTP API of this very server, as it describes itself.
import { openLocalStore } from './device/local-store.ts';
import './reference/reference-page.ts';
import './theme/theme-switch.ts';

const themeSwitch = document.querySelector('cs-theme-switch');
if (themeSwitch !== null) themeSwitch.store = openLocalStore();
