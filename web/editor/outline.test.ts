import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { headingsOf } from './outline.ts';
import { markdownSupport } from './text/markdown-language.ts';

/** The outline of a Markdown text, a line a heading: its level, its words, and the line it stands on. */
function outline(doc: string): string[] {
  const state = EditorState.create({ doc, extensions: markdownSupport() });
  ensureSyntaxTree(state, doc.length, 5_000);
  // A state keeps the tree that it was made with, which on a busy machine is half of it; the next one has all.
  const parsed = state.update({}).state;
  return headingsOf(parsed).map(({ level, text, from }) => `${level} ${text} @${parsed.doc.lineAt(from).number}`);
}

it('has every heading with its level, its words and its place', () => {
  expect(outline('# One\n\ntext\n\n## Two ##\n\nThree\n=====\n\nFour\n---\n')).toEqual([
    '1 One @1',
    '2 Two @5',
    '1 Three @7',
    '2 Four @10',
  ]);
});

it('has headings in quotes and lists, and none of what only looks like one', () => {
  expect(outline('> # Quoted\n\n- ## Listed\n\n```sh\n# a comment\n```\n\n#hashtag\n\n    # code\n')).toEqual([
    '1 Quoted @1',
    '2 Listed @3',
  ]);
});

it('says the words without their marks', () => {
  expect(outline('# **Bold** and *thin*, `code` and [a link](https://example.org) \\# 1\n# \n## C#\n')).toEqual([
    '1 Bold and thin, code and a link # 1 @1',
    '1  @2',
    '2 C# @3',
  ]);
});

it('is empty for a text without a grammar', () => {
  expect(headingsOf(EditorState.create({ doc: '# One' }))).toEqual([]);
});
