import { Compartment, EditorState, type Extension, type StateEffect } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { shownAwareness, shownText } from './binding/shown-text.ts';
import { fromText, TextBinding } from './binding/text-binding.ts';
import { difference, textContent, toDocument } from './binding/text-content.ts';
import { undoKeys } from './binding/undo.ts';
import { Follow } from './carets/follow.ts';
import { OwnPresence } from './carets/own-presence.ts';
import { RemoteCarets } from './carets/remote-carets.ts';
import { registerSide } from './editor-rules.ts';
import { type EditorSettings, languageOf, SettingSlots, suggestsWords, withSettings } from './editor-settings.ts';
import { searchKeys } from './search/search-keys.ts';
import { setup } from './setup.ts';
import { isProse, loadLanguage } from './text/languages.ts';
import { baseTheme } from './theme.ts';
import { whenIdle } from './when-idle.ts';

/** What an editor is made of, and the settings it starts with. Only `doc` is needed. */
export interface EditorOptions extends Partial<EditorSettings> {
  /** The document. It may have text already, and any provider. */
  doc: Y.Doc;
  /** The text to edit; default: the document's Y.Text named by `field`. */
  text?: Y.Text;
  /** The name of the Y.Text; default 'content'. */
  field?: string;
  /** Who else is here; without it no carets are shown or told. */
  awareness?: Awareness | null;
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
  /** The settings as they are. */
  readonly settings: EditorSettings;
  /**
   * Changes settings; those left out stay as they are. Resolves when the grammar of the language is in use, or could not be
   * loaded (onError says so).
   */
  configure(change: Partial<EditorSettings>): Promise<void>;
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
  registerSide();
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

  let settings = withSettings(options);
  let awareness = shownAwareness(options.awareness);
  const open = (text: Y.Text): Session => {
    const binding = new TextBinding(text, report);
    if (awareness === null)
      return { binding, presence: null, carets: null, follow: null, extension: binding.extension };
    const presence = new OwnPresence(binding, awareness, settings.user ?? undefined, settings.hideMyCursor);
    const carets = new RemoteCarets(binding, awareness, settings.markGuests);
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
  let destroyed = false;
  /** The language whose grammar is in use or on its way; null before the first, and after one that failed. */
  let grammarOf: string | null = null;
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
  const slots = new SettingSlots(() => systemDark.matches);
  const textSlot = new Compartment();
  const grammarSlot = new Compartment();
  const helpSlot = new Compartment();

  const state = () =>
    EditorState.create({
      doc: toDocument(textContent(session.binding.text)),
      extensions: [
        textSlot.of(session.extension),
        EditorView.exceptionSink.of(report),
        undoKeys(() => session.binding.history),
        options.extensions ?? [],
        slots.initial(settings),
        grammarSlot.of([]),
        helpSlot.of([]),
        EditorView.contentAttributes.of({ spellcheck: 'true', tabindex: '0' }),
        searchKeys(() => session.binding.history.undo(view), report),
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
  const apply = (effects: readonly StateEffect<unknown>[]) => {
    if (!destroyed && effects.length > 0) view.dispatch({ effects, filter: false });
  };
  const systemChanged = () => apply(slots.changes(null, settings));
  systemDark.addEventListener('change', systemChanged);

  const useGrammar = async (): Promise<void> => {
    const language = languageOf(settings);
    if (language === grammarOf) return;
    grammarOf = language;
    try {
      const grammar = await loadLanguage(language);
      // Another language may have been chosen while this one was loading.
      if (grammarOf === language) apply([grammarSlot.reconfigure(grammar ?? [])]);
    } catch (error) {
      if (grammarOf === language) {
        grammarOf = null;
        apply([grammarSlot.reconfigure([])]);
      }
      report(error);
    }
  };

  let help: typeof import('./code/typing-help.ts') | null = null;
  const useHelp = async (): Promise<void> => {
    try {
      help ??= await import('./code/typing-help.ts');
      apply([helpSlot.reconfigure(help.typingHelp(suggestsWords(settings)))]);
    } catch (error) {
      report(error);
    }
  };
  /** Code is typed with closing brackets from its first key on. In prose they may come a moment later. */
  const useAll = async (): Promise<void> => {
    const needsHelp = help === null && !isProse(languageOf(settings));
    await Promise.all([useGrammar(), needsHelp ? useHelp() : null]);
  };
  const helpWhenIdle = whenIdle(() => void useHelp());

  const editor: CoscribeEditor = {
    view,
    get text() {
      return session.binding.text;
    },
    get language() {
      return languageOf(settings);
    },
    get settings() {
      return settings;
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
    async configure(change) {
      const before = settings;
      settings = withSettings(change, before);
      apply(slots.changes(before, settings));
      const { user } = settings;
      // Hosts hand over what they have put together, so what counts is what it says.
      if (user !== null && JSON.stringify(user) !== JSON.stringify(before.user)) session.presence?.setUser(user);
      if (settings.hideMyCursor !== before.hideMyCursor) session.presence?.setHidden(settings.hideMyCursor);
      if (settings.markGuests && !before.markGuests) session.carets?.markGuests();
      if (help !== null && suggestsWords(settings) !== suggestsWords(before)) void useHelp();
      await useAll();
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
        effects: textSlot.reconfigure(session.extension),
        annotations: fromText.of(session.binding),
        filter: false,
      });
      old.binding.destroy();
    },
    destroy() {
      if (destroyed) return;
      destroyed = true;
      systemDark.removeEventListener('change', systemChanged);
      helpWhenIdle.cancel();
      view.destroy();
      session.binding.destroy();
      followListeners.clear();
    },
  };
  void useAll();
  return editor;
}
