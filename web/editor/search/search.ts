/** The search: loaded by search-keys.ts, and only there. */
import {
  findNext,
  highlightSelectionMatches,
  SearchQuery,
  search,
  searchKeymap,
  searchPanelOpen,
  setSearchQuery,
} from '@codemirror/search';
import { StateEffect } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import { SearchPanel, selectMatchFrom } from './search-panel.ts';
import { searchRules } from './search-rules.ts';

export {
  findNext,
  findPrevious,
  gotoLine,
  openSearchPanel,
  selectNextOccurrence,
  selectSelectionMatches,
} from '@codemirror/search';

/** Gives an editor the search. @param undo takes back the latest step of the person here */
export function install(view: EditorView, undo: () => void): void {
  const extension = [
    search({ top: true, createPanel: (of) => new SearchPanel(of, undo) }),
    highlightSelectionMatches({ minSelectionLength: 2, maxMatches: 200 }),
    keymap.of(searchKeymap),
    searchRules,
  ];
  view.dispatch({ effects: StateEffect.appendConfig.of(extension), filter: false });
}

/** Puts what was typed before the search was there into the field that it was meant for. */
export function typeAhead(view: EditorView, typed: string, isEntered: boolean): void {
  const line = view.dom.querySelector<HTMLInputElement>('.cm-dialog input[name=line]');
  if (line !== null) {
    line.value = typed;
    if (isEntered) line.form?.requestSubmit();
    return;
  }
  if (!searchPanelOpen(view.state)) return;
  const query = new SearchQuery({ search: typed });
  view.dispatch({ effects: setSearchQuery.of(query) });
  selectMatchFrom(view, query);
  if (isEntered) findNext(view);
}
