import { expectTypeOf, it } from 'vitest';
import type { CoscribeEditorElement } from './coscribe-editor.ts';
import type { ElementEventMap } from './element-events.ts';

/** Not run: what it says is checked by the compiler. */
function listen(element: CoscribeEditorElement): void {
  const saved = ({ detail }: ElementEventMap['saved']) => expectTypeOf(detail.saved).toEqualTypeOf<boolean>();
  element.addEventListener('saved', saved, { once: true });
  element.removeEventListener('saved', saved);
  const pressed = (event: KeyboardEvent) => expectTypeOf(event.key).toEqualTypeOf<string>();
  element.addEventListener('keydown', pressed);
  element.removeEventListener('keydown', pressed, true);
  element.addEventListener('keydown', (event) => expectTypeOf(event).toEqualTypeOf<KeyboardEvent>());
  element.addEventListener('error', ({ detail }) => expectTypeOf(detail.message).toEqualTypeOf<string>());
  element.addEventListener('of-the-page', { handleEvent: (event) => expectTypeOf(event).toEqualTypeOf<Event>() });
}

it('listeners get the event of their name, the own ones and those of every element', () => {
  expectTypeOf(listen).returns.toBeVoid();
});
