import { isRole, may, type Role } from '../../../protocol/roles.ts';
import { type Person, shownName, watchPeople } from '../../editor/carets/people.ts';
import { ApiError } from '../api/api-request.ts';
import type { DocumentApi } from '../api/document-api.ts';
import { type EditorSettings, keepEditorSettings, readEditorSettings, settingsFor } from '../device/editor-settings.ts';
import { type Guest, guestOf, keepGuest, readGuest } from '../device/guest.ts';
import { recentDocuments, rememberDocument, retitleDocument } from '../device/recent-documents.ts';
import { documentLink } from '../link/document-link.ts';
import { ownerKeyFile } from '../link/owner-key.ts';
import { chooseTheme, readTheme, type ThemeChoice } from '../theme/theme-choice.ts';
import { type AccessAdvice, accessAdvice } from './access-advice.ts';
import type { DocumentAccess } from './document-access.ts';
import { downloadFileName, ownerKeyFileName } from './file-name.ts';
import { comingsAndGoings } from './people-shown.ts';
import { readyToShow } from './ready-to-show.ts';
import type { EditorPort, SessionOptions, SyncPort } from './session-ports.ts';
import type { SessionState } from './session-state.ts';
import type { PanelName } from './session-ui.ts';
import { connectionAnnouncement, saveKeyAnswer, statusWording } from './status-wording.ts';

/** How long an empty text waits for the server before it is shown as empty, in milliseconds. */
const SERVER_IS_LATE = 700;

/** An edit that is not confirmed for this long means, without a network, that nobody hears it, in milliseconds. */
const STALLED = 2_000;

/**
 * One document, open on one page: the single place that knows what the panels show and that does what they ask for. It wires
 * provider, editor, catalogue and this device's memory, and knows no element of the page.
 */
export class DocumentSession {
  readonly #options: SessionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  #editor: EditorPort | null = null;
  #state: SessionState;
  #guest: Guest;
  #settings: EditorSettings;
  #theme: ThemeChoice;
  #properties: { readonly title: string; readonly language: string };
  /** Asked for by this person and not answered yet: shown at once, taken back when refused. */
  #wanted: { readonly title?: string; readonly language?: string } = {};
  #everSynced = false;
  #serverLate = false;
  #people: readonly Person[] = [];
  #marksGuests = false;
  /** The provider's last word on title and language, to see when it has a new one. */
  #told: SyncPort['properties'] = null;
  #cancelCountdown: (() => void) | null = null;
  /** Since when some edit has been unconfirmed; null while all are. */
  #unsavedSince: number | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { store, name, clock, sync, awareness, documentAccess } = options;
    this.#guest = readGuest(store, options.random);
    this.#settings = readEditorSettings(store);
    this.#theme = readTheme(store);
    const title = recentDocuments(store).find((entry) => entry.name === name)?.title ?? '';
    this.#properties = { title, language: '' };
    rememberDocument(store, { name, title, openedAt: clock.now() });

    // Others see who is here before the editor is.
    awareness.setLocalStateField('user', this.#presented());
    this.#state = this.#compute(false);
    const update = () => this.refresh();
    this.#stops.push(
      sync.onChange(update),
      documentAccess.onChange(() => this.#takePerson()),
      clock.after(SERVER_IS_LATE, () => {
        this.#serverLate = true;
        update();
      }),
      watchPeople(awareness, (people) => {
        this.#people = people;
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

  /** What the panels show now. */
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
  }

  /** Looks at everything again: the browser went on- or offline, the editor stopped following. */
  refresh(): void {
    const before = this.#state;
    this.#takeProperties();
    const after = this.#compute(before.ready);
    this.#state = after;
    this.#tellChanges(before, after);
    this.#countDown();
    for (const listener of this.#listeners) listener();
  }

  /** Names the document for everybody. Failing, the old title comes back and a toast says why. */
  async rename(typed: string): Promise<void> {
    const title = typed.replace(/\s+/gu, ' ').trim();
    if (title !== this.#state.title) await this.#change({ title }, 'The title was not changed.');
  }

  /** Chooses the language for everybody; empty means by the title's ending, else Markdown. */
  async setLanguage(language: string): Promise<void> {
    if (language !== this.#state.language) await this.#change({ language }, 'The language was not changed.');
  }

  /** The languages there are. */
  languageNames(): readonly string[] {
    return this.#options.languages.names();
  }

  changeGuest(name: string, color: string): void {
    this.#guest = guestOf(name, color);
    keepGuest(this.#options.store, this.#guest);
    this.#takePerson();
  }

  /** How others see this person: what the server knows of them goes before what they chose themselves. */
  #presented(): Guest {
    const { person } = this.#options.documentAccess.info;
    const presented = guestOf(person?.name ?? this.#guest.name, person?.color ?? this.#guest.color);
    return (person?.name ?? null) === null ? presented : { ...presented, verified: true };
  }

  /** The person has another name or colour, or the server has said who it is. */
  #takePerson(): void {
    const presented = this.#presented();
    const { guest } = this.#state;
    if (JSON.stringify(presented) !== JSON.stringify(guest)) {
      this.#options.awareness.setLocalStateField('user', presented);
      this.#editor?.setUser(presented);
    }
    this.refresh();
  }

  changeSettings(change: Partial<EditorSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    keepEditorSettings(this.#options.store, this.#settings);
    if (change.hideMyCursor !== undefined) this.#editor?.setHideMyCursor(change.hideMyCursor);
    this.refresh();
  }

  setTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    chooseTheme(this.#options.store, theme, this.#options.root);
    this.#editor?.setTheme(theme);
    this.refresh();
  }

  /** The theme was chosen in another tab, which has stored and shown it already. */
  takeTheme(theme: ThemeChoice): void {
    this.#theme = theme;
    this.#editor?.setTheme(theme);
    this.refresh();
  }

  /** Scrolls to somebody's caret, or says that there is none to see. */
  jumpTo(clientId: number): void {
    if (this.#editor?.jumpTo(clientId) !== false) return;
    const person = this.#people.find((other) => other.clientId === clientId);
    if (person !== undefined)
      this.#options.ui.announce(`${shownName(person, this.#marksGuests)} has no cursor in the text.`);
  }

  /** Keeps somebody's caret in view; null stops. */
  follow(clientId: number | null): void {
    this.#editor?.follow(clientId);
    this.refresh();
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

  tryNow(): void {
    this.#options.sync.retryNow();
  }

  /** Hands the text, as it is on this device, to the person as a file. */
  downloadCopy(): void {
    const { title, resolvedLanguage } = this.#state;
    this.#options.saveFile(downloadFileName(title, resolvedLanguage), this.#options.getText());
  }

  /** Hands the owner key of this device to the person as a file. */
  downloadOwnerKey(): void {
    const { name, saveFile, documentAccess, origin } = this.#options;
    const { title } = this.#state;
    if (documentAccess.ownerKey === null) return;
    saveFile(ownerKeyFileName(title), ownerKeyFile(title, documentLink(origin, name), documentAccess.ownerKey));
  }

  /** Puts the text, as it is on this device, on the clipboard. */
  async copyText(): Promise<void> {
    const copied = await this.#options.copy(this.#options.getText());
    this.toast(copied ? 'The text is on the clipboard.' : 'The browser does not let this page use the clipboard.');
  }

  /** Gives up the copy on this device for the server's version. Ask before: it cannot be undone. */
  async openServerVersion(): Promise<void> {
    await this.#options.sync.forgetOfflineCopy();
    this.#options.reload();
  }

  /** Ends the session of the person signed in, and goes on as a guest. */
  async signOut(): Promise<void> {
    try {
      await this.#options.signOut();
      this.#options.reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.toast(`You are still signed in. ${error.message}`);
    }
  }

  /** Answers Mod+S. */
  sayWhetherSaved(): void {
    this.toast(saveKeyAnswer(this.#state.status.saved));
  }

  /** Answers somebody who types where they may only read. Anyone who was refused has the reason before them already. */
  sayReadOnly(): void {
    if (this.#state.gate === null) this.toast('You can only view this document. Its owner can let you edit it.');
  }

  toast(sentence: string): void {
    this.#options.ui.toast(sentence);
  }

  openPanel(name: PanelName): void {
    this.#options.ui.openPanel(name);
  }

  startRenaming(): void {
    this.#options.ui.startRenaming();
  }

  /** Leaves no timer and no listener. */
  destroy(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelCountdown?.();
    this.#listeners.clear();
  }

  async #change(change: { readonly title?: string; readonly language?: string }, failure: string): Promise<void> {
    const { api } = this.#options;
    const earlier = this.#wanted;
    this.#wanted = { ...earlier, ...change };
    const mine = this.#wanted;
    this.refresh();
    try {
      const { title, language } = await api.changeProperties(change);
      this.#properties = { title, language };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.toast(`${failure} ${error.message}`);
    } finally {
      // A later wish stands until its own answer.
      if (this.#wanted === mine) this.#wanted = {};
      this.refresh();
    }
  }

  #takeProperties(): void {
    const told = this.#options.sync.properties;
    if (told !== null && told !== this.#told) this.#properties = told;
    this.#told = told;
  }

  /** What follows from a change, beside showing it. */
  #tellChanges(before: SessionState, after: SessionState): void {
    const { store, name, ui } = this.#options;
    if (before.title !== after.title) retitleDocument(store, name, after.title);
    if (before.title !== after.title || before.language !== after.language) {
      this.#editor?.setLanguage(after.language, after.title);
    }
    if (!before.marksGuests && after.marksGuests) this.#editor?.markGuests();
    const { lineNumbers, lineWrapping } = after.shown;
    if (before.shown.lineNumbers !== lineNumbers) this.#editor?.setLineNumbers(lineNumbers);
    if (before.shown.lineWrapping !== lineWrapping) this.#editor?.setLineWrapping(lineWrapping);
    if (before.mayWrite !== after.mayWrite) this.#editor?.setReadOnly(!after.mayWrite);
    if (before.placeholder !== after.placeholder) this.#editor?.setPlaceholder(after.placeholder);
    const [was, is] = [before.status.connection, after.status.connection];
    const news = [
      connectionAnnouncement(was, is),
      // Anyone who was here already is no news, and anyone who disappears with the connection has not left.
      was === 'connected' && is === 'connected'
        ? comingsAndGoings(before.people, after.people, after.marksGuests)
        : null,
      newFollowers(before.people, after),
      roleAnnouncement(before, after),
    ];
    for (const sentence of news) if (sentence !== null) ui.announce(sentence);
  }

  /** Looks again when time alone changes what is true: the seconds until the next attempt, a confirmation that does not come. */
  #countDown(): void {
    this.#cancelCountdown?.();
    this.#cancelCountdown = null;
    const { sync, clock } = this.#options;
    const waits: number[] = [];
    if (sync.retryAt !== null && sync.retryAt > clock.now()) waits.push(((sync.retryAt - clock.now()) % 1_000) + 10);
    const silence = this.#unsavedSince === null ? 0 : this.#unsavedSince + STALLED - clock.now();
    if (silence > 0) waits.push(silence);
    if (waits.length > 0) this.#cancelCountdown = clock.after(Math.min(...waits), () => this.refresh());
  }

  #isStalled(): boolean {
    const { sync, clock } = this.#options;
    this.#unsavedSince = sync.saved || sync.unsavedChanges === 0 ? null : (this.#unsavedSince ?? clock.now());
    return this.#unsavedSince !== null && clock.now() - this.#unsavedSince >= STALLED;
  }

  #retryInSeconds(): number | null {
    const { sync, clock } = this.#options;
    return sync.retryAt === null ? null : Math.max(0, Math.ceil((sync.retryAt - clock.now()) / 1_000));
  }

  #role(): Role | null {
    const { sync, documentAccess } = this.#options;
    // A role that this version does not know: the server decides, so nothing is forbidden here.
    return sync.role === null ? documentAccess.lastRole : isRole(sync.role) ? sync.role : null;
  }

  #gate(): AccessAdvice | null {
    const { sync, documentAccess } = this.#options;
    if (sync.closed === null) return null;
    const { wasIn, usesLink, info } = documentAccess;
    const { name: code, reason } = sync.closed;
    return accessAdvice({ code, reason, wasIn, usesLink, usesOwnerKey: documentAccess.ownerKey !== null, ...info });
  }

  #compute(wasReady: boolean): SessionState {
    const { sync, name, isEmpty, isBrowserOffline, languages } = this.#options;
    this.#everSynced ||= sync.synced;
    const browserOffline = isBrowserOffline();
    const serverLate = this.#serverLate || browserOffline || sync.retryAt !== null || sync.closed !== null;
    const following = this.#editor?.following ?? null;
    const { title, language } = { ...this.#properties, ...this.#wanted };
    const resolvedLanguage = languages.resolve(language, title);
    const gate = this.#gate();
    const role = this.#role();
    const gateCovers = gate !== null && isEmpty();
    const mayWrite = (role === null || may(role, 'write')) && sync.closed?.name !== 'forbidden' && !gateCovers;
    const { info } = this.#options.documentAccess;
    // Stays when somebody known leaves: that is when another could take their name.
    this.#marksGuests ||= info.signIn !== null || info.person !== null || this.#people.some(({ known }) => known);
    return {
      name,
      title,
      language,
      resolvedLanguage,
      shown: settingsFor(this.#settings, languages.isProse(resolvedLanguage)),
      ready: wasReady || readyToShow({ loaded: sync.loaded, synced: sync.synced, empty: isEmpty(), serverLate }),
      status: statusWording({
        status: sync.status,
        synced: sync.synced,
        everSynced: this.#everSynced,
        saved: sync.saved,
        unsavedChanges: sync.unsavedChanges,
        retryInSeconds: this.#retryInSeconds(),
        browserOffline,
        stalled: this.#isStalled(),
        storageFailing: sync.storageFailing,
        refusal: sync.closed,
      }),
      refusal: sync.closed,
      gate,
      gateCovers,
      storageFailing: sync.storageFailing,
      role,
      mayWrite,
      stranded: mayWrite || gate !== null ? 0 : sync.unsavedChanges,
      placeholder: mayWrite
        ? 'Start writing. Everybody who may edit can write here with you.'
        : 'Nothing is written here yet.',
      people: this.#people,
      marksGuests: this.#marksGuests,
      guest: this.#presented(),
      person: info.person,
      signIn: info.signIn,
      settings: this.#settings,
      theme: this.#theme,
      following: this.#people.find(({ clientId }) => clientId === following) ?? null,
    };
  }
}

/** What somebody hears whose role changes while they are here. */
function roleAnnouncement(before: SessionState, after: SessionState): string | null {
  if (before.role === null || after.gate !== null || before.mayWrite === after.mayWrite) return null;
  return after.mayWrite ? 'You can edit this document now.' : 'You can only view this document now.';
}

/** Nobody is followed without knowing. */
function newFollowers(before: readonly Person[], { people, marksGuests }: SessionState): string | null {
  const self = people.find(({ isSelf }) => isSelf)?.clientId;
  if (self === undefined) return null;
  const followed = new Set(before.filter(({ following }) => following === self).map(({ clientId }) => clientId));
  const news = people.filter(({ clientId, following }) => following === self && !followed.has(clientId));
  return news.length === 0
    ? null
    : `${new Intl.ListFormat('en').format(news.map((person) => shownName(person, marksGuests)))} now follows you.`;
}
