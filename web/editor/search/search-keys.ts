import { type Extension, Prec } from '@codemirror/state';
import { type Command, EditorView, keymap, ViewPlugin } from '@codemirror/view';
import { whenIdle } from '../when-idle.ts';

/** What can be asked of the search, which is loaded when it is first needed or the page has nothing else to do. */
type SearchModule = typeof import('./search.ts');

/** How the keys reach the search of one editor. */
class LazySearch {
  readonly #view: EditorView;
  readonly #undo: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #idle: { cancel(): void };
  #search: SearchModule | null = null;
  #loading: Promise<void> | null = null;
  /** What somebody types who has asked for the search and waits: it is meant for the search field, so not for the text. */
  #typed: string | null = null;
  /** Whether Enter came behind that. */
  #isEntered = false;

  constructor(view: EditorView, undo: () => void, onError: (error: unknown) => void) {
    this.#view = view;
    this.#undo = undo;
    this.#onError = onError;
    this.#idle = whenIdle(() => void this.#load());
  }

  /** Takes a key, if somebody waits. */
  takeKey(event: KeyboardEvent): boolean {
    if (this.#typed === null) return false;
    const { key } = event;
    // A command, maybe the same once more: what keymaps know. AltGr, with which some type an @, is Ctrl and Alt to Windows.
    if ((event.ctrlKey || event.metaKey) && !event.getModifierState('AltGraph')) return false;
    if (this.#isEntered) return true;
    if (key === 'Enter') this.#isEntered = true;
    else if (key === 'Backspace') this.#typed = this.#typed.slice(0, -1);
    else if (key.length === 1) this.#typed += key;
    return true;
  }

  run(command: (search: SearchModule) => Command): void {
    if (this.#search !== null) {
      command(this.#search)(this.#view);
      return;
    }
    this.#typed ??= '';
    this.#isEntered = false;
    void this.#load().then(() => {
      const typed = this.#typed ?? '';
      this.#typed = null;
      if (this.#search !== null) {
        command(this.#search)(this.#view);
        if (typed !== '') this.#search.typeAhead(this.#view, typed, this.#isEntered);
      } else this.#view.dispatch({ effects: EditorView.announce.of('The search could not be loaded.') });
    });
  }

  destroy(): void {
    this.#idle.cancel();
    this.#loading = Promise.resolve();
  }

  #load(): Promise<void> {
    this.#loading ??= import('./search.ts').then(
      (search) => {
        search.install(this.#view, this.#undo);
        this.#search = search;
      },
      (error) => {
        // Tried again at the next key.
        this.#loading = null;
        this.#onError(error);
      },
    );
    return this.#loading;
  }
}

const searches = new WeakMap<EditorView, LazySearch>();

function command(name: (search: SearchModule) => Command): Command {
  return (view) => {
    searches.get(view)?.run(name);
    return true;
  };
}

/** Opens the search, with what is selected. */
export const openSearch: Command = command((search) => search.openSearchPanel);
/** Asks for a line to go to. */
export const goToLine: Command = command((search) => search.gotoLine);

const nextMatch = command((search) => search.findNext);
const previousMatch = command((search) => search.findPrevious);

/**
 * The keys of the search. The search itself, a tenth of all script, comes when the page is idle.
 * @param undo takes back the latest step of the person here
 * @param onError told when the search cannot be loaded
 */
export function searchKeys(undo: () => void, onError: (error: unknown) => void): Extension {
  return [
    // Before every keymap, or Enter would break a line of the text.
    Prec.highest(
      EditorView.domEventHandlers({
        keydown: (event, view) => searches.get(view)?.takeKey(event) ?? false,
      }),
    ),
    keymap.of([
      { key: 'Mod-f', run: openSearch, preventDefault: true },
      { key: 'F3', run: nextMatch, shift: previousMatch, preventDefault: true },
      { key: 'Mod-g', run: goToLine, mac: 'Ctrl-g', preventDefault: true },
      { mac: 'Mod-g', run: nextMatch, shift: previousMatch, preventDefault: true },
      { key: 'Mod-d', run: command((search) => search.selectNextOccurrence), preventDefault: true },
      { key: 'Mod-Shift-l', run: command((search) => search.selectSelectionMatches), preventDefault: true },
    ]),
    ViewPlugin.define((view) => {
      const search = new LazySearch(view, undo, onError);
      searches.set(view, search);
      return search;
    }),
  ];
}
