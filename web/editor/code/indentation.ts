import { indentMore, insertTab } from '@codemirror/commands';
import { indentUnit } from '@codemirror/language';
import {
  countColumn,
  EditorSelection,
  type EditorState,
  type Extension,
  StateField,
  type Text,
  type Transaction,
} from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { PLAIN_TEXT } from '../text/languages.ts';

/** One step of indentation: a tab, or a number of spaces. */
export type Indentation = 'tab' | number;

/** A text shows in its first lines how it is indented; a pasted log of a megabyte is not read to its end. */
const MAX_LINES = 1_000;
const MAX_UNITS = 64_000;
/** Steps that people use. One space is the inside of a comment, more than eight is something aligned. */
const MIN_STEP = 2;
const MAX_STEP = 8;
/** Up to here columns are counted; further right nobody sees where the next step begins. */
const COUNTED_UNITS = 10_000;

/** What the makers of a language ask for, where that is not two spaces. */
const USUAL: Readonly<Record<string, Indentation>> = {
  [PLAIN_TEXT]: 'tab',
  Go: 'tab',
  ...Object.fromEntries(
    ['Python', 'Cython', 'Rust', 'Java', 'Kotlin', 'C#', 'C', 'C++', 'PHP', 'Swift', 'Perl', 'PowerShell'].map(
      (language) => [language, 4],
    ),
  ),
};

/** What a new text in a language is indented by. */
export function usualIndentation(language: string): Indentation {
  return USUAL[language] ?? 2;
}

/** Whether a value, perhaps from a store or a page without types, is a step of indentation. */
export function isIndentation(value: unknown): value is Indentation {
  return value === 'tab' || (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_STEP);
}

/** A step in words. */
export function indentationLabel(indentation: Indentation): string {
  if (indentation === 'tab') return 'Tabs';
  return indentation === 1 ? '1 space' : `${indentation} spaces`;
}

/**
 * How a text is indented, by its own lines: tabs when more lines begin with one than with spaces, else the step by which the
 * lines differ most often.
 * @returns null when it has no indented lines, or they do not tell
 */
export function detectIndentation(doc: Text): Indentation | null {
  const steps = new Map<number, number>();
  let tabs = 0;
  let spaces = 0;
  let before = 0;
  let units = 0;
  const lines = doc.iterLines(1, Math.min(doc.lines, MAX_LINES) + 1);
  for (let line = lines.next(); !line.done && units < MAX_UNITS; line = lines.next()) {
    units += line.value.length + 1;
    const width = leadingSpaces(line.value);
    const next = line.value[width];
    // An empty line says nothing, and a line of spaces is on its way.
    if (next === undefined) continue;
    if (next === '\t') {
      tabs++;
      before = 0;
      continue;
    }
    if (width >= MIN_STEP) spaces++;
    const step = Math.abs(width - before);
    if (step >= MIN_STEP && step <= MAX_STEP) steps.set(step, (steps.get(step) ?? 0) + 1);
    before = width;
  }
  if (tabs > 0 && tabs >= spaces) return 'tab';
  return bestStep(steps);
}

/** The commonest step. Where two levels end at once lines differ by twice the step, so a half that is common as well wins. */
function bestStep(steps: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  for (const [step, count] of steps) {
    const most = best === null ? 0 : (steps.get(best) ?? 0);
    if (count > most || (count === most && best !== null && step < best)) best = step;
  }
  if (best === null) return null;
  const half = best / 2;
  return (steps.get(half) ?? 0) * 2 >= (steps.get(best) ?? 0) ? half : best;
}

function leadingSpaces(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 32) at++;
  return at;
}

const ownIndentation = StateField.define<Indentation | null>({
  create: ({ doc }) => detectIndentation(doc),
  update: (known, transaction) => (changesLines(transaction) ? detectIndentation(transaction.newDoc) : known),
});

/** Within a line nothing changes that would tell more: a key in a text costs nothing here. */
function changesLines({ docChanged, changes, startState, newDoc }: Transaction): boolean {
  if (!docChanged) return false;
  if (newDoc.lines !== startState.doc.lines) return true;
  let found = false;
  changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => {
    found ||= inserted.lines > 1;
  });
  return found;
}

/**
 * What Tab, Enter and the grammars indent by.
 * @param choice the step, or as the text is indented itself
 * @param otherwise for a text that is not indented yet
 */
export function indentation(choice: Indentation | 'auto', otherwise: Indentation): Extension {
  if (choice !== 'auto') return indentUnit.of(unitOf(choice));
  return [
    ownIndentation,
    indentUnit.compute([ownIndentation], (state) => unitOf(state.field(ownIndentation) ?? otherwise)),
  ];
}

function unitOf(step: Indentation): string {
  return step === 'tab' ? '\t' : ' '.repeat(step);
}

/** What a state is indented by. */
export function indentationOf(state: EditorState): Indentation {
  const unit = state.facet(indentUnit);
  return unit.startsWith('\t') ? 'tab' : unit.length;
}

/** The column of a position in its line, from 0, as wide as tabs make it. */
export function columnOf(state: EditorState, position: number): number {
  const line = state.doc.lineAt(position);
  const units = position - line.from;
  return units > COUNTED_UNITS ? units : countColumn(line.text.slice(0, units), state.tabSize);
}

/** Tab: indents what is selected, else goes to the next step. */
export function indentByTab(view: EditorView): boolean {
  const { state } = view;
  const step = indentationOf(state);
  if (state.readOnly || state.selection.ranges.some(({ empty }) => !empty)) return indentMore(view);
  if (step === 'tab') return insertTab(view);
  view.dispatch(
    state.changeByRange(({ head }) => {
      const insert = ' '.repeat(step - (columnOf(state, head) % step));
      return { changes: { from: head, insert }, range: EditorSelection.cursor(head + insert.length) };
    }),
    { scrollIntoView: true, userEvent: 'input' },
  );
  return true;
}
