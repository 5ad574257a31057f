import { describe, expect, it } from 'vitest';
import type { Person } from '../../editor/carets/people.ts';
import { comingsAndGoings, peopleShown, vouchedName } from './people-shown.ts';

const people = (...names: string[]): Person[] =>
  names.map((name, index) => ({
    clientId: name.codePointAt(0) ?? 0,
    name,
    color: '#4169cc',
    known: false,
    isSelf: index === 0,
    following: null,
  }));

describe('circles', () => {
  it('are one a person up to five, then four and a number', () => {
    expect(peopleShown(people('a', 'b', 'c', 'd', 'e'), 5)).toMatchObject({ hidden: 0, shown: { length: 5 } });
    expect(peopleShown(people('a', 'b', 'c', 'd', 'e', 'f'), 5)).toMatchObject({ hidden: 2, shown: { length: 4 } });
  });
});

describe('[SEC-15] a name', () => {
  const [ada, guest] = people('Ada', 'Ada').map((person, index) => ({ ...person, known: index === 0 }));
  if (ada === undefined || guest === undefined) throw new Error('two people');

  it('says who is a guest and who is not, where the server knows people', () => {
    expect([ada, guest].map((person) => vouchedName(person, true))).toEqual(['Ada (verified)', 'Ada (guest)']);
    expect(vouchedName(guest, false)).toBe('Ada');
    expect(comingsAndGoings([], [{ ...guest, isSelf: false }], true)).toBe('Ada (guest) joined.');
  });
});

describe('comings and goings', () => {
  it('are said by name', () => {
    const before = people('Me', 'Ada', 'Bob');
    const after = people('Me', 'Bob', 'Cy', 'Di');
    expect(comingsAndGoings(before, after, false)).toBe('Cy and Di joined. Ada left.');
  });

  it('are a number when they are many', () => {
    expect(comingsAndGoings(people('Me'), people('Me', 'A', 'B', 'C', 'D'), false)).toBe('4 people joined.');
  });

  it('are nothing when only oneself appears or names change', () => {
    expect(comingsAndGoings([], people('Me'), false)).toBeNull();
    const renamed = people('Me', 'Ada').map((person) => ({ ...person, name: 'Other' }));
    expect(comingsAndGoings(people('Me', 'Ada'), renamed, false)).toBeNull();
  });
});
