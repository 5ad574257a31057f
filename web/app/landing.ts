// The start page. Its text stands in index.html; this wires the buttons, the list of recent documents and the demonstration.
import { SiteSession } from './api/site-session.ts';
import { openLocalStore } from './device/local-store.ts';
import { demonstrateWhenSeen } from './landing/demo-when-seen.ts';
import { wireOpenByName } from './landing/open-by-name.ts';
import './landing/recent-list.ts';
import './landing/signed-in.ts';
import { keepPagesForOffline } from './offline/keep-pages.ts';
import './theme/theme-switch.ts';
import { openNewDocument } from './link/new-document.ts';

const store = openLocalStore();

document.querySelector('[data-testid="new-document"]')?.addEventListener('click', openNewDocument);

const form = document.querySelector<HTMLFormElement>('.landing-open');
if (form !== null) wireOpenByName(form, location);

const list = document.querySelector('cs-recent-list');
if (list !== null) list.store = store;

const signedIn = document.querySelector('cs-signed-in');
if (signedIn !== null) signedIn.siteSession = new SiteSession();

const themeSwitch = document.querySelector('cs-theme-switch');
if (themeSwitch !== null) themeSwitch.store = store;

const sheet = document.querySelector<HTMLElement>('.demo-sheet');
if (sheet !== null) demonstrateWhenSeen(sheet);

window.addEventListener('load', keepPagesForOffline);
