import { type Extension, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from '@codemirror/view';

/** Whether the first letter of a line belongs to a script that is written from right to left. */
const RIGHT_TO_LEFT =
  /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u;
const MAY_HOLD_RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|\ud83a/;

const rightToLeft = Decoration.line({ attributes: { dir: 'rtl' } });

/** Gives each line the direction of its first letter, so that Hebrew and English lines can follow each other. */
export function lineDirection(): Extension {
  return [EditorView.perLineTextDirection.of(true), directions];
}

const directions = ViewPlugin.define(
  (view) => {
    const plugin = {
      lines: visibleDirections(view),
      update(update: { docChanged: boolean; viewportChanged: boolean; view: EditorView }) {
        if (update.docChanged || update.viewportChanged) plugin.lines = visibleDirections(update.view);
      },
    };
    return plugin;
  },
  { decorations: (plugin): DecorationSet => plugin.lines },
);

function visibleDirections(view: EditorView): DecorationSet {
  const { doc } = view.state;
  const lines = new RangeSetBuilder<Decoration>();
  let done = -1;
  for (const { from, to } of view.visibleRanges) {
    if (!MAY_HOLD_RIGHT_TO_LEFT.test(doc.sliceString(from, to))) continue;
    for (let line = doc.lineAt(from); line.from <= to; line = doc.line(line.number + 1)) {
      // A long line may be visible in several pieces.
      if (line.from > done && RIGHT_TO_LEFT.test(line.text.slice(0, 1_000)))
        lines.add(line.from, line.from, rightToLeft);
      done = line.from;
      if (line.number === doc.lines) break;
    }
  }
  return lines.finish();
}
