import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type CatalogueEntry, DocumentApi } from '../../api/document-api.ts';
import type { SessionInfo } from '../../api/site-session.ts';
import { Credentials } from '../../device/credentials.ts';
import { openLocalStore } from '../../device/local-store.ts';
import { DocumentAccess } from '../document-access.ts';
import { DocumentSession } from '../document-session.ts';
import type { EditorPort, SyncPort } from '../session-ports.ts';

/** Everything around a session, at hand for a test. */
export class SessionWorld {
  readonly store = openLocalStore(() => {
    throw new Error('no browser here');
  });
  readonly tabStore = openLocalStore(() => {
    throw new Error('no browser here');
  });
  readonly awareness = new Awareness(new Y.Doc());
  readonly said: string[] = [];
  readonly toasts: string[] = [];
  readonly files: [string, string][] = [];
  readonly editorCalls: string[] = [];
  readonly configured: Parameters<EditorPort['configure']>[0][] = [];
  text = '';
  copied = '';
  online = true;
  reloads = 0;
  isInSidePanel = false;
  outdated = false;
  now = 1_000_000;
  readonly credentials = new Credentials(this.store, 'plan');
  info: SessionInfo = { person: null, signIn: null };
  readonly timers: { at: number; task: () => void }[] = [];
  /** Answers the next change of properties. */
  answer: (change: { title?: string; language?: string }) => Promise<CatalogueEntry> = async (change) => ({
    name: 'plan',
    title: '',
    language: '',
    ...change,
  });
  readonly sync = {
    status: 'connecting' as SyncPort['status'],
    synced: false,
    loaded: false,
    saved: true,
    unsavedChanges: 0,
    keptOnDevice: true,
    isNew: false,
    frozen: false,
    role: null as SyncPort['role'],
    properties: null as SyncPort['properties'],
    closed: null as SyncPort['closed'],
    retryAt: null as SyncPort['retryAt'],
    storageFailing: false,
    announcement: null,
    forgotten: 0,
    retries: 0,
  };
  #changed: () => void = () => undefined;

  /** Sets what the provider says and lets it say so. */
  tell(change: Partial<SessionWorld['sync']>): void {
    Object.assign(this.sync, change);
    this.#changed();
  }

  /** Lets time pass and everything happen that is due. */
  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers.splice(this.timers.indexOf(due), 1);
      this.now = due.at;
      due.task();
    }
    this.now = until;
  }

  /** Somebody else comes, or, with the awareness they came with, is called something else. */
  joinAs(user: { name: string; color: string }, clientId?: number, before?: Awareness): Awareness {
    const doc = new Y.Doc();
    if (clientId !== undefined) doc.clientID = clientId;
    const other = before ?? new Awareness(doc);
    other.setLocalState({ user });
    applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(other, [other.clientID]), 'test');
    return other;
  }

  /** Somebody else comes. */
  join(name: string, following: number | null = null): Awareness {
    const other = new Awareness(new Y.Doc());
    other.setLocalState({ user: { name, color: '#4169cc' }, following });
    applyAwarenessUpdate(this.awareness, encodeAwarenessUpdate(other, [other.clientID]), 'test');
    return other;
  }

  open(): DocumentSession {
    const port = this.sync;
    const world = this;
    const sync: SyncPort = Object.assign(port, {
      inspect: () => Promise.reject(new Error('there is no wire in this world')),
      retryNow: () => {
        port.retries += 1;
      },
      onChange(listener: () => void) {
        world.#changed = listener;
        return () => {
          world.#changed = () => undefined;
        };
      },
      async forgetOfflineCopy() {
        port.forgotten += 1;
      },
    });
    const api = new DocumentApi(
      'plan',
      async () => '',
      ({ body }) => this.answer(Object(body)),
    );
    const documentAccess = new DocumentAccess({
      credentials: this.credentials,
      api,
      session: { info: async () => this.info, token: async () => '' },
      connect: () => undefined,
      showAgain: () => undefined,
      tell: (sentence) => this.toasts.push(sentence),
      now: () => this.now,
    });
    return new DocumentSession({
      name: 'plan',
      origin: 'https://write.example',
      sync,
      awareness: this.awareness,
      getText: () => this.text,
      isEmpty: () => this.text === '',
      store: this.store,
      tabStore: this.tabStore,
      ui: {
        announce: (sentence) => this.said.push(sentence),
        toast: (sentence) => this.toasts.push(sentence),
        openDialog: () => undefined,
        startRenaming: () => undefined,
        focusBar: () => undefined,
        focusSidePanel: () => undefined,
        isInSidePanel: () => this.isInSidePanel,
      },
      clock: {
        now: () => this.now,
        date: () => this.now,
        after: (milliseconds, task) => {
          const timer = { at: this.now + milliseconds, task };
          this.timers.push(timer);
          return () => {
            const index = this.timers.indexOf(timer);
            if (index >= 0) this.timers.splice(index, 1);
          };
        },
      },
      random: () => 0.5,
      api,
      documentAccess,
      signOut: async () => {
        this.info = { person: null, signIn: null };
      },
      showOwnSessions: () => undefined,
      copy: async (text) => {
        this.copied = text;
        return true;
      },
      saveFile: (fileName, text) => this.files.push([fileName, text]),
      isOutdated: async () => this.outdated,
      opensOffline: () => true,
      reload: () => {
        this.reloads += 1;
      },
      languages: {
        names: () => ['Markdown', 'Rust'],
        resolve: (language, title) => language || (title.endsWith('.rs') ? 'Rust' : 'Markdown'),
        isProse: (language) => language === 'Markdown',
      },
      root: { dataset: {} } as unknown as HTMLElement,
      isBrowserOffline: () => !this.online,
    });
  }

  /** An editor that writes down what it is told. */
  editor(): EditorPort {
    const note =
      (what: string) =>
      (...args: unknown[]) => {
        this.editorCalls.push(`${what}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`);
        return true;
      };
    return {
      focus: note('focus'),
      // Nothing here reaches into the text.
      view: {} as EditorPort['view'],
      configure: async (change) => {
        this.configured.push(change);
      },
      jumpTo: note('jumpTo'),
      follow: note('follow'),
      following: null,
      undo: note('undo'),
      redo: note('redo'),
    };
  }
}
