// What shows a document, once it is loaded: makes the parts and joins them.
import { EditorView } from '@codemirror/view';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { goToPlace, readingPlace } from '../editor/carets/reading-place.ts';
import { createEditor, isProse, languageNames, resolveLanguage } from '../editor/index.ts';
import { whenIdle } from '../editor/when-idle.ts';
import { systemClock } from '../provider/clock.ts';
import type { SignedInPerson } from './api/site-session.ts';
import { copyText } from './base/copy-text.ts';
import { styleNonce } from './base/style-nonce.ts';
import { followVisibleHeight } from './base/visible-height.ts';
import { handlePageKeys } from './commands/page-keys.ts';
import { readJson, siteKey } from './device/local-store.ts';
import { forgetPerson } from './device/person-store.ts';
import { DocumentPage } from './document/document-page.ts';
import { fetchParts, openDialog } from './document/open-dialog.ts';
import { saveFile } from './document/save-file.ts';
import { catchFiles } from './document/text-files.ts';
import { typingRefused } from './document/typing-refused.ts';
import { isOutdated } from './offline/build-check.ts';
import { keepPagesForOffline, watchKeptPages } from './offline/keep-pages.ts';
import { coverPage } from './person/cover-page.ts';
import type { DocumentConnection } from './person/document-connection.ts';
import { STILL_SIGNED_IN, UNREACHABLE } from './person/person-here.ts';
import { DocumentSession, editorSettings } from './session/document-session.ts';
import { syncPort } from './session/sync-port.ts';
import { followThemeOfOtherTabs } from './theme/follow-other-tabs.ts';
import { fetchFonts } from './theme/late-fonts.ts';

/** Shows a document on its page: makes the parts and joins them. */
export function showDocument(connection: DocumentConnection): void {
  const page = document.querySelector('cs-document-page');
  if (!(page instanceof DocumentPage)) return;
  const { name, here, device, store, tabStore, siteSession, api, documentAccess, doc, awareness, provider } =
    connection;
  const person = here.person?.id ?? null;
  const text = doc.getText(TEXT_FIELD);

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
      announce: (sentence) => page.announce(sentence),
      toast: (sentence) => page.toast(sentence),
      openDialog: (dialog) => connection.ended === null && void openDialog(dialog, session),
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
    opensOffline: watchKeptPages(() => session.refresh()),
    reload: () => location.reload(),
    languages: { names: languageNames, resolve: resolveLanguage, isProse },
    root: document.documentElement,
    isBrowserOffline: () => !navigator.onLine,
  });

  let endEditor: () => void = () => undefined;
  let isOver = false;
  const signOutOptions = (signedIn: SignedInPerson) => ({
    session: siteSession,
    person: signedIn,
    signIn: here.signIn,
    store: device,
    own: store,
    kept: () => provider.whenKept(),
    onlyInPage: () => {
      const edits = provider.keptOnDevice ? 0 : provider.unsavedChanges;
      return edits === 0 ? null : { name, title: session.state.title, edits };
    },
    end: () => connection.end('signed-out'),
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
    else if (connection.ended === null)
      await part.showOwnSessions(signOutOptions(here.person), () => session.focusEditor());
  };

  page.mountEditor = (parent) => {
    if (connection.ended !== null) return;
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
      if (connection.ended === null) tabStore.setItem(place, JSON.stringify(readingPlace(editor.view, text)));
    });
    // Somebody who is already elsewhere on the page is left there.
    if (document.activeElement === document.body) editor.focus();
  };
  page.session = session;
  connection.listen({
    tell: (sentence) => page.toast(sentence),
    ended(why) {
      if (!isOver) {
        session.destroy();
        endEditor();
      }
      isOver = true;
      coverPage(why, here.signIn);
      if (why === 'signed-out' && person !== null) forgetPerson(person);
    },
  });

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
