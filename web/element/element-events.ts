import type * as Y from 'yjs';
import type { CoscribeEditor, Person } from '../editor/index.ts';
import type { CoscribeProvider, Refusal } from '../provider/index.ts';

/** What is wrong, with the words of docs/errors.md ("Codes of the component"). */
export const ELEMENT_ERRORS = {
  'invalid-attribute': 'An attribute or property has a value that it cannot have; the default is used instead.',
  'no-document': 'There is nothing to show: the element has no `document`, or what it was given as one is none.',
  unreachable:
    'The server cannot be reached, or does not let pages of this site in. The editor goes on trying; what is written stays on this device.',
  'no-token':
    'The function that gets the access token failed, or what it gave is no token; `cause` is what it threw. It is asked again.',
  refused: 'The server refused for good; the `closed` event has the details.',
  'wrong-field-type': 'The document holds something that is not text under the name of `field`.',
  'not-plain-text':
    'The page wrote something into `doc` that a document of plain text has no room for, such as a Y.Map. It was taken out again; the text is saved.',
  'two-copies-of-yjs': 'The page has two copies of Yjs, which do not understand each other’s documents.',
  internal: 'Something failed that was dealt with: an extension, a broken frame.',
} as const;

/** A code of the `error` event; docs/errors.md has each. */
export type ElementErrorCode = keyof typeof ELEMENT_ERRORS;

/** What the `error` event tells. */
export interface ElementError {
  readonly code: ElementErrorCode;
  /** One or two sentences for a person: what is wrong and what to do. */
  readonly message: string;
  /** What was thrown, where something was. */
  readonly cause?: unknown;
}

/** Where the connection is. */
export interface ElementStatus {
  readonly status: 'connecting' | 'connected' | 'disconnected';
  /** When the next attempt is made, in milliseconds since 1970; null when none is scheduled. */
  readonly retryAt: number | null;
}

/** The `detail` of every event of `<coscribe-editor>`. All of them bubble and leave shadow roots. */
export interface ElementEventDetails {
  /**
   * The editor is there; the text may still be on its way (`status`, `saved`). Once for every document shown. The provider is
   * null for a document that the page brought along.
   */
  ready: { readonly editor: CoscribeEditor; readonly doc: Y.Doc; readonly provider: CoscribeProvider | null };
  /** The text changed, by anyone; at most once a frame. */
  change: { readonly text: string };
  /** How much of what was written here is durable on the server became known or changed. */
  saved: { readonly saved: boolean; readonly unsavedChanges: number };
  status: ElementStatus;
  /** Somebody came, left or changed how they appear; oneself first. */
  people: { readonly people: readonly Person[] };
  /** The server refused for good; nothing more happens until `server`, `document` or `token` changes. */
  closed: Refusal;
  error: ElementError;
}

/** The events of `<coscribe-editor>` as `addEventListener` gets them. */
export type ElementEventMap = {
  [Name in keyof ElementEventDetails]: CustomEvent<ElementEventDetails[Name]>;
};
