import { EditorView } from '@codemirror/view';
import { isBlank } from '../../../protocol/blank-text.ts';
import { type Person, watchPeople } from '../../editor/carets/people.ts';
import { type Indentation, isIndentation } from '../../editor/code/indentation.ts';
import { placeOf, placeSentence } from '../../editor/code/place.ts';
import type { EditorSettings as EditorPortSettings } from '../../editor/editor-settings.ts';
import type { Inspector } from '../../provider/inspector.ts';
import type { DocumentApi } from '../api/document-api.ts';
import { browserId } from '../device/browser-id.ts';
import { type EditorSettings, keepEditorSettings, readEditorSettings } from '../device/editor-settings.ts';
import { type Guest, guestOf, inventGuest, isInvented, keepGuest, keepInvented, readGuest } from '../device/guest.ts';
import { readJson, siteKey } from '../device/local-store.ts';
import { recentDocuments, rememberDocument, retitleDocument } from '../device/recent-documents.ts';
import { keepSidePanel, readSidePanel, type SidePanelMemory, type SidePanelName } from '../device/side-panel-memory.ts';
import { unguessableName } from '../link/unguessable-name.ts';
import { chooseTheme, readTheme, type ThemeChoice } from '../theme/theme-choice.ts';
import { AlikeGuests } from './alike-guests.ts';
import { announcements, newFollowers } from './announcements.ts';
import { computeState, type SessionFacts, STALLED } from './compute-state.ts';
import type { DocumentAccess } from './document-access.ts';
import { DocumentActions } from './document-actions.ts';
import { FollowAgain } from './follow-again.ts';
import type { EditorPort, SessionOptions, SyncPort } from './session-ports.ts';
import type { SessionState } from './session-state.ts';
import type { SessionUi } from './session-ui.ts';
import { SharedProperties } from './shared-properties.ts';

/** How long an empty text waits for the server before it is shown as empty, in milliseconds. */
const SERVER_IS_LATE = 700;

/**
 * One document, open on one page: the single place that knows what the page shows. It gathers what provider, editor, catalogue
 * and this device say (`SessionFacts`), computes the state from that, tells editor and listeners what changed, and knows no
 * element of the page. What people do with the document is in `actions`.
 */
export class DocumentSession {
  readonly actions: DocumentActions;
  readonly #options: SessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  readonly #properties: SharedProperties;
  #editor: EditorPort | null = null;
  #state: SessionState;
  #guest: Guest;
  #settings: EditorSettings;
  /** Chosen for this text in this tab. */
  #indentation: Indentation | 'auto';
  #theme: ThemeChoice;
  #sidePanel: SidePanelMemory;
  #serverLate = false;
  #outdated = false;
  #asksName: boolean;
  readonly #followAgain: FollowAgain;
  readonly #alikeGuests: AlikeGuests;
  #people: readonly Person[] = [];
  /** The provider's last word on title and language, to see when it has a new one. */
  #told: SyncPort['properties'] = null;
  /** The document is on this device's list of recent ones. */
  #remembered = false;
  #cancelLook: (() => void) | null = null;
  /** Since when some edit has been unconfirmed; null while all are. */
  #unsavedSince: number | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { store, name, clock, sync, awareness, documentAccess, api, ui } = options;
    this.#guest = readGuest(store, options.random);
    this.#settings = readEditorSettings(store);
    const indentation = readJson(options.tabStore, siteKey(`coscribe.indentation.${name}`));
    this.#indentation = isIndentation(indentation) ? indentation : 'auto';
    this.#theme = readTheme(store);
    this.#asksName = isInvented(store);
    this.#followAgain = new FollowAgain(options.tabStore, name, () => clock.date());
    this.#alikeGuests = new AlikeGuests(clock, () => this.#differ());
    this.#sidePanel = readSidePanel(store);
    const title = recentDocuments(store).find((entry) => entry.name === name)?.title ?? '';
    this.#properties = new SharedProperties({
      documentName: name,
      api,
      store,
      initial: { title, language: '' },
      toast: (sentence) => ui.toast(sentence),
      changed: () => this.refresh(),
    });

    // Others see who is here before the editor is.
    awareness.setLocalStateField('browser', browserId(store, name, unguessableName));
    awareness.setLocalStateField('user', this.#presented());
    this.#state = computeState(this.#facts(), null, options.languages);
    this.actions = new DocumentActions(options, () => this.#state);
    const update = () => this.refresh();
    this.#stops.push(
      sync.onChange(() => {
        this.#differ();
        update();
      }),
      documentAccess.onChange(() => this.#takePerson()),
      clock.after(SERVER_IS_LATE, () => {
        this.#serverLate = true;
        update();
      }),
      watchPeople(awareness, (people) => {
        this.#people = people;
        this.#differ();
        update();
      }),
    );
  }

  /** The server's API for this document. */
  get api(): DocumentApi {
    return this.#options.api;
  }

  /** How this device gets into this document. */
  get documentAccess(): DocumentAccess {
    return this.#options.documentAccess;
  }

  /** The page around. */
  get ui(): SessionUi {
    return this.#options.ui;
  }

  /** The editor, once it is on the page. */
  get editor(): EditorPort | null {
    return this.#editor;
  }

  /** What the page shows now. */
  get state(): SessionState {
    return this.#state;
  }

  /** Calls `listener` after every change of the state; returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The editor is on the page. From here on settings reach it. */
  attachEditor(editor: EditorPort): void {
    this.#editor = editor;
    this.refresh();
  }

  /** Looks at everything again: the browser went on- or offline, the editor stopped following. The one place that changes the state. */
  refresh(): void {
    const before = this.#state;
    this.#takeProperties();
    const after = computeState(this.#facts(), before, this.#options.languages);
    this.#state = after;
    this.#tellChanges(before, after);
    this.#lookAgainInTime();
    for (const listener of this.#listeners) listener();
  }

  /** Names the document for everybody. */
  async rename(typed: string): Promise<void> {
    const title = isBlank(typed) ? '' : typed.replace(/\s+/gu, ' ').trim();
    if (title !== this.#state.title) await this.#properties.change({ title });
  }

  /** Chooses the language for everybody; empty means by the title's ending, else Markdown. */
  async setLanguage(language: string): Promise<void> {
    if (language !== this.#state.language) await this.#properties.change({ language });
  }

  /** The languages there are. */
  languageNames(): readonly string[] {
    return this.#options.languages.names();
  }

  changeGuest(name: string, color: string): void {
    this.#guest = guestOf(name, color);
    keepGuest(this.#options.store, this.#guest);
    this.#asksName = false;
    this.#takePerson();
  }

  /** The person does not want to be asked for a name now. This browser does not ask again. */
  keepInventedName(): void {
    this.changeGuest(this.#guest.name, this.#guest.color);
  }

  changeSettings(change: Partial<EditorSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    keepEditorSettings(this.#options.store, this.#settings);
    this.refresh();
  }

  /**
   * Chooses one step of indentation: for this text in this tab, and from now on for texts that have none of their own. With
   * `auto` the text itself decides again.
   */
  chooseIndentation(choice: Indentation | 'auto'): void {
    const { tabStore, name } = this.#options;
    this.#indentation = choice;
    tabStore.setItem(siteKey(`coscribe.indentation.${name}`), JSON.stringify(choice));
    if (choice === 'auto') this.refresh();
    else this.changeSettings({ indentation: choice });
  }

  setTheme(theme: ThemeChoice): void {
    chooseTheme(this.#options.store, theme, this.#options.root);
    this.takeTheme(theme);
  }

  /** The theme was chosen in another tab, which has stored and shown it already. */
  takeTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    this.refresh();
  }

  openSidePanel(name: SidePanelName): void {
    this.#changeSidePanel({ open: name });
    this.#options.ui.focusSidePanel();
  }

  /** Watches what the page and the server say to each other, from the first time on. */
  inspect(): Promise<Inspector> {
    return this.#options.sync.inspect();
  }

  closeSidePanel(): void {
    this.#changeSidePanel({ open: null });
  }

  /** Closes the panel when it is there and has the focus, else opens it or goes into it. */
  toggleSidePanel(name: SidePanelName): void {
    if (this.#sidePanel.open === name && this.#options.ui.isInSidePanel()) this.closeSidePanel();
    else this.openSidePanel(name);
  }

  /** Gives the panel another width, in CSS pixels. */
  resizeSidePanel(width: number): void {
    this.#changeSidePanel({ width });
  }

  /** Keeps somebody's caret in view; null stops. */
  follow(clientId: number | null): void {
    this.#editor?.follow(clientId);
    if (clientId === null) this.#followAgain.ended();
    this.refresh();
  }

  /** Scrolls to somebody's caret, or says that there is none to see. */
  jumpTo(clientId: number): void {
    if (this.#editor?.jumpTo(clientId) !== false) return;
    const person = this.#people.find((other) => other.clientId === clientId);
    if (person !== undefined) this.actions.sayNoCursor(person);
  }

  /** Does something in the text, and leaves the focus there. */
  inText(command: (view: EditorPort['view']) => boolean): void {
    if (this.#editor === null) return;
    this.#editor.focus();
    command(this.#editor.view);
  }

  /** The room for the text has changed, for example by a keyboard that came up. */
  keepCaretInView(): void {
    const view = this.#editor?.view;
    if (view?.hasFocus !== true) return;
    view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main.head, { yMargin: 24 }) });
  }

  /** Says where the caret is, for people who do not see it. */
  sayPlace(): void {
    if (this.#editor !== null) this.actions.toast(`${placeSentence(placeOf(this.#editor.view))}.`);
  }

  undo(): void {
    this.#editor?.undo();
    this.#editor?.focus();
  }

  redo(): void {
    this.#editor?.redo();
    this.#editor?.focus();
  }

  focusEditor(): void {
    this.#editor?.focus();
  }

  /** A part of the page could not be loaded: because there is no network, or because the server has another version of it. */
  async partFailed(): Promise<void> {
    await this.lookForUpdate();
    this.actions.toast(
      this.#outdated
        ? 'Coscribe was updated. Reload this page to use that.'
        : 'This part of the page could not be loaded. Try again when you are online.',
    );
  }

  /** Leaves no timer and no listener. */
  destroy(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelLook?.();
    this.#alikeGuests.stop();
    this.#listeners.clear();
  }

  /** How others see this person: what the server knows of them goes before what they chose themselves. */
  #presented(): Guest {
    const { person } = this.#options.documentAccess.info;
    const presented = guestOf(person?.name ?? this.#guest.name, person?.color ?? this.#guest.color);
    return (person?.name ?? null) === null ? presented : { ...presented, verified: true };
  }

  /** Two guests made by chance may be alike: one of them becomes another. */
  #differ(): void {
    const { store, random, documentAccess, sync } = this.#options;
    if (!sync.synced || !isInvented(store) || documentAccess.info.person !== null) return;
    const others = this.#alikeGuests.differFrom(this.#guest, this.#people);
    if (others === null) return;
    this.#guest = inventGuest(random, others);
    keepInvented(store, this.#guest);
    this.#options.awareness.setLocalStateField('user', this.#presented());
  }

  /** The page goes, maybe to come back in a moment. */
  leave(): void {
    this.#followAgain.interrupted();
  }

  /** Somebody who is followed may go away and come back, or this page may. */
  #keepFollowing({ following: before }: SessionState, { following: after }: SessionState): void {
    if (after !== null) {
      if (after.clientId !== before?.clientId) this.#followAgain.begun(after);
      return;
    }
    if (before !== null) {
      if (this.#people.some(({ clientId }) => clientId === before.clientId)) this.#followAgain.ended();
      else this.#followAgain.interrupted();
    }
    const back = this.#editor === null ? null : this.#followAgain.among(this.#people);
    if (back !== null) this.#editor?.follow(back.clientId);
  }

  /** The person has another name or colour, or the server has said who it is. */
  #takePerson(): void {
    const presented = this.#presented();
    if (JSON.stringify(presented) !== JSON.stringify(this.#state.guest)) {
      this.#options.awareness.setLocalStateField('user', presented);
    }
    this.refresh();
  }

  /** Asks whether the server has another version of this page. */
  async lookForUpdate(): Promise<void> {
    if (this.#outdated || !(await this.#options.isOutdated())) return;
    this.#outdated = true;
    this.refresh();
  }

  #changeSidePanel(change: Partial<SidePanelMemory>): void {
    this.#sidePanel = { ...this.#sidePanel, ...change };
    keepSidePanel(this.#options.store, this.#sidePanel);
    this.refresh();
  }

  #takeProperties(): void {
    const { sync } = this.#options;
    const told = sync.properties;
    if (told !== null && told !== this.#told) this.#properties.take(told);
    this.#told = told;
  }

  /** What follows from a change, beside showing it. */
  #tellChanges(before: SessionState, after: SessionState): void {
    const { store, name, ui, sync, clock, isEmpty } = this.#options;
    // A link that leads nowhere, or to where somebody may not go, is no document to come back to.
    if (
      !this.#remembered &&
      after.ready &&
      after.missing === null &&
      !after.gateCovers &&
      (after.everSynced || !isEmpty())
    ) {
      this.#remembered = true;
      rememberDocument(store, { name, title: after.title, openedAt: clock.date() });
    } else if (before.title !== after.title) {
      retitleDocument(store, name, after.title);
    }
    const change = settingsChange(editorSettings(before), editorSettings(after));
    if (change !== null) void this.#editor?.configure(change);
    const isBack = before.status.connection !== 'connected' && after.status.connection === 'connected' && sync.synced;
    if (isBack) void this.#properties.sendWaiting();
    // A server that was away may have come back as another version.
    if (isBack && before.everSynced) void this.lookForUpdate();
    this.#keepFollowing(before, after);
    const followers = newFollowers(before, after);
    if (followers !== null) ui.toast(followers);
    for (const sentence of announcements(before, after)) ui.announce(sentence);
  }

  /** Looks again when time alone changes what is true: the seconds until the next attempt, a confirmation that does not come. */
  #lookAgainInTime(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    const { sync, clock } = this.#options;
    const now = clock.now();
    const waits: number[] = [];
    if (sync.retryAt !== null && sync.retryAt > now) waits.push(((sync.retryAt - now) % 1_000) + 10);
    const silence = this.#unsavedSince === null ? 0 : this.#unsavedSince + STALLED - now;
    if (silence > 0) waits.push(silence);
    if (waits.length > 0) this.#cancelLook = clock.after(Math.min(...waits), () => this.refresh());
  }

  #facts(): SessionFacts {
    const { sync, name, isEmpty, isBrowserOffline, clock, documentAccess, opensOffline } = this.#options;
    const now = clock.now();
    this.#unsavedSince = sync.saved || sync.unsavedChanges === 0 ? null : (this.#unsavedSince ?? now);
    return {
      name,
      sync,
      now,
      isEmpty: isEmpty(),
      outdated: this.#outdated,
      opensOffline: opensOffline(),
      browserOffline: isBrowserOffline(),
      serverLate: this.#serverLate,
      unsavedSince: this.#unsavedSince,
      properties: this.#properties.shown,
      people: this.#people,
      following: this.#editor?.following ?? null,
      guest: this.#presented(),
      asksName: this.#asksName,
      settings: this.#settings,
      indentation: this.#indentation,
      theme: this.#theme,
      sidePanel: this.#sidePanel,
      access: {
        info: documentAccess.info,
        wasIn: documentAccess.wasIn,
        usesLink: documentAccess.usesLink,
        usesOwnerKey: documentAccess.ownerKey !== null,
        holdsKey: documentAccess.holdsKey,
        creates: documentAccess.creates,
        createRefused: documentAccess.createRefused,
        lastRole: documentAccess.lastRole,
      },
    };
  }
}

/** What a state means for the editor. */
export function editorSettings(state: SessionState): Omit<EditorPortSettings, 'label'> {
  return {
    user: state.guest,
    language: state.language,
    fileName: state.title,
    theme: state.theme,
    readOnly: !state.mayWrite,
    placeholder: state.placeholder,
    ...state.shown,
    indentation: state.indentation,
    newIndentation: state.settings.indentation,
    hideMyCursor: state.settings.hideMyCursor,
    markGuests: state.marksGuests,
  };
}

/** The settings that differ; null when none does. */
function settingsChange(
  before: Omit<EditorPortSettings, 'label'>,
  after: Omit<EditorPortSettings, 'label'>,
): Partial<EditorPortSettings> | null {
  const earlier = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(earlier.get(key)),
  );
  return changed.length === 0 ? null : Object.fromEntries(changed);
}
