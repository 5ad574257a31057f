import { describe, expect, it } from 'vitest';
import type { Person } from '../../editor/people.ts';
import { comingsAndGoings, peopleShown } from './people-shown.ts';

const people = (...names: string[]): Person[] =>
  names.map((name, index) => ({
    clientId: name.codePointAt(0) ?? 0,
    name,
    color: '#4169cc',
    isSelf: index === 0,
    following: null,
  }));

describe('circles', () => {
  it('are one a person up to five, then four and a number', () => {
    expect(peopleShown(people('a', 'b', 'c', 'd', 'e'), 5)).toMatchObject({ hidden: 0, shown: { length: 5 } });
    expect(peopleShown(people('a', 'b', 'c', 'd', 'e', 'f'), 5)).toMatchObject({ hidden: 2, shown: { length: 4 } });
  });
});

describe('comings and goings', () => {
  it('are said by name', () => {
    const before = people('Me', 'Ada', 'Bob');
    const after = people('Me', 'Bob', 'Cy', 'Di');
    expect(comingsAndGoings(before, after)).toBe('Cy and Di joined. Ada left.');
  });

  it('are a number when they are many', () => {
    expect(comingsAndGoings(people('Me'), people('Me', 'A', 'B', 'C', 'D'))).toBe('4 people joined.');
  });

  it('are nothing when only oneself appears or names change', () => {
    expect(comingsAndGoings([], people('Me'))).toBeNull();
    const renamed = people('Me', 'Ada').map((person) => ({ ...person, name: 'Other' }));
    expect(comingsAndGoings(people('Me', 'Ada'), renamed)).toBeNull();
  });
});
