import type { EditorView } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type { EditorSettings } from '../../editor/editor-settings.ts';
import type { Inspector } from '../../provider/inspector.ts';
import type { Refusal } from '../../wording/status-wording.ts';
import type { DocumentApi } from '../api/document-api.ts';
import type { KeptStrings } from '../device/local-store.ts';
import type { DocumentAccess } from './document-access.ts';
import type { SessionUi } from './session-ui.ts';
import type { Properties } from './shared-properties.ts';

/** What the provider knows about the document. */
export interface SyncFacts {
  readonly status: 'connecting' | 'connected' | 'disconnected';
  readonly synced: boolean;
  readonly loaded: boolean;
  readonly saved: boolean;
  readonly unsavedChanges: number;
  /** Whether edits survive a reload of the page without the server. */
  readonly keptOnDevice: boolean;
  /** Null before the server has said. */
  readonly role: string | null;
  /** Nobody writes in the document until the people who run the server lift that. */
  readonly frozen: boolean;
  /** Nobody had created the document or written in it when this page was let in last. */
  readonly isNew: boolean;
  /** Null before the server has said. */
  readonly properties: Properties | null;
  readonly closed: Refusal | null;
  /** When the next attempt starts, in the clock's milliseconds. */
  readonly retryAt: number | null;
  readonly storageFailing: boolean;
  /** What those who run the server tell everybody; null for nothing. */
  readonly announcement: string | null;
}

/** What a session needs of the provider. */
export interface SyncPort extends SyncFacts {
  retryNow(): void;
  /** Watches the wire from now on. */
  inspect(): Promise<Inspector>;
  /** Calls back after any change of the facts; returns how to stop that. */
  onChange(listener: () => void): () => void;
  /** Deletes the copy of this document on this device. */
  forgetOfflineCopy(): Promise<void>;
}

/** What a session needs of the editor. */
export interface EditorPort {
  /** For what works on the text itself: commands, panels. */
  readonly view: EditorView;
  focus(): void;
  configure(change: Partial<EditorSettings>): Promise<void>;
  /** Returns false when that person has no caret to see. */
  jumpTo(clientId: number): boolean;
  follow(clientId: number | null): void;
  readonly following: number | null;
  undo(): unknown;
  redo(): unknown;
}

/** What a session needs to know about languages. */
export interface LanguagePort {
  names(): readonly string[];
  /** The language of a document, chosen or by its title's ending. */
  resolve(language: string, title: string): string;
  isProse(language: string): boolean;
}

/** Time, as the session needs it. */
export interface SessionClock {
  /** Milliseconds that only grow, as the provider's `retryAt` counts them. */
  now(): number;
  /** Milliseconds since 1970, as the device's clock shows. */
  date(): number;
  /** Runs `task` once after `milliseconds`; returns how to cancel it. */
  after(milliseconds: number, task: () => void): () => void;
}

export interface SessionOptions {
  readonly name: string;
  /** Of this site, as `location.origin` gives it. */
  readonly origin: string;
  readonly sync: SyncPort;
  readonly awareness: Awareness;
  /** The document's text as it is now. */
  readonly getText: () => string;
  readonly isEmpty: () => boolean;
  readonly store: KeptStrings;
  /** What this tab alone keeps, over its reloads. */
  readonly tabStore: KeptStrings;
  readonly ui: SessionUi;
  readonly clock: SessionClock;
  readonly random: () => number;
  readonly api: DocumentApi;
  readonly documentAccess: DocumentAccess;
  readonly signOut: () => void;
  readonly showOwnSessions: () => void;
  /** Hands a file to the person. */
  readonly saveFile: (fileName: string, text: string) => void;
  /** Puts a text on the clipboard; resolves to false when the browser does not allow it. */
  readonly copy: (text: string) => Promise<boolean>;
  /** Whether the server has another build of the page than this one. */
  readonly isOutdated: () => Promise<boolean>;
  /** Whether the page opens without a network by now. */
  readonly opensOffline: () => boolean;
  /** Loads the page again. */
  readonly reload: () => void;
  readonly languages: LanguagePort;
  /** Where the theme is shown. */
  readonly root: HTMLElement;
  /** Whether the browser itself knows that there is no network. */
  readonly isBrowserOffline: () => boolean;
}
