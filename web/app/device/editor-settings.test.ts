import { expect, it } from 'vitest';
import { type EditorSettings, keepEditorSettings, readEditorSettings, settingsFor } from './editor-settings.ts';
import { openLocalStore } from './local-store.ts';

const emptyStore = () =>
  openLocalStore(() => {
    throw new Error('no browser here');
  });

it('editor settings suit the text until somebody chooses, and stay as chosen', () => {
  const store = emptyStore();
  const first = readEditorSettings(store);
  expect(settingsFor(first, true)).toEqual({ lineNumbers: false, lineWrapping: true, completion: false });
  expect(settingsFor(first, false)).toEqual({ lineNumbers: true, lineWrapping: false, completion: true });
  const chosen: EditorSettings = {
    lineNumbers: true,
    lineWrapping: false,
    completion: true,
    indentation: 'tab',
    hideMyCursor: true,
  };
  keepEditorSettings(store, chosen);
  expect(readEditorSettings(store)).toEqual(chosen);
  expect(settingsFor(chosen, true)).toEqual({ lineNumbers: true, lineWrapping: false, completion: true });
});

it('a damaged editor setting is as if never chosen', () => {
  const store = emptyStore();
  store.setItem('coscribe.editor', '{"lineNumbers":"no","indentation":-1,"hideMyCursor":true}');
  expect(readEditorSettings(store)).toEqual({
    lineNumbers: 'auto',
    lineWrapping: 'auto',
    completion: 'auto',
    indentation: 'auto',
    hideMyCursor: true,
  });
});
