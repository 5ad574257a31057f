import { expect, it } from 'vitest';
import { type Locks, StreamSlot } from './stream-slot.ts';

const refuse = () => Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));

it('where the browser refuses locks a tab that is looked at keeps a request open all the same', async () => {
  let hidden = false;
  const slot = new StreamSlot({
    locks: { request: refuse, query: refuse } as Locks,
    isHidden: () => hidden,
    granted: () => undefined,
  });
  await slot.take();
  expect(slot.isHeld).toBe(true);
  hidden = true;
  expect(slot.isHeld).toBe(false);
  expect(await slot.yieldToOthers()).toBe(false);
  slot.end();
});
