import { describe, expect, it } from 'vitest';
import { initials } from './initials.ts';

describe('initials', () => {
  it.each([
    ['Moss Heron', 'MH'],
    ['ada', 'A'],
    ['  Ana  María  de la Cruz ', 'AC'],
    ['éva', 'É'],
    ['e\u0301va', 'E\u0301'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
    ['李 雷', '李雷'],
    ['', '?'],
    ['   ', '?'],
  ])('of "%s" are "%s"', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
