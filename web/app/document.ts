// A document's page: makes the parts and joins them.
import { EditorView } from '@codemirror/view';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { isRole } from '../../protocol/roles.ts';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { goToPlace, readingPlace } from '../editor/carets/reading-place.ts';
import { createEditor, isProse, languageNames, resolveLanguage } from '../editor/index.ts';
import { whenIdle } from '../editor/when-idle.ts';
import { systemClock } from '../provider/clock.ts';
import { CoscribeProvider } from '../provider/index.ts';
import { DocumentApi } from './api/document-api.ts';
import { type SignedInPerson, SiteSession } from './api/site-session.ts';
import { copyText } from './base/copy-text.ts';
import { siteRoot } from './base/site-root.ts';
import { styleNonce } from './base/style-nonce.ts';
import { followVisibleHeight } from './base/visible-height.ts';
import { handlePageKeys } from './commands/page-keys.ts';
import { Credentials } from './device/credentials.ts';
import { openLocalStore, readJson, siteKey } from './device/local-store.ts';
import { forgetPerson, personStore } from './device/person-store.ts';
import { DocumentPage } from './document/document-page.ts';
import { fetchParts, openDialog } from './document/open-dialog.ts';
import { saveFile } from './document/save-file.ts';
import { catchFiles } from './document/text-files.ts';
import { typingRefused } from './document/typing-refused.ts';
import { documentNameFromPath } from './link/document-link.ts';
import { type LinkFragment, readFragment, takeFragment } from './link/link-fragment.ts';
import { isAskedForHere } from './link/new-document.ts';
import { isOutdated } from './offline/build-check.ts';
import { keepPagesForOffline } from './offline/keep-pages.ts';
import { coverPage, type Ended } from './person/cover-page.ts';
import { keptPerson, personHere, STILL_SIGNED_IN, UNREACHABLE, watchPerson } from './person/person-here.ts';
import { DocumentAccess } from './session/document-access.ts';
import { DocumentSession, editorSettings } from './session/document-session.ts';
import { syncPort } from './session/sync-port.ts';
import { followThemeOfOtherTabs } from './theme/follow-other-tabs.ts';
import { fetchFonts } from './theme/late-fonts.ts';

/** Brings a document onto its page, once it is known who is here: nobody sees anything of somebody else's. */
async function openDocument(name: string, page: DocumentPage, fragment: LinkFragment | null): Promise<void> {
  const device = openLocalStore();
  const siteSession = new SiteSession();
  const here = await personHere(siteSession, device);
  const person = here.person?.id ?? null;
  // Before anything asks for a token.
  siteSession.belongsTo(person, () => end(keptPerson(device)?.left === true ? 'signed-out' : 'ended'));
  const isHere = () => (keptPerson(device)?.person?.id ?? null) === person;
  const store = personStore(device, person, isHere);
  const tabStore = personStore(
    openLocalStore(() => window.sessionStorage),
    person,
  );
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const text = doc.getText(TEXT_FIELD);
  const api = new DocumentApi(name, () => documentAccess.token());
  const documentAccess = new DocumentAccess({
    credentials: new Credentials(store, name),
    api,
    session: siteSession,
    info: here,
    connect: () => provider.connect(),
    showAgain: () => provider.refreshToken(),
    tell: (sentence) => page.announcer?.toast(sentence),
    now: () => Date.now(),
  });
  // A page of another site makes no document by a link: what it names is shown as missing, with a button to create it.
  if (fragment !== null && (fragment.kind !== 'new' || isAskedForHere(fragment.mark, device)))
    documentAccess.take(fragment);
  const provider = new CoscribeProvider(`${siteRoot()}sync`, name, doc, {
    awareness,
    token: () => documentAccess.token(),
    person,
  });
  // Before the session listens: what can be mended at once is not shown.
  provider.on('closed', ({ name: code }) => {
    documentAccess.refused(code);
    if (code === 'unauthenticated') void siteSession.lookAgain();
  });
  const letIn = () => {
    if (provider.status === 'connected') documentAccess.letIn(isRole(provider.role) ? provider.role : null);
  };
  provider.on('status', letIn);
  provider.on('role', letIn);

  const session = new DocumentSession({
    name,
    origin: location.origin,
    sync: syncPort(provider),
    awareness,
    getText: () => text.toString(),
    isEmpty: () => text.length === 0,
    store,
    tabStore,
    ui: {
      announce: (sentence) => page.announcer?.announce(sentence),
      toast: (sentence) => page.announcer?.toast(sentence),
      openDialog: (dialog) => ended === null && void openDialog(dialog, session),
      startRenaming: () => page.startRenaming(),
      focusBar: () => page.focusBar(),
      focusSidePanel: () => page.sidePanel?.takeFocus(),
      isInSidePanel: () => page.sidePanel?.contains(document.activeElement) ?? false,
    },
    clock: {
      now: () => systemClock.now(),
      date: () => Date.now(),
      after(milliseconds, task) {
        const timer = setTimeout(task, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    random: Math.random,
    api,
    documentAccess,
    signOut: () => void signOut(),
    showOwnSessions: () => void showOwnSessions(),
    saveFile,
    copy: copyText,
    isOutdated: () => isOutdated(new URL(import.meta.url).href),
    opensOffline: window.isSecureContext && 'serviceWorker' in navigator,
    reload: () => location.reload(),
    languages: { names: languageNames, resolve: resolveLanguage, isProse },
    root: document.documentElement,
    isBrowserOffline: () => !navigator.onLine,
  });

  let ended: Ended | null = null;
  let endEditor: () => void = () => undefined;
  /** Takes the person's document off the page, and off the network. What has not been sent is in their copy. */
  const end = (why: Ended) => {
    if (ended === why || ended === 'signed-out') return;
    const isFirst = ended === null;
    ended = why;
    if (isFirst) {
      provider.destroy();
      session.destroy();
      endEditor();
      awareness.destroy();
      doc.destroy();
    }
    coverPage(why, here.signIn);
    if (why === 'signed-out' && person !== null) forgetPerson(person);
  };
  const signOutOptions = (signedIn: SignedInPerson) => ({
    session: siteSession,
    person: signedIn,
    signIn: here.signIn,
    store: device,
    own: store,
    onlyInPage: () => {
      const edits = provider.keptOnDevice ? 0 : provider.unsavedChanges;
      return edits === 0 ? null : { name, title: session.state.title, edits };
    },
    end: () => end('signed-out'),
    failed: (sentence: string) => session.actions.toast(sentence),
  });
  const signOut = async () => {
    if (here.person === null) return;
    // It comes from the server that the sign-out needs as well.
    const part = await import('./person/sign-out.ts').catch(() => null);
    if (part === null) session.actions.toast(STILL_SIGNED_IN);
    else await part.signOut(signOutOptions(here.person));
  };
  const showOwnSessions = async () => {
    if (here.person === null) return;
    const part = await import('./person/own-sessions-dialog.ts').catch(() => null);
    if (part === null) session.actions.toast(UNREACHABLE);
    else if (ended === null) await part.showOwnSessions(signOutOptions(here.person), () => session.focusEditor());
  };
  // A guest's page stays one when somebody signs in elsewhere.
  if (person !== null) {
    watchPerson(device, person, ({ person: other, left }) =>
      end(other !== null ? 'other' : left ? 'signed-out' : 'ended'),
    );
  }

  page.mountEditor = (parent) => {
    const editor = createEditor(parent, {
      doc,
      awareness,
      ...editorSettings(session.state),
      // The text scrolls and takes the focus; audits look for the attribute.
      extensions: [
        // Dictionaries of the browser go by the language of the person, not by that of our buttons.
        EditorView.contentAttributes.of({ tabindex: '0', lang: navigator.language }),
        styleNonce(),
        typingRefused(() => session.actions.sayReadOnly()),
      ],
      onError: (error) => {
        reportError(error);
        // A grammar may be missing because the server has another version of the page.
        void session.lookForUpdate();
      },
      onFollowChange: () => session.refresh(),
    });
    session.attachEditor(editor);
    endEditor = () => editor.destroy();
    // Back where one was, after a reload too. The tab keeps it: another tab is elsewhere.
    const place = siteKey(`coscribe.place.${name}`);
    goToPlace(editor.view, text, readJson(tabStore, place));
    window.addEventListener('pagehide', () => {
      if (ended === null) tabStore.setItem(place, JSON.stringify(readingPlace(editor.view, text)));
    });
    // Somebody who is already elsewhere on the page is left there.
    if (document.activeElement === document.body) editor.focus();
  };
  page.session = session;

  const showTitle = () => {
    document.title = `${session.state.title || 'Untitled'} · Coscribe`;
  };
  showTitle();
  session.subscribe(showTitle);
  handlePageKeys(window, session);
  catchFiles(window, {
    toast: (sentence) => session.actions.toast(sentence),
    open: (address) => window.open(address, '_blank', 'noopener'),
    origin: location.origin,
  });
  followVisibleHeight(window, document.documentElement, () => session.keepCaretInView());
  followThemeOfOtherTabs(device, window, document.documentElement, (theme) => session.takeTheme(theme));
  // Fonts, dialogs and the pages themselves for offline use: on a slow network not before the text is there, or known not to come.
  const fetchTheRest = () => {
    const { ready, everSynced, gateCovers, status } = session.state;
    const isThere = ready && (everSynced || status.connection !== 'connecting');
    if (!isThere && !gateCovers) return;
    stopWaiting();
    whenIdle(() => {
      fetchFonts(device, document);
      fetchParts();
      keepPagesForOffline();
    });
  };
  const stopWaiting = session.subscribe(fetchTheRest);
  fetchTheRest();
  window.addEventListener('pagehide', () => session.leave());
  for (const event of ['online', 'offline']) window.addEventListener(event, () => session.refresh());
}

// First of all: from here on the address holds no secret.
const fragment = takeFragment(window);
const page = document.querySelector('cs-document-page');
const name = documentNameFromPath(location.pathname);
if (name === null) location.replace(`${siteRoot()}404.html`);
else if (page instanceof DocumentPage) void openDocument(name, page, fragment);
// A share link of this very document, put into the address bar, changes the fragment and loads nothing.
window.addEventListener('hashchange', () => {
  if (readFragment(location.hash) !== null) location.reload();
});
