/** Keys as this machine's keyboard labels them: "Mod+Shift+Z" becomes "⇧⌘Z" on a Mac and "Ctrl+Shift+Z" elsewhere. */
export function keyName(keys: string, isMac: boolean): string {
  if (!isMac) return keys.replace('Mod', 'Ctrl');
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const signs = ['Ctrl', 'Alt', 'Shift', 'Mod'].filter((part) => parts.includes(part));
  return signs.map((part) => MAC_SIGNS[part] ?? '').join('') + key;
}

const MAC_SIGNS: Readonly<Record<string, string>> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Mod: '⌘' };

/** Whether this device has a Command key. */
export function hasCommandKey(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}
