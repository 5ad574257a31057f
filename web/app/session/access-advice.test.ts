import { describe, expect, it } from 'vitest';
import { accessAdvice, type RefusedFacts } from './access-advice.ts';

const STRANGER: RefusedFacts = {
  code: 'unauthenticated',
  reason: 'Sign in or use a link to this document.',
  wasIn: false,
  usesLink: false,
  usesOwnerKey: false,
  createRefused: false,
  person: null,
  signIn: null,
};
const GRACE = { id: 'https://id.example|7', name: 'Grace', color: null, avatar: null };

const advise = (facts: Partial<RefusedFacts>) => accessAdvice({ ...STRANGER, ...facts });

describe('advice for those who are refused', () => {
  it('is silent about refusals of another kind', () => {
    expect(advise({ code: 'epoch-changed' })).toBeNull();
    expect(advise({ code: 'document-full' })).toBeNull();
  });

  it('asks for the password of a link', () => {
    expect(advise({ code: 'password-needed', usesLink: true })).toMatchObject({
      headline: 'This link has a password.',
      asksPassword: true,
      canForget: null,
    });
  });

  it('tells somebody who may not create documents just that, not that one is private', () => {
    const headline = 'Only members of this site can create documents.';
    expect(advise({ createRefused: true })).toMatchObject({ headline, signIn: null });
    expect(advise({ createRefused: true, code: 'forbidden', signIn: '/auth/sign-in' })).toMatchObject({
      headline,
      signIn: '/auth/sign-in',
    });
    expect(advise({ createRefused: true, person: GRACE, signIn: '/auth/sign-in' })).toMatchObject({
      headline,
      signIn: null,
    });
  });

  it('offers to sign in where one can, and only to those who are not', () => {
    expect(advise({ signIn: '/auth/sign-in' })).toMatchObject({
      headline: 'This document is private.',
      signIn: '/auth/sign-in',
    });
    expect(advise({})).toMatchObject({ advice: 'Ask its owner for a link.', signIn: null });
    const signedIn = advise({ signIn: '/auth/sign-in', person: GRACE });
    expect(signedIn?.signIn).toBeNull();
    expect(signedIn?.advice).toContain('You are signed in as Grace');
    expect(advise({ person: { ...GRACE, name: null } })?.advice).toContain(GRACE.id);
  });

  it('tells the end of an access from never having had one', () => {
    expect(advise({ wasIn: true })?.headline).toBe('Your access to this document has ended.');
    expect(advise({ code: 'forbidden', wasIn: true })?.headline).toBe('Your access to this document was withdrawn.');
    expect(advise({ code: 'forbidden' })?.headline).toBe('You have no access to this document.');
  });

  it('names a link that does not work, with what the server says of it, and lets it be forgotten', () => {
    expect(advise({ code: 'forbidden', usesLink: true, reason: 'The link has expired.' })).toMatchObject({
      headline: 'This link does not work any more.',
      advice: 'The link has expired. Ask the person who sent it to you for a new one.',
      canForget: 'link',
    });
    expect(advise({ code: 'forbidden', usesLink: true, reason: '' })?.advice).toBe(
      'Ask the person who sent it to you for a new one.',
    );
  });

  it('[SEC-18] tells somebody who is banned so, in the words of the server, and whom to ask', () => {
    const reason = 'The people who run this server have banned you from it.';
    for (const wasIn of [true, false]) {
      expect(advise({ code: 'forbidden', usesLink: true, wasIn, reason })).toMatchObject({
        headline: reason,
        advice: 'Ask the administrator of this site.',
        canForget: null,
      });
    }
  });

  it('names an owner key that does not fit', () => {
    const facts = { code: 'forbidden', usesOwnerKey: true, usesLink: true };
    const reason = 'The owner key does not belong to this document.';
    expect(advise({ ...facts, reason })?.canForget).toBe('owner key');
    expect(advise({ ...facts, reason: 'The link has expired.' })?.canForget).toBe('link');
  });
});
