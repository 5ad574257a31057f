import { describe, expect, it } from 'vitest';
import { hasCommandKey, isShortcut, shortcutLabel } from './shortcut.ts';

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

describe('a key press', () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
    ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }) as KeyboardEvent;

  it.each<[string, KeyboardEvent, boolean]>([
    ['Mod+K', press('k', { ctrlKey: true }), true],
    ['Mod+K', press('k', { metaKey: true }), true],
    ['Mod+K', press('K', { ctrlKey: true, shiftKey: true }), false],
    ['Mod+K', press('k'), false],
    ['Mod+K', press('k', { ctrlKey: true, metaKey: true }), false],
    ['Mod+K', press('k', { ctrlKey: true, altKey: true }), false],
    ['Mod+Shift+P', press('P', { ctrlKey: true, shiftKey: true }), true],
    ['Mod+Shift+P', press('p', { ctrlKey: true }), false],
    ['Alt+F9', press('F9', { altKey: true }), true],
    ['Alt+F9', press('F9', { altKey: true, ctrlKey: true }), false],
    ['Escape', press('Escape'), true],
    ['?', press('?', { shiftKey: true }), true],
    ['?', press('?'), true],
    ['?', press('?', { ctrlKey: true }), false],
    // A Russian keyboard: the key where Latin ones have K. A Dvorak one: the letter counts, not its place.
    ['Mod+K', press('л', { ctrlKey: true, code: 'KeyK' }), true],
    ['Mod+K', press('t', { ctrlKey: true, code: 'KeyK' }), false],
    // A French keyboard writes é where others have 2.
    ['Mod+K', press('é', { ctrlKey: true, code: 'Digit2' }), false],
  ])('%s', (shortcut, event, expected) => {
    expect(isShortcut(event, shortcut)).toBe(expected);
  });
});
