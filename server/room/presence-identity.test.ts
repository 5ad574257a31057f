import { describe, expect, test } from 'vitest';
import {
  type AwarenessState,
  decodeAwarenessEntries,
  encodeAwarenessEntries,
} from '../../protocol/awareness-entries.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person } from '../../protocol/person.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { readPresence } from './presence-identity.ts';

const ALICE: Person = { id: 'alice@id', name: 'Alice', color: '#aa0000', avatar: 'https://pictures.example/alice.png' };
const NAMELESS: Person = { id: 'bob@id', name: null, color: null, avatar: null };

const update = (text: string) =>
  encodeAwarenessEntries([{ clientId: 7, clock: 3, state: new TextEncoder().encode(text) }], 1);

/** What others get when `person` says this of themselves. */
function heard(state: AwarenessState, person: Person | null): unknown {
  const [entry] = readPresence(update(JSON.stringify(state)), person);
  return JSON.parse(new TextDecoder().decode(entry?.state));
}

describe('[SEC-15] a guest', () => {
  test.each([
    '{"user":{"name":"Grace","color":"#00ff00","colorLight":"#00ff0033"}, "cursor":null}',
    '{"cursor":{"anchor":null}}',
    '{"user":"nobody"}',
    'null',
  ])('is passed on byte for byte: %s', (text) => {
    expect(readPresence(update(text), null)).toEqual(decodeAwarenessEntries(update(text)));
  });

  test.each([
    ['an id', { id: 'alice@id' }],
    ['a picture', { avatar: 'https://pictures.example/alice.png' }],
    ['a verified mark', { verified: true }],
    ['an id that is nothing', { id: null }],
  ])('cannot claim %s', (_, claim) => {
    expect(heard({ user: { name: 'Alice', color: '#aa0000', ...claim }, cursor: 1 }, null)).toEqual({
      user: { name: 'Alice', color: '#aa0000' },
      cursor: 1,
    });
  });

  test('cannot hide a claim behind an escape or a second field of the same name', () => {
    for (const text of ['{"user":{"\\u0069d":"alice@id"}}', '{"user":{},"user":{"id":"alice@id"}}']) {
      const [entry] = readPresence(update(text), null);
      expect(new TextDecoder().decode(entry?.state)).toBe('{"user":{}}');
    }
  });
});

describe('[SEC-15] a person', () => {
  const known = {
    id: 'alice@id',
    verified: true,
    name: 'Alice',
    color: '#aa0000',
    colorLight: '#aa000033',
    avatar: 'https://pictures.example/alice.png',
  };

  test('is who the server says, whatever the client says', () => {
    const claims = { id: 'bob@id', name: 'Bob', color: '#0000bb', colorLight: '#0000bb33', avatar: 'x', verified: 1 };
    expect(heard({ user: { ...claims, mood: 'good' }, cursor: 1 }, ALICE)).toEqual({
      user: { ...known, mood: 'good' },
      cursor: 1,
    });
    expect(heard({ cursor: 1 }, ALICE)).toEqual({ user: known, cursor: 1 });
    expect(heard({ user: ['Bob'] }, ALICE)).toEqual({ user: known });
  });

  test('whose client says the same is passed on byte for byte', () => {
    const text = JSON.stringify({ cursor: null, user: known });
    expect(readPresence(update(text), ALICE)).toEqual(decodeAwarenessEntries(update(text)));
  });

  test('chooses the name and the colour that the server does not know, and nobody vouches for such a name', () => {
    const user = {
      id: 'alice@id',
      avatar: 'https://elsewhere.example/a.png',
      name: 'Bobby',
      color: '#123456',
      verified: true,
    };
    expect(heard({ user }, NAMELESS)).toEqual({
      user: { id: 'bob@id', name: 'Bobby', color: '#123456' },
    });
  });

  test('who leaves says nothing more', () => {
    expect(readPresence(update('null'), ALICE)).toEqual(decodeAwarenessEntries(update('null')));
  });
});

test('a state must not grow beyond the limit of what is passed on', () => {
  const state = { user: {}, note: 'x'.repeat(LIMITS.awarenessStateBytes - 30) };
  expect(() => readPresence(update(JSON.stringify(state)), null)).not.toThrow();
  expect(() => readPresence(update(JSON.stringify(state)), ALICE)).toThrow(ProtocolError);
});
