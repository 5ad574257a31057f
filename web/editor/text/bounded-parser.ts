import { DocInput, Language, LanguageSupport, LRLanguage } from '@codemirror/language';
import type { Text } from '@codemirror/state';
import { type Input, NodeType, Parser, type PartialParse, Tree, type TreeFragment } from '@lezer/common';

/** A longer line is shown without grammar, in UTF-16 units. */
export const MAX_LINE = 5_000;

/** Max lists and quotes that begin within one another on one line, for the line to have a grammar. */
const MAX_NESTING = 60;

/** More opening brackets than this in one piece of text take longer to pair than to read. */
const MAX_BRACKETS = 150;

/** Quote marks and list markers at the beginning of a line. */
const NESTED = new RegExp(`^(?:[ \\t]*(?:>|[-*+][ \\t]|\\d{1,9}[.)][ \\t])){${MAX_NESTING}}`);

/** More white space than this before the first word is nesting as well; anywhere else it is read again for each of its spaces. */
const BLANK = /^[ \t]{400}|[ \t]{1000}/;

interface Range {
  from: number;
  to: number;
}

/**
 * A grammar that leaves out what it would take too long for. A line is parsed in one go, and grammars need time that grows
 * with the square of its length and a stack as deep as its nesting: a pasted line of 40,000 spaces took seconds at every key,
 * for everybody in the document.
 */
export class BoundedParser extends Parser {
  readonly #parser: Parser;

  constructor(parser: Parser) {
    super();
    this.#parser = parser;
  }

  override createParse(input: Input, fragments: readonly TreeFragment[], ranges: readonly Range[]): PartialParse {
    // Only the outermost grammar has a whole document.
    const parsed = input instanceof DocInput && ranges.length === 1 ? shortLines(input.doc, ranges) : ranges;
    return new GuardedParse(this.#parser.createParse(input, fragments, parsed), input.length);
  }
}

/** A language with its grammar bounded. Those that go line by line bound themselves. */
export function bounded(support: LanguageSupport): LanguageSupport {
  const { language } = support;
  if (!(language instanceof LRLanguage)) return support;
  const parser = new BoundedParser(language.parser);
  return new LanguageSupport(new Language(language.data, parser, [], language.name), support.support);
}

/** A parse whose failure is a text without grammar: nesting beyond the stack is no fault of the one who wrote it. */
class GuardedParse implements PartialParse {
  readonly #parse: PartialParse;
  readonly #length: number;

  constructor(parse: PartialParse, length: number) {
    this.#parse = parse;
    this.#length = length;
  }

  get parsedPos(): number {
    return this.#parse.parsedPos;
  }

  get stoppedAt(): number | null {
    return this.#parse.stoppedAt;
  }

  stopAt(position: number): void {
    this.#parse.stopAt(position);
  }

  advance(): Tree | null {
    try {
      return this.#parse.advance();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return new Tree(NodeType.none, [], [], this.stoppedAt ?? this.#length);
    }
  }
}

/** The ranges without the lines that are left out. */
function shortLines(doc: Text, ranges: readonly Range[]): readonly Range[] {
  const [whole] = ranges;
  if (whole === undefined) return ranges;
  const cuts: Range[] = [];
  collectCuts(doc, 0, cuts);
  if (cuts.length === 0) return ranges;
  const kept: Range[] = [];
  let from = whole.from;
  for (const cut of cuts) {
    if (cut.from >= whole.to) break;
    if (cut.to <= from) continue;
    if (cut.from > from) kept.push({ from, to: cut.from });
    from = cut.to;
  }
  if (from < whole.to) kept.push({ from, to: whole.to });
  // A parser wants one range at least.
  return kept.length > 0 ? kept : [{ from: whole.to, to: whole.to }];
}

/** Goes down the tree of the text, whose leaves are a few lines each. */
function collectCuts(text: Text, offset: number, cuts: Range[]): void {
  let from = offset;
  if (text.children !== null) {
    for (const child of text.children) {
      collectCuts(child, from, cuts);
      from += child.length + 1;
    }
    return;
  }
  if (text.length < MAX_NESTING * 2) return;
  for (const line of text.iterLines()) {
    const isLeftOut = line.length > MAX_LINE || (line.length >= MAX_NESTING * 2 && isNested(line)) || isDense(line);
    if (isLeftOut) cuts.push({ from, to: from + line.length });
    from += line.length + 1;
  }
}

function isNested(line: string): boolean {
  return NESTED.test(line) || BLANK.test(line);
}

/** Whether a text has more brackets than Markdown could make links of in time. */
export function isDense(text: string): boolean {
  if (text.length < MAX_BRACKETS) return false;
  let brackets = 0;
  for (let at = text.indexOf('['); at >= 0 && brackets <= MAX_BRACKETS; at = text.indexOf('[', at + 1)) brackets++;
  return brackets > MAX_BRACKETS;
}
