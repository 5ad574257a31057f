import { describe, expect, test, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { listPeople, PEOPLE_COLORS, personOf, watchPeople } from './people.ts';

describe('what others tell about themselves is checked', () => {
  test('names are cut to 40 code points and lose controls and direction marks', () => {
    expect(personOf(1, { user: { name: '😀'.repeat(50) } }, 2).name).toBe('😀'.repeat(40));
    expect(personOf(1, { user: { name: '  a\u202eb\u0000c\nd ' } }, 2).name).toBe('ab c d');
    for (const name of [undefined, null, 7, {}, '', ' \n', '\u202e']) {
      expect(personOf(1, { user: { name } }, 2).name).toBe('Guest');
    }
  });

  test('colours are #rrggbb or one of ours', () => {
    expect(personOf(1, { user: { color: '#A1b2C3' } }, 2).color).toBe('#a1b2c3');
    for (const color of ['red', '#fff', '#12345678', 'url(//evil)', '#12345g', 3, null, '#000000;background:url(x)']) {
      expect(PEOPLE_COLORS).toContain(personOf(1, { user: { color } }, 2).color);
    }
  });

  test('[SEC-15] the server vouches by one mark alone, which it takes from guests', () => {
    expect(personOf(1, { user: { name: 'Alice', verified: true } }, 2).known).toBe(true);
    for (const user of [{ name: 'Alice', id: 'alice', avatar: 'x' }, { verified: 'true' }, { verified: 1 }, null]) {
      expect(personOf(1, { user, verified: true }, 2).known).toBe(false);
    }
  });

  test('any state gives a person', () => {
    for (const state of [null, undefined, 1, 'x', [], { user: 3 }, { user: null, following: 'bob' }]) {
      expect(personOf(9, state, 9)).toMatchObject({ clientId: 9, name: 'Guest', isSelf: true, following: null });
    }
  });
});

test('people are listed with oneself first, and only those who told who they are', () => {
  const awareness = new Awareness(new Y.Doc());
  awareness.setLocalState({ user: { name: 'Zoe', color: '#112233' } });
  awareness.states.set(1, { user: { name: 'Bob', color: '#445566' }, following: awareness.clientID });
  awareness.states.set(2, { user: { name: 'Alice', color: '#778899' } });
  awareness.states.set(3, {});
  expect(listPeople(awareness).map(({ name, isSelf, following }) => ({ name, isSelf, following }))).toEqual([
    { name: 'Zoe', isSelf: true, following: null },
    { name: 'Alice', isSelf: false, following: null },
    { name: 'Bob', isSelf: false, following: awareness.clientID },
  ]);
  awareness.destroy();
});

test('watchers hear of people, not of carets', () => {
  const awareness = new Awareness(new Y.Doc());
  const listener = vi.fn();
  const stop = watchPeople(awareness, listener);
  awareness.setLocalState({ user: { name: 'Alice', color: '#112233' } });
  const calls = listener.mock.calls.length;
  awareness.setLocalStateField('cursor', { anchor: 1, head: 1 });
  expect(listener).toHaveBeenCalledTimes(calls);
  awareness.setLocalStateField('user', { name: 'Alicia', color: '#112233' });
  expect(listener).toHaveBeenLastCalledWith([expect.objectContaining({ name: 'Alicia' })]);
  stop();
  awareness.setLocalStateField('user', { name: 'Nobody', color: '#112233' });
  expect(listener).toHaveBeenCalledTimes(calls + 1);
  awareness.destroy();
});
