import { expect, it } from 'vitest';
import { hasCommandKey, shortcutLabel } from './shortcut.ts';

it('keys are named as the keyboard labels them', () => {
  expect(shortcutLabel('Mod+Shift+Z', false)).toBe('Ctrl+Shift+Z');
  expect(shortcutLabel('Mod+Shift+Z', true)).toBe('⇧⌘Z');
  expect(shortcutLabel('Alt+F9', true)).toBe('⌥F9');
  expect(shortcutLabel('?', true)).toBe('?');
});

it('Apple devices have a Command key', () => {
  expect(['MacIntel', 'iPhone', 'iPad'].every(hasCommandKey)).toBe(true);
  expect(['Win32', 'Linux x86_64'].some(hasCommandKey)).toBe(false);
});
