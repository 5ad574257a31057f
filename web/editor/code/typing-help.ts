/** Help with typing that no first key needs: loaded by create-editor.ts, and only there. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
} from '@codemirror/autocomplete';
import { type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

export { startCompletion } from '@codemirror/autocomplete';

/** Words this far from the caret are offered, in UTF-16 units on each side: what a megabyte holds is not read for a key. */
const AROUND = 40_000;
/** A shorter word is typed sooner than chosen. */
const MIN_WORD = 3;
/** From this many characters on a list opens by itself. */
const MIN_TYPED = 2;
const MAX_WORDS = 2_000;

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const WORD_BEFORE = /[\p{L}_$][\p{L}\p{N}_$]*$/u;
const WORD_TYPED = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** Offers the words around the caret that begin, or nearly, with what is typed. */
export function completeWords(context: CompletionContext): CompletionResult | null {
  const typed = context.matchBefore(WORD_BEFORE);
  if (!context.explicit && (typed === null || typed.text.length < MIN_TYPED)) return null;
  const from = typed?.from ?? context.pos;
  const options = wordsAround(context, from);
  return options.length === 0 ? null : { from, options, validFor: WORD_TYPED };
}

function wordsAround({ state: { doc }, pos }: CompletionContext, typedFrom: number): Completion[] {
  const start = Math.max(0, pos - AROUND);
  const text = doc.sliceString(start, Math.min(doc.length, pos + AROUND));
  // The nearest place of a word counts.
  const distances = new Map<string, number>();
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const at = start + match.index;
    if (word.length < MIN_WORD || at === typedFrom) continue;
    const distance = Math.abs(at - pos);
    if (distance < (distances.get(word) ?? Number.POSITIVE_INFINITY)) distances.set(word, distance);
  }
  return [...distances]
    .sort(([, a], [, b]) => a - b)
    .slice(0, MAX_WORDS)
    .map(([label], index) => ({ label, boost: -index / MAX_WORDS }));
}

/**
 * Closes brackets, and completes words. Nothing is chosen until an arrow key chooses it, so Enter and Tab do what they always do
 * for somebody who types on.
 * @param suggests whether words are offered while one types; Ctrl+Space asks for them in any case
 */
export function typingHelp(suggests: boolean): Extension {
  return [
    closeBrackets(),
    autocompletion({
      override: [completeWords],
      activateOnTyping: suggests,
      selectOnOpen: false,
      icons: false,
      maxRenderedOptions: 50,
    }),
    Prec.highest(keymap.of([{ key: 'Tab', run: acceptCompletion }])),
    Prec.high(keymap.of(closeBracketsKeymap)),
    look,
  ];
}

const look = EditorView.theme({
  '.cm-tooltip.cm-tooltip-autocomplete': { padding: '0.2rem', boxShadow: '0 4px 16px rgb(0 0 0 / 14%)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--cse-font-code)',
    fontVariantLigatures: 'none',
    fontSize: '0.8125rem',
    maxHeight: '13rem',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.5rem', borderRadius: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--cse-selection)',
    color: 'var(--cse-ink)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '@media (forced-colors: active)': {
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': { outline: '2px solid Highlight' },
  },
});
