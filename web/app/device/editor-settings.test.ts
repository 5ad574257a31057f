import { expect, it } from 'vitest';
import { keepEditorSettings, readEditorSettings, settingsFor } from './editor-settings.ts';
import { openLocalStore } from './local-store.ts';

const emptyStore = () =>
  openLocalStore(() => {
    throw new Error('no browser here');
  });

it('editor settings suit the text until somebody chooses, and stay as chosen', () => {
  const store = emptyStore();
  const first = readEditorSettings(store);
  expect(settingsFor(first, true)).toEqual({ lineNumbers: false, lineWrapping: true });
  expect(settingsFor(first, false)).toEqual({ lineNumbers: true, lineWrapping: false });
  const chosen = { lineNumbers: true, lineWrapping: false, hideMyCursor: true };
  keepEditorSettings(store, chosen);
  expect(readEditorSettings(store)).toEqual(chosen);
  expect(settingsFor(chosen, true)).toEqual({ lineNumbers: true, lineWrapping: false });
});

it('a damaged editor setting is as if never chosen', () => {
  const store = emptyStore();
  store.setItem('coscribe.editor', '{"lineNumbers":"no","hideMyCursor":true}');
  expect(readEditorSettings(store)).toEqual({ lineNumbers: 'auto', lineWrapping: 'auto', hideMyCursor: true });
});
