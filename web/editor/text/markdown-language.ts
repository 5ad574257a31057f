import {
  defineLanguageFacet,
  foldNodeProp,
  foldService,
  Language,
  LanguageDescription,
  LanguageSupport,
  languageDataProp,
  ParseContext,
  syntaxTree,
} from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { type Extension, Prec, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, keymap, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { GFM, parseCode, parser } from '@lezer/markdown';
import { BoundedParser, isDense } from './bounded-parser.ts';
import { continueList } from './continue-list.ts';
import { insertLink, toggleBold, toggleItalic } from './markdown-marks.ts';
import { markdownTyping } from './markdown-typing.ts';

const data = defineLanguageFacet({
  commentTokens: { block: { open: '<!--', close: '-->' } },
  closeBrackets: { brackets: ['(', '[', '{', '"', '`'] },
});

/**
 * A paragraph longer than this is coloured as several. The parser takes a paragraph in one go, so a megabyte without an empty
 * line (a pasted log) would cost a second at every keystroke.
 */
const PARAGRAPH_UNITS = 8_192;

/**
 * Markdown (GitHub's kind) whose code blocks are coloured by their own grammars, loaded when a block first needs one.
 *
 * `markdown()` of @codemirror/lang-markdown would bring the grammars of HTML, CSS and JavaScript along for HTML within the
 * text: 65 kB (gzip) before the first keystroke of every page. So this is made from the parser directly.
 */
export function markdownSupport(): LanguageSupport {
  const configured = parser.configure([
    GFM,
    {
      parseBlock: [
        {
          name: 'LongParagraph',
          endLeaf: (_cx, _line, leaf) => leaf.content.length > PARAGRAPH_UNITS || isDense(leaf.content),
        },
      ],
    },
    parseCode({ codeParser: codeBlockParser }),
    {
      props: [
        languageDataProp.add({ Document: data }),
        // Lists, quotes and code fold to their first line.
        foldNodeProp.add((type) => {
          if (!type.is('Block') || type.is('Document') || headingLevel(type.name) > 0) return undefined;
          return (node, state) => ({ from: state.doc.lineAt(node.from).to, to: node.to });
        }),
      ],
    },
  ]);
  return new LanguageSupport(new Language(data, new BoundedParser(configured), [], 'markdown'), [
    foldSections,
    codeLines,
    markdownTyping(),
    Prec.high(
      keymap.of([
        { key: 'Enter', run: continueList },
        { key: 'Mod-b', run: toggleBold },
        { key: 'Mod-i', run: toggleItalic },
        { key: 'Mod-k', run: insertLink },
      ]),
    ),
  ]);
}

/** The parser for a code block by what is written behind its fence, such as `js` or `ts title="x"`. */
function codeBlockParser(info: string) {
  const name = /[^\s{]*/.exec(info)?.[0] ?? '';
  const description = name === '' ? null : LanguageDescription.matchLanguageName(languages, name, true);
  if (description === null) return null;
  return description.support?.language.parser ?? ParseContext.getSkippingParser(description.load());
}

/** 1 to 6, or 0 for what is no heading. */
function headingLevel(node: string): number {
  return Number(/^(?:ATX|Setext)Heading(\d)$/.exec(node)?.[1] ?? 0);
}

/** A heading folds away everything up to the next one of its level or above. */
const foldSections: Extension = foldService.of((state, start, end) => {
  const tree = syntaxTree(state);
  let heading = tree.resolveInner(end, -1);
  while (headingLevel(heading.name) === 0 && heading.parent !== null && heading.from >= start) heading = heading.parent;
  const level = headingLevel(heading.name);
  if (level === 0 || heading.from < start) return null;
  let last = heading;
  for (let next = heading.nextSibling; next !== null; next = next.nextSibling) {
    const other = headingLevel(next.name);
    if (other > 0 && other <= level) break;
    last = next;
  }
  return last.to > end ? { from: end, to: last.to } : null;
});

const codeLine = Decoration.line({ class: 'cs-code-line' });

/** Sets the lines of code blocks in the typeface of code. */
const codeLines = ViewPlugin.define(
  (view) => {
    const plugin = {
      lines: visibleCodeLines(view),
      update(update: ViewUpdate) {
        const parsed = syntaxTree(update.startState) !== syntaxTree(update.state);
        if (update.docChanged || update.viewportChanged || parsed) plugin.lines = visibleCodeLines(update.view);
      },
    };
    return plugin;
  },
  { decorations: (plugin): DecorationSet => plugin.lines },
);

function visibleCodeLines(view: EditorView): DecorationSet {
  const { doc } = view.state;
  const lines = new RangeSetBuilder<Decoration>();
  let done = -1;
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter(node) {
        if (node.name !== 'FencedCode' && node.name !== 'CodeBlock') return undefined;
        const end = Math.min(node.to, to);
        for (let line = doc.lineAt(Math.max(node.from, from)); line.from <= end; line = doc.line(line.number + 1)) {
          if (line.from > done) lines.add(line.from, line.from, codeLine);
          done = Math.max(done, line.from);
          if (line.number === doc.lines) break;
        }
        return false;
      },
    });
  }
  return lines.finish();
}
