import { expect, it } from 'vitest';
import type { Access } from '../access/authenticator.ts';
import { EDITOR } from '../testing/grants.ts';
import { checkedAuthenticator } from './checked-authenticator.ts';

/** What the server is told when the host answers so. */
async function heard(answer: unknown): Promise<Access> {
  return checkedAuthenticator({ authorize: () => answer as Access }).authorize({ documentName: 'x', token: null });
}

const refusal = { granted: false, refusal: 'forbidden', reason: 'Not today.' };
const person = { id: 'ada', name: 'Ada', color: '#3366cc', avatar: 'https://example.org/ada.png' };
const date = Date.parse('2026-01-01');

it('passes on what fits', async () => {
  const grant = { ...EDITOR, person, expiresAt: date };
  for (const answer of [grant, EDITOR, refusal]) expect(await heard(answer)).toEqual(answer);
});

it('takes what is left out for a guest, for ever', async () => {
  expect(await heard({ granted: true, role: 'editor' })).toEqual({ ...EDITOR, through: 'authenticator' });
  expect(await heard({ granted: true, role: 'owner', person: { id: 'ada' } })).toMatchObject({
    person: { id: 'ada', name: null, color: null, avatar: null },
  });
});

it.each([
  [undefined, 'The answer of the authenticator must be an object, but is undefined.'],
  [true, 'must be an object, but is true'],
  [{ role: 'editor' }, '"granted" in the answer of the authenticator must be true or false, but is undefined.'],
  [
    { ...EDITOR, role: 'boss' },
    '"role" in the answer of the authenticator must be "viewer", "commenter", "editor", "owner", but is "boss".',
  ],
  [{ granted: false }, '"refusal" in the answer'],
  [{ ...refusal, refusal: 'no' }, '"unauthenticated", "forbidden", "passwordNeeded", but is "no"'],
  [{ ...refusal, reason: undefined }, '"reason" in the answer'],
  [{ ...EDITOR, expiresAt: Number.NaN }, '"expiresAt" in the answer'],
  [{ ...EDITOR, expiresAt: new Date(date) }, 'milliseconds since 1970, or null for never, but is an object'],
  [{ ...EDITOR, expiresAt: date / 1000 }, 'this looks like seconds'],
  [{ ...EDITOR, person: 'ada' }, '"person" in the answer'],
  [{ ...EDITOR, person: { ...person, id: 7 } }, '"person.id" in the answer'],
  [{ ...EDITOR, person: { ...person, color: 'red' } }, '"person.color" in the answer'],
  [{ ...EDITOR, person: { ...person, name: 7 } }, '"person.name" in the answer'],
  [{ ...EDITOR, through: 7 }, '"through" in the answer'],
])('[SEC-1] %j is an error that says what does not fit', async (answer, sentence) => {
  await expect(heard(answer)).rejects.toThrow(sentence);
});
