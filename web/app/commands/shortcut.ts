/**
 * Keys of a command, as "Mod+Shift+P": modifiers (Mod, Alt, Shift), then one key as `KeyboardEvent.key` names it. Mod is Command on a Mac and Ctrl elsewhere. Never Ctrl and Alt with a letter: that is how many keyboards write letters.
 */
export type Shortcut = string;

/** Whether a key press is a shortcut. */
export function isShortcut(event: KeyboardEvent, shortcut: Shortcut): boolean {
  const parts = shortcut.split('+');
  const key = (parts.pop() ?? '').toLowerCase();
  if (parts.includes('Mod')) {
    if (event.ctrlKey === event.metaKey) return false;
  } else if (event.ctrlKey || event.metaKey) {
    return false;
  }
  if (event.altKey !== parts.includes('Alt')) return false;
  // A sign such as "?" is where the keyboard has it, behind Shift or not.
  const isSign = key.length === 1 && !/[a-z]/.test(key);
  return (isSign || event.shiftKey === parts.includes('Shift')) && typedKey(event) === key;
}

/** The key's letter; on a keyboard that writes other letters than Latin ones, the Latin letter of its place. */
function typedKey({ key, code }: KeyboardEvent): string {
  const latin = /^Key([A-Z])$/.exec(code)?.[1];
  return (latin !== undefined && /^[^\0-\x7f]$/u.test(key) ? latin : key).toLowerCase();
}

/** A shortcut as this machine's keyboard labels it: "Mod+Shift+Z" becomes "⇧⌘Z" on a Mac and "Ctrl+Shift+Z" elsewhere. */
export function shortcutLabel(shortcut: Shortcut, isMac: boolean): string {
  const words = shortcut.replace('ArrowUp', isMac ? '↑' : 'Up').replace('ArrowDown', isMac ? '↓' : 'Down');
  if (!isMac) return words.replace('Mod', 'Ctrl');
  const parts = words.split('+');
  const key = parts.pop() ?? '';
  const signs = ['Ctrl', 'Alt', 'Shift', 'Mod'].filter((part) => parts.includes(part));
  return signs.map((part) => MAC_SIGNS[part] ?? '').join('') + key;
}

const MAC_SIGNS: Readonly<Record<string, string>> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Mod: '⌘' };

/** Whether this device has a Command key. */
export function hasCommandKey(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}
