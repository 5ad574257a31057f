import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  replaceNext,
  SearchQuery,
  setSearchQuery,
} from '@codemirror/search';
import { type Command, EditorView, type Panel, runScopeHandlers, type ViewUpdate } from '@codemirror/view';
import { MatchCount } from './match-count.ts';
import { ReplaceAll } from './replace-all.ts';

/** How long the text must be quiet before matches are counted again, in milliseconds. */
const RECOUNT_AFTER = 150;

type Toggle = 'caseSensitive' | 'wholeWord' | 'regexp';

const number = (n: number) => n.toLocaleString('en');

/**
 * The search: a field, how many matches there are and which one is selected, the three ways to match, and, folded away,
 * replacing.
 */
export class SearchPanel implements Panel {
  readonly dom: HTMLElement;
  readonly top = true;
  readonly #view: EditorView;
  readonly #undo: () => void;
  readonly #search: HTMLInputElement;
  readonly #replace: HTMLInputElement;
  readonly #fold: HTMLButtonElement;
  readonly #toggles: Readonly<Record<Toggle, HTMLButtonElement>>;
  readonly #status: HTMLElement;
  readonly #count = new MatchCount(() => this.#showCount());
  #query: SearchQuery;
  #recount: ReturnType<typeof setTimeout> | null = null;
  #replacing: ReplaceAll | null = null;
  /** What the status says instead of the count, until the search changes. */
  #said: (string | HTMLElement)[] | null = null;

  /** @param undo takes back the latest step of the person here */
  constructor(view: EditorView, undo: () => void) {
    this.#view = view;
    this.#undo = undo;
    this.#query = getSearchQuery(view.state);
    this.#search = field('Find', this.#query.search, () => this.#commit(true));
    this.#search.setAttribute('main-field', 'true');
    this.#replace = field('Replace with', this.#query.replace, () => this.#commit(false));
    this.#status = element('span', 'cs-search-status');
    this.#status.setAttribute('role', 'status');
    const toggle = (sign: string, label: string, on: boolean) => {
      const made = button(sign, label, () => {
        made.setAttribute('aria-pressed', String(made.getAttribute('aria-pressed') !== 'true'));
        this.#commit(true);
      });
      made.className = 'cs-search-toggle';
      made.setAttribute('aria-pressed', String(on));
      return made;
    };
    this.#toggles = {
      caseSensitive: toggle('Aa', 'Match case', this.#query.caseSensitive),
      wholeWord: toggle('W', 'Whole words', this.#query.wholeWord),
      regexp: toggle('.*', 'Regular expression', this.#query.regexp),
    };
    this.#fold = button('›', 'Replace', () => this.#setFolded(this.#fold.getAttribute('aria-expanded') === 'true'));
    this.#fold.className = 'cs-search-fold';
    const close = button('×', 'Close the search', () => closeSearchPanel(view));
    close.name = 'close';
    const readOnly = view.state.readOnly;
    const find = element(
      'div',
      'cs-search-row',
      ...(readOnly ? [] : [this.#fold]),
      this.#search,
      this.#status,
      element('span', 'cs-search-toggles', ...Object.values(this.#toggles)),
      button('↑', 'Previous match', () => this.#go(findPrevious)),
      button('↓', 'Next match', () => this.#go(findNext)),
      close,
    );
    const one = button('Replace', 'Replace this match', () => this.#replaceOne());
    const all = button('Replace all', 'Replace all matches', () => this.#replaceAll());
    const row = element('div', 'cs-search-row cs-search-replace', this.#replace, one, all);
    for (const made of [one, all]) made.className = 'cs-search-words';
    this.dom = element('div', 'cs-search', find, ...(readOnly ? [] : [row]));
    this.dom.setAttribute('role', 'search');
    this.dom.addEventListener('keydown', (event) => this.#keydown(event));
    this.#setFolded(true);
    this.#countNow();
  }

  mount(): void {
    this.#search.select();
  }

  update(update: ViewUpdate): void {
    for (const { effects } of update.transactions) {
      for (const effect of effects) if (effect.is(setSearchQuery)) this.#take(effect.value);
    }
    if (update.docChanged) {
      this.#replacing?.update(update);
      if (this.#replacing === null) {
        if (update.transactions.some((transaction) => transaction.isUserEvent('input.type'))) this.#said = null;
        if (this.#recount !== null) clearTimeout(this.#recount);
        this.#recount = setTimeout(() => this.#countNow(), RECOUNT_AFTER);
      }
    }
    if (update.selectionSet || update.docChanged) this.#showCount();
  }

  destroy(): void {
    this.#replacing?.stop();
    this.#count.stop();
    if (this.#recount !== null) clearTimeout(this.#recount);
  }

  #setFolded(folded: boolean): void {
    this.#fold.setAttribute('aria-expanded', String(!folded));
    this.dom.toggleAttribute('data-folded', folded);
    if (!folded) this.#replace.focus();
  }

  /** @param jump whether the first match from here on is to be selected */
  #commit(jump: boolean): void {
    const isOn = (name: Toggle) => this.#toggles[name].getAttribute('aria-pressed') === 'true';
    const query = new SearchQuery({
      search: this.#search.value,
      replace: this.#replace.value,
      caseSensitive: isOn('caseSensitive'),
      wholeWord: isOn('wholeWord'),
      regexp: isOn('regexp'),
    });
    if (query.eq(this.#query)) return;
    this.#view.dispatch({ effects: setSearchQuery.of(query) });
    if (!jump || !query.valid) return;
    selectMatchFrom(this.#view, query);
  }

  /** CodeMirror selects what is in the field, so that the next letter would replace it. */
  #go(command: Command): void {
    const { selectionStart, selectionEnd } = this.#search;
    command(this.#view);
    this.#search.setSelectionRange(selectionStart, selectionEnd);
  }

  #take(query: SearchQuery): void {
    if (query.eq(this.#query)) return;
    this.#query = query;
    if (this.#search.value !== query.search) this.#search.value = query.search;
    if (this.#replace.value !== query.replace) this.#replace.value = query.replace;
    for (const name of ['caseSensitive', 'wholeWord', 'regexp'] as const) {
      this.#toggles[name].setAttribute('aria-pressed', String(query[name]));
    }
    this.#said = null;
    this.#countNow();
  }

  #countNow(): void {
    this.#recount = null;
    if (this.#query.valid) this.#count.count(this.#query, this.#view.state);
    else this.#count.clear();
    this.#showCount();
  }

  #showCount(): void {
    this.#search.toggleAttribute('aria-invalid', false);
    if (this.#said !== null) this.#show(...this.#said);
    else if (this.#query.search === '') this.#show('');
    else if (!this.#query.valid) {
      this.#search.setAttribute('aria-invalid', 'true');
      this.#show('Not an expression');
    } else if (this.#count.found === 0) {
      this.#search.toggleAttribute('data-none', this.#count.isDone);
      this.#show(this.#count.isDone ? 'No results' : 'Searching…');
      return;
    } else {
      const { main } = this.#view.state.selection;
      const at = main.empty ? null : this.#count.numberAt(main.from);
      const found = number(this.#count.found) + (this.#count.isDone ? '' : '+');
      this.#show(at === null ? `${found} found` : `${number(at)} of ${found}`);
    }
    this.#search.toggleAttribute('data-none', false);
  }

  #show(...parts: (string | HTMLElement)[]): void {
    // Screen readers say again what is put there again.
    const same = parts.every((part) => typeof part === 'string') && this.#status.textContent === parts.join('');
    if (!same) this.#status.replaceChildren(...parts);
  }

  #replaceOne(): void {
    this.#said = null;
    replaceNext(this.#view);
  }

  #replaceAll(): void {
    if (!this.#query.valid || this.#view.state.readOnly || this.#replacing !== null) return;
    this.#count.clear();
    const stop = button('Stop', 'Stop replacing', () => {
      this.#replacing?.stop();
      done(replaced);
    });
    let replaced = 0;
    const done = (count: number) => {
      this.#replacing = null;
      const undo = button('Undo', 'Undo the replacing', () => {
        this.#undo();
        this.#say('Undone');
        this.#search.focus();
      });
      undo.className = stop.className;
      this.#say(...(count === 0 ? ['No results'] : [`Replaced ${number(count)} · `, undo]));
      this.#countNow();
    };
    stop.className = 'cs-search-link';
    const count = element('span', '');
    this.#replacing = new ReplaceAll(this.#view, this.#query, (so, isDone) => {
      replaced = so;
      if (isDone) {
        done(so);
        return;
      }
      count.textContent = `Replacing… ${number(so)} · `;
      if (!this.#status.contains(stop)) this.#say(count, stop);
    });
    this.#replacing.start();
  }

  #say(...parts: (string | HTMLElement)[]): void {
    this.#said = parts;
    this.#status.replaceChildren(...parts);
  }

  #keydown(event: KeyboardEvent): void {
    const { target } = event;
    if (runScopeHandlers(this.#view, event, 'search-panel')) event.preventDefault();
    else if (event.key !== 'Enter' || event.isComposing) return;
    else if (target === this.#search) {
      event.preventDefault();
      this.#go(event.shiftKey ? findPrevious : findNext);
    } else if (target === this.#replace) {
      event.preventDefault();
      this.#replaceOne();
    }
  }
}

/**
 * Selects the first match from the start of what is selected, so that a word typed letter by letter stays at the place where
 * it began; from the start of the text when there is none behind.
 */
export function selectMatchFrom(view: EditorView, query: SearchQuery): void {
  if (!query.valid || query.search === '') return;
  const { from } = view.state.selection.main;
  const behind = query.getCursor(view.state, from).next();
  const { done, value } = behind.done === true ? query.getCursor(view.state, 0, from).next() : behind;
  if (done === true) return;
  view.dispatch({
    selection: { anchor: value.from, head: value.to },
    effects: EditorView.scrollIntoView(value.from, { y: 'nearest', yMargin: 60 }),
    userEvent: 'select.search',
  });
}

function element(tag: string, className: string, ...children: (string | HTMLElement)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

function field(label: string, value: string, changed: () => void): HTMLInputElement {
  const made = document.createElement('input');
  made.type = 'text';
  made.className = 'cs-search-field';
  made.value = value;
  made.placeholder = label;
  made.setAttribute('aria-label', label);
  made.autocomplete = 'off';
  made.spellcheck = false;
  made.autocapitalize = 'off';
  made.enterKeyHint = 'search';
  made.addEventListener('input', changed);
  return made;
}

function button(text: string, label: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.title = label;
  if (text !== label) made.setAttribute('aria-label', label);
  made.addEventListener('click', press);
  return made;
}
