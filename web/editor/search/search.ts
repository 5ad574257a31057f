/** The search: loaded by search-keys.ts, and only there. */
import {
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

/** Searches for what was typed before the search was there. */
export function typeAhead(view: EditorView, typed: string): void {
  if (!searchPanelOpen(view.state)) return;
  const query = new SearchQuery({ search: typed });
  view.dispatch({ effects: setSearchQuery.of(query) });
  selectMatchFrom(view, query);
}
