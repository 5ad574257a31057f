import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { completeWords } from './typing-help.ts';

/** What is offered at `|`. */
function offered(text: string, explicit = false): string[] | null {
  const pos = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const result = completeWords(new CompletionContext(state, pos, explicit));
  return result?.options.map(({ label }) => label) ?? null;
}

it('words of the text are offered once each, the nearest first, without the one that is typed', () => {
  expect(offered('remainder result\nresult re|')).toEqual(['result', 'remainder']);
});

it('a list opens by itself for two characters of a word, and for nothing when it is asked for', () => {
  expect(offered('result r|')).toBeNull();
  expect(offered('result |')).toBeNull();
  expect(offered('result |', true)).toEqual(['result']);
  expect(offered('re|')).toBeNull();
});

it('words of other alphabets count, numbers and short words do not', () => {
  expect(offered('größe имя_файла 12345 ab 変数名 gr|', true)).toEqual(['変数名', 'имя_файла', 'größe']);
});

it('in a megabyte only what stands around is read', () => {
  const far = 'faraway '.repeat(60_000);
  const words = offered(`${far}\nnearby ne|\n${far}`);
  expect(words).toContain('nearby');
  expect(offered(`hidden\n${'x '.repeat(60_000)}\nhi|`)).toBeNull();
});
