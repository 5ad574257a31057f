// The start page. Its text stands in index.html; this wires the buttons, the list of recent documents and the demonstration.
import { type SignedInPerson, SiteSession } from './api/site-session.ts';
import { openLocalStore } from './device/local-store.ts';
import { personStore } from './device/person-store.ts';
import { demonstrateWhenSeen } from './landing/demo-when-seen.ts';
import { wireOpenByName } from './landing/open-by-name.ts';
import './landing/recent-list.ts';
import './landing/signed-in.ts';
import { keepPagesForOffline } from './offline/keep-pages.ts';
import { coverPage } from './person/cover-page.ts';
import { keptPerson, personHere, STILL_SIGNED_IN, UNREACHABLE, watchPerson } from './person/person-here.ts';
import { noteFonts } from './theme/late-fonts.ts';
import './theme/theme-switch.ts';
import { openNewDocument } from './link/new-document.ts';

const device = openLocalStore();
const siteSession = new SiteSession();

/** The start page of the one who is here. */
async function open(): Promise<void> {
  const here = await personHere(siteSession, device);
  const person = here.person?.id ?? null;
  const store = personStore(device, person, () => (keptPerson(device)?.person?.id ?? null) === person);
  // Somebody else's list: the page begins again.
  let hasLeft = false;
  watchPerson(device, person, () => {
    if (!hasLeft) location.reload();
  });

  const list = document.querySelector('cs-recent-list');
  if (list !== null) {
    list.kept = (name) => import('./person/forget-document.ts').then(({ keptOf }) => keptOf(name, store, person));
    list.forget = (name) => import('./person/forget-document.ts').then(({ forget }) => forget(name, store, person));
    list.store = store;
  }

  const signedIn = document.querySelector('cs-signed-in');
  if (signedIn === null) return;
  const signOutOptions = (leaving: SignedInPerson, failed: (sentence: string) => void) => ({
    ...{ session: siteSession, person: leaving, signIn: here.signIn, store: device, own: store, failed },
    kept: () => Promise.resolve(),
    onlyInPage: () => null,
    end: () => {
      hasLeft = true;
      coverPage('signed-out', here.signIn);
    },
  });
  signedIn.signOut = async (failed) => {
    if (here.person === null) return;
    // It comes from the server that the sign-out needs as well.
    const part = await import('./person/sign-out.ts').catch(() => null);
    if (part === null) failed(STILL_SIGNED_IN);
    else await part.signOut(signOutOptions(here.person, failed));
  };
  signedIn.showOwnSessions = async (failed) => {
    if (here.person === null) return;
    const part = await import('./person/own-sessions-dialog.ts').catch(() => null);
    if (part === null) failed(UNREACHABLE);
    else await part.showOwnSessions(signOutOptions(here.person, failed));
  };
  signedIn.siteSession = siteSession;
}

noteFonts(device, document);

document.querySelector('[data-testid="new-document"]')?.addEventListener('click', openNewDocument);

const form = document.querySelector<HTMLFormElement>('.landing-open');
if (form !== null) wireOpenByName(form, location);

void open();

const themeSwitch = document.querySelector('cs-theme-switch');
if (themeSwitch !== null) themeSwitch.store = device;

const sheet = document.querySelector<HTMLElement>('.demo-sheet');
if (sheet !== null) demonstrateWhenSeen(sheet);

window.addEventListener('load', keepPagesForOffline);
