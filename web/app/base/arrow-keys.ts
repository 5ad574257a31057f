/**
 * Moves the focus through the items of a menu with the arrow keys, Home, End and first letters, as people expect of a menu.
 * Escape and clicks outside are the popover's own business.
 * @param menu holds the items; each has a role that begins with `menuitem`
 */
export function moveFocusByKey(menu: HTMLElement, event: KeyboardEvent): void {
  const items: HTMLElement[] = [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const { activeElement } = document;
  const current = activeElement instanceof HTMLElement ? items.indexOf(activeElement) : -1;
  const next = nextItem(event, items, current);
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function nextItem(event: KeyboardEvent, items: readonly HTMLElement[], current: number): HTMLElement | undefined {
  switch (event.key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return items[(current + 1) % items.length];
    case 'ArrowUp':
    case 'ArrowLeft':
      return items.at(current <= 0 ? -1 : current - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default:
      return startingWith(event, items, current);
  }
}

function startingWith(event: KeyboardEvent, items: readonly HTMLElement[], current: number): HTMLElement | undefined {
  if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const letter = event.key.toLocaleLowerCase();
  const rotated = [...items.slice(current + 1), ...items.slice(0, current + 1)];
  return rotated.find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter));
}
