import { expect, it } from 'vitest';
import { hasCommandKey, keyName } from './key-name.ts';

it('keys are named as the keyboard labels them', () => {
  expect(keyName('Mod+Shift+Z', false)).toBe('Ctrl+Shift+Z');
  expect(keyName('Mod+Shift+Z', true)).toBe('⇧⌘Z');
  expect(keyName('Alt+F9', true)).toBe('⌥F9');
  expect(keyName('?', true)).toBe('?');
});

it('Apple devices have a Command key', () => {
  expect(['MacIntel', 'iPhone', 'iPad'].every(hasCommandKey)).toBe(true);
  expect(['Win32', 'Linux x86_64'].some(hasCommandKey)).toBe(false);
});
