import { describe, expect, it } from 'vitest';
import { NAME_LENGTH } from '../../editor/carets/people.ts';
import { guestOf, inventGuest, keepGuest, readGuest } from './guest.ts';
import { openLocalStore } from './local-store.ts';
import { PERSON_COLORS } from './person-colors.ts';

const emptyStore = () =>
  openLocalStore(() => {
    throw new Error('no browser here');
  });

describe('guests', () => {
  it('are named for their colour and an animal', () => {
    const numbers = [0.34, 0.5];
    const guest = inventGuest(() => numbers.shift() ?? 0);
    expect(guest.name).toMatch(/^Moss [A-Z][a-z]+$/);
    expect(guest.color).toBe('#427c35');
    expect(guest.colorLight).toBe('#427c3533');
  });

  it('can be any colour, and none outside the palette', () => {
    const seen = new Set(Array.from({ length: 240 }, (_, i) => inventGuest(() => i / 240).color));
    expect([...seen].sort()).toEqual(PERSON_COLORS.map(({ value }) => value).sort());
  });

  it('stay the same in one browser', () => {
    const store = emptyStore();
    const first = readGuest(store, () => 0.1);
    expect(readGuest(store, () => 0.9)).toEqual(first);
  });

  it('keep a changed name and colour', () => {
    const store = emptyStore();
    readGuest(store, () => 0.1);
    keepGuest(store, guestOf('  Ada   Lovelace ', '#4169cc'));
    expect(readGuest(store, () => 0.9)).toEqual({ name: 'Ada Lovelace', color: '#4169cc', colorLight: '#4169cc33' });
  });

  it('have a name, of a length that fits, that cuts no character', () => {
    expect(guestOf('   ', '#4169cc').name).toBe('Guest');
    expect(guestOf('🦩'.repeat(60), '#4169cc').name).toBe('🦩'.repeat(NAME_LENGTH));
  });

  it('are invented again when what is kept is damaged', () => {
    const store = emptyStore();
    store.setItem('coscribe.guest', '{"name":"Eve","color":"url(//evil)"}');
    expect(readGuest(store, () => 0).name).toMatch(/^Brick /);
  });
});
