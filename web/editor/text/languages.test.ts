import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { continueList } from './continue-list.ts';
import { isProse, languageNames, loadLanguage, resolveLanguage } from './languages.ts';
import { markdownSupport } from './markdown-language.ts';

test('a language is found by name, alias or file name, and is Markdown otherwise', () => {
  expect(resolveLanguage('', '')).toBe('Markdown');
  expect(resolveLanguage('', 'server.ts')).toBe('TypeScript');
  expect(resolveLanguage('', 'Dockerfile')).toBe('Dockerfile');
  expect(resolveLanguage('', 'notes.txt')).toBe('Plain text');
  expect(resolveLanguage('js', 'notes.md')).toBe('JavaScript');
  expect(resolveLanguage('python', '')).toBe('Python');
  expect(resolveLanguage('plain TEXT', 'server.ts')).toBe('Plain text');
  expect(resolveLanguage('no such language', 'a.rs')).toBe('Rust');
});

test('every name of the chooser resolves to itself', () => {
  const names = languageNames();
  expect(names.slice(0, 2)).toEqual(['Markdown', 'Plain text']);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(resolveLanguage(name, '')).toBe(name);
});

test('grammars load, and plain text has none', async () => {
  expect(await loadLanguage('Plain text')).toBeNull();
  expect((await loadLanguage('JSON'))?.language.name).toBe('json');
  expect((await loadLanguage('Markdown'))?.language.name).toBe('markdown');
  expect([isProse('Markdown'), isProse('Plain text'), isProse('JSON')]).toEqual([true, true, false]);
});

describe('Enter in Markdown', () => {
  const enter = (content: string): string => {
    const caret = content.indexOf('|');
    const state = EditorState.create({
      doc: content.replace('|', ''),
      selection: { anchor: caret },
      extensions: [markdownSupport(), EditorState.lineSeparator.of('\n')],
    });
    ensureSyntaxTree(state, state.doc.length, 5_000);
    let result = 'the usual';
    continueList({
      state,
      dispatch: ({ state: next }) => {
        const { head } = next.selection.main;
        result = `${next.sliceDoc(0, head)}|${next.sliceDoc(head)}`;
      },
    });
    return result;
  };

  test('goes on with lists, numbers, tasks and quotes', () => {
    expect(enter('- one|')).toBe('- one\n- |');
    expect(enter('  * o|ne')).toBe('  * o\n  * |ne');
    expect(enter('9. nine|')).toBe('9. nine\n10. |');
    expect(enter('- [x] done|')).toBe('- [x] done\n- [ ] |');
    expect(enter('> quoted|')).toBe('> quoted\n> |');
    expect(enter('> - both|')).toBe('> - both\n> - |');
  });

  test('ends a list or quote at an empty item', () => {
    expect(enter('- one\n- |')).toBe('- one\n|');
    expect(enter('> one\n> |')).toBe('> one\n|');
  });

  test('is the usual one elsewhere', () => {
    expect(enter('text|')).toBe('the usual');
    expect(enter('|- one')).toBe('the usual');
    expect(enter('```\n- code|\n```')).toBe('the usual');
    expect(enter('**bold**|')).toBe('the usual');
  });
});
