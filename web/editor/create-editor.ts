import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, placeholder as placeholderText } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { shownAwareness, shownText } from './binding/shown-text.ts';
import { fromText, TextBinding } from './binding/text-binding.ts';
import { difference, textContent, toDocument } from './binding/text-content.ts';
import { undoKeys } from './binding/undo.ts';
import { Follow } from './carets/follow.ts';
import { OwnPresence, type PresentedUser } from './carets/own-presence.ts';
import { RemoteCarets } from './carets/remote-carets.ts';
import { gutter, setup } from './setup.ts';
import { isProse, loadLanguage, resolveLanguage } from './text/languages.ts';
import { baseTheme, type ThemeChoice, textKind, themeColors } from './theme.ts';

/** What an editor is made of. Only `doc` is needed. */
export interface EditorOptions {
  /** The document. It may have text already, and any provider. */
  doc: Y.Doc;
  /** The text to edit; default: the document's Y.Text named by `field`. */
  text?: Y.Text;
  /** The name of the Y.Text; default 'content'. */
  field?: string;
  /** Who else is here; without it no carets are shown or told. */
  awareness?: Awareness | null;
  /** How one appears to others; without it the awareness field `user` is left as it is. */
  user?: PresentedUser;
  /** A name of languageNames() or an alias; '' or none: by `fileName`, else Markdown. */
  language?: string;
  /** Tells the language when `language` does not. */
  fileName?: string;
  /** Default 'system': as the operating system says, also when it changes its mind. */
  theme?: ThemeChoice;
  /** The person can read and select but not change the text. */
  readOnly?: boolean;
  /** Shown in an empty document. */
  placeholder?: string;
  /** Default true. */
  lineNumbers?: boolean;
  /** Default 'auto': running text wraps at a readable measure, code does not. */
  lineWrapping?: boolean | 'auto';
  /** Others do not see the own carets. */
  hideMyCursor?: boolean;
  /**
   * Guests carry "(guest)" beside their carets from the start; otherwise as soon as anybody has been here whom the server
   * knows. For servers where people can sign in.
   */
  markGuests?: boolean;
  /** What a screen reader calls the text field; default 'Document text'. */
  label?: string;
  /** The host's own CodeMirror extensions. Where they disagree with the editor's own, these win. */
  extensions?: Extension;
  /** The document or shadow root that the editor is in; default: where `parent` is. */
  root?: Document | ShadowRoot;
  /** Told about errors of extensions and callbacks, failed grammars and healed drift. Default: they go to the page's error event. */
  onError?: (error: unknown) => void;
  /** Told whenever somebody else is followed, or nobody any more (null). */
  onFollowChange?: (clientId: number | null) => void;
}

/** An editor in a page. */
export interface CoscribeEditor {
  /** The CodeMirror view, for everything this interface does not offer. */
  readonly view: EditorView;
  /** The Y.Text that is shown. */
  readonly text: Y.Text;
  /** The resolved name of the language. */
  readonly language: string;
  /** The client id of the person followed, or null. */
  readonly following: number | null;
  focus(): void;
  getText(): string;
  /** Undoes the own latest step. @returns whether there was one */
  undo(): boolean;
  /** Does the own step undone last again. @returns whether there was one */
  redo(): boolean;
  /** The main selection, in UTF-16 units. */
  getSelection(): { from: number; to: number; text: string };
  /** Changes the language; resolves when its grammar is in use or could not be loaded (onError says so). */
  setLanguage(name: string, fileName?: string): Promise<void>;
  setTheme(theme: ThemeChoice): void;
  setReadOnly(readOnly: boolean): void;
  setUser(user: PresentedUser): void;
  setPlaceholder(text: string): void;
  /** What a screen reader calls the text field; '' is 'Document text'. */
  setLabel(label: string): void;
  setLineNumbers(shown: boolean): void;
  setLineWrapping(wrapping: boolean | 'auto'): void;
  setHideMyCursor(hidden: boolean): void;
  /** Marks guests from now on, as the option does. */
  markGuests(): void;
  /** Scrolls a person's caret into the middle of the view. @returns false when they have none */
  jumpTo(clientId: number): boolean;
  /** Follows a person's caret, or nobody with null. */
  follow(clientId: number | null): void;
  /** @returns stops the listener */
  onFollowChange(listener: (clientId: number | null) => void): () => void;
  /** Shows another text, with its own undo history. The awareness stays unless another is given. */
  bindText(text: Y.Text, awareness?: Awareness | null): void;
  /** Takes the editor out of the page and its listeners off the document. May be called again. */
  destroy(): void;
}

/** What belongs to one text and goes with it. */
interface Session {
  binding: TextBinding;
  presence: OwnPresence | null;
  carets: RemoteCarets | null;
  follow: Follow | null;
  extension: Extension;
}

/**
 * Puts an editor into a page.
 * @param parent the element that gets the editor as its last child; the editor fills its height
 * @throws TypeError when `parent` is no element, or there are no options
 * @throws ShownTextError when `doc`, `text` or `awareness` is none, or was made by another copy of Yjs
 * @throws RangeError when `extensions` were made by another copy of CodeMirror
 */
export function createEditor(parent: Element, options: EditorOptions): CoscribeEditor {
  // Programs without types come here, too.
  if (typeof parent?.append !== 'function') throw new TypeError('parent must be an element of the page.');
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object with a doc.');
  const report = (error: unknown) => {
    if (options.onError === undefined) globalThis.reportError(error);
    else options.onError(error);
  };
  const followListeners = new Set<(clientId: number | null) => void>();
  if (options.onFollowChange !== undefined) followListeners.add(options.onFollowChange);
  const followChanged = (clientId: number | null) => {
    for (const listener of followListeners) {
      try {
        listener(clientId);
      } catch (error) {
        report(error);
      }
    }
  };

  let user = options.user;
  let hideMyCursor = options.hideMyCursor ?? false;
  let marksGuests = options.markGuests ?? false;
  let awareness = shownAwareness(options.awareness);
  const open = (text: Y.Text): Session => {
    const binding = new TextBinding(text, report);
    if (awareness === null)
      return { binding, presence: null, carets: null, follow: null, extension: binding.extension };
    const presence = new OwnPresence(binding, awareness, user, hideMyCursor);
    const carets = new RemoteCarets(binding, awareness, marksGuests);
    const follow = new Follow(carets, presence, awareness, followChanged);
    return {
      binding,
      presence,
      carets,
      follow,
      extension: [binding.extension, presence.extension, carets.extension, follow.extension],
    };
  };

  let session = open(shownText(options.doc, options.text, options.field ?? TEXT_FIELD));
  let fileName = options.fileName ?? '';
  let language = resolveLanguage(options.language ?? '', fileName);
  let wrapping = options.lineWrapping ?? 'auto';
  let theme = options.theme ?? 'system';
  let destroyed = false;
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
  const colors = () => themeColors(theme === 'dark' || (theme === 'system' && systemDark.matches));
  const slots = {
    text: new Compartment(),
    grammar: new Compartment(),
    kind: new Compartment(),
    colors: new Compartment(),
    readOnly: new Compartment(),
    placeholder: new Compartment(),
    gutter: new Compartment(),
    label: new Compartment(),
  };
  const kind = () => {
    const wraps = wrapping === 'auto' ? isProse(language) : wrapping;
    const wrapped = [EditorView.lineWrapping, EditorView.editorAttributes.of({ class: 'cs-wrap' })];
    return [textKind(isProse(language)), wraps ? wrapped : []];
  };

  const state = () =>
    EditorState.create({
      doc: toDocument(textContent(session.binding.text)),
      extensions: [
        slots.text.of(session.extension),
        EditorView.exceptionSink.of(report),
        undoKeys(() => session.binding.history),
        options.extensions ?? [],
        slots.gutter.of((options.lineNumbers ?? true) ? gutter() : []),
        slots.readOnly.of(readOnlyState(options.readOnly ?? false)),
        slots.placeholder.of(placeholderText(options.placeholder ?? '')),
        slots.kind.of(kind()),
        slots.grammar.of([]),
        slots.colors.of(colors()),
        slots.label.of(labelled(options.label)),
        EditorView.contentAttributes.of({ spellcheck: 'true', tabindex: '0' }),
        setup(),
        baseTheme,
      ],
    });
  let view: EditorView;
  try {
    view = new EditorView({ parent, ...(options.root === undefined ? {} : { root: options.root }), state: state() });
  } catch (error) {
    session.binding.destroy();
    throw error;
  }
  const set = (slot: Compartment, extension: Extension) => {
    if (!destroyed) view.dispatch({ effects: slot.reconfigure(extension), filter: false });
  };
  const systemChanged = () => set(slots.colors, colors());
  systemDark.addEventListener('change', systemChanged);

  const editor: CoscribeEditor = {
    view,
    get text() {
      return session.binding.text;
    },
    get language() {
      return language;
    },
    get following() {
      return session.follow?.following ?? null;
    },
    focus: () => view.focus(),
    getText: () => view.state.doc.toString(),
    undo: () => !destroyed && session.binding.history.undo(view),
    redo: () => !destroyed && session.binding.history.redo(view),
    getSelection() {
      const { from, to } = view.state.selection.main;
      return { from, to, text: view.state.sliceDoc(from, to) };
    },
    async setLanguage(name, newFileName) {
      fileName = newFileName ?? fileName;
      const resolved = resolveLanguage(name, fileName);
      language = resolved;
      set(slots.kind, kind());
      try {
        const grammar = await loadLanguage(resolved);
        // Another language may have been chosen while this one was loading.
        if (language === resolved) set(slots.grammar, grammar ?? []);
      } catch (error) {
        if (language === resolved) set(slots.grammar, []);
        report(error);
      }
    },
    setTheme(choice) {
      theme = choice;
      set(slots.colors, colors());
    },
    setReadOnly: (readOnly) => set(slots.readOnly, readOnlyState(readOnly)),
    setUser(newUser) {
      user = newUser;
      session.presence?.setUser(newUser);
    },
    setLabel: (label) => set(slots.label, labelled(label)),
    setPlaceholder: (text) => set(slots.placeholder, placeholderText(text)),
    setLineNumbers: (shown) => set(slots.gutter, shown ? gutter() : []),
    setLineWrapping(choice) {
      wrapping = choice;
      set(slots.kind, kind());
    },
    setHideMyCursor(hidden) {
      hideMyCursor = hidden;
      session.presence?.setHidden(hidden);
    },
    markGuests() {
      marksGuests = true;
      session.carets?.markGuests();
    },
    jumpTo: (clientId) => session.follow?.jumpTo(clientId) ?? false,
    follow: (clientId) => session.follow?.set(clientId),
    onFollowChange(listener) {
      followListeners.add(listener);
      return () => followListeners.delete(listener);
    },
    bindText(text, newAwareness) {
      if (destroyed) return;
      if (newAwareness !== undefined) awareness = shownAwareness(newAwareness);
      const old = session;
      session = open(shownText(null, text, ''));
      const changes = difference(view.state.doc, textContent(text));
      view.dispatch({
        ...(changes === null ? {} : { changes }),
        effects: slots.text.reconfigure(session.extension),
        annotations: fromText.of(session.binding),
        filter: false,
      });
      old.binding.destroy();
    },
    destroy() {
      if (destroyed) return;
      destroyed = true;
      systemDark.removeEventListener('change', systemChanged);
      view.destroy();
      session.binding.destroy();
      followListeners.clear();
    },
  };
  void editor.setLanguage(options.language ?? '');
  return editor;
}

function labelled(label: string | undefined): Extension {
  return EditorView.contentAttributes.of({ 'aria-label': label || 'Document text' });
}

/** A read-only text can still be focused, selected, searched and copied by keyboard. */
function readOnlyState(readOnly: boolean): Extension {
  if (!readOnly) return [];
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ role: 'textbox', 'aria-multiline': 'true' }),
  ];
}
