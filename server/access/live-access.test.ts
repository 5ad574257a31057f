import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { EDITOR } from '../testing/grants.ts';
import type { Access, Grant } from './authenticator.ts';
import { LiveAccess } from './live-access.ts';

const REFUSED: Access = { granted: false, refusal: 'forbidden', reason: 'The link was revoked.' };
const VIEWER: Grant = { ...EDITOR, role: 'viewer' };
const alice: Grant = { ...EDITOR, person: { id: 'alice', name: 'Alice', color: null, avatar: null } };

let clock: FakeClock;
/** The questions that wait for their answer. */
let asked: { token: string | null; answer: (access: Access) => void }[];
let roles: string[];
let lost: string[];

beforeEach(() => {
  clock = new FakeClock();
  [asked, roles, lost] = [[], [], []];
});

function live(grant: Grant = EDITOR): LiveAccess {
  return new LiveAccess({
    grant,
    token: 'first',
    clock,
    ask: (token) => new Promise((answer) => asked.push({ token, answer })),
    listener: { changed: ({ role }) => roles.push(role), lost: (code) => lost.push(code.name) },
    ended: () => undefined,
  });
}

/** Answers the oldest question about a token. */
async function answer(token: string | null, access: Access): Promise<void> {
  const at = asked.findIndex((question) => question.token === token);
  expect(at, `a question about ${token}`).not.toBe(-1);
  for (const question of asked.splice(at, 1)) question.answer(access);
  await setImmediate();
}

describe('[SEC-3] access that was taken away', () => {
  it('ends with the first answer, however many tokens came since', async () => {
    const access = live();
    access.renew('second');
    access.review();
    for (let i = 0; i < 10; i++) access.renew(`later ${i}`);
    await answer('first', REFUSED);
    expect(lost).toEqual(['forbidden']);
  });

  it('is asked for once more when it ran out while it was asked for, to say why', async () => {
    const expiresAt = clock.date() + 1_000;
    const access = live();
    access.review();
    await clock.advance(1_000);
    await answer('first', { ...EDITOR, expiresAt });
    expect([lost, asked.length]).toEqual([[], 1]);
    await answer('first', REFUSED);
    expect(lost).toEqual(['forbidden']);
  });

  it('ends when its time has come, however many tokens come', async () => {
    const access = live({ ...EDITOR, expiresAt: clock.date() + 1_000 });
    access.renew('second');
    await clock.advance(1_000);
    access.renew('third');
    await answer('first', { ...EDITOR, expiresAt: clock.date() });
    expect(lost).toEqual(['unauthenticated']);
  });

  it('is not given back by an answer that was asked for before, neither to the token nor to another', async () => {
    const access = live();
    access.review();
    access.renew('second');
    access.review();
    await answer('second', EDITOR);
    await answer('first', EDITOR);
    expect(roles).toEqual([]);
    await answer('second', VIEWER);
    expect(roles).toEqual(['viewer']);
    // The token in use is another one by now.
    await answer('first', REFUSED);
    await answer('second', REFUSED);
    expect([lost, asked]).toEqual([['forbidden'], []]);
  });

  it('is looked at for one person only, where a change is about that person', async () => {
    const [one, other] = [live(alice), live()];
    other.review('alice');
    expect(asked).toEqual([]);
    // Somebody who is just becoming that person.
    other.renew('second');
    other.review('alice');
    await answer('second', alice);
    expect(roles).toEqual([]);
    await answer('second', REFUSED);
    one.review('alice');
    await answer('first', REFUSED);
    expect(lost).toEqual(['forbidden', 'forbidden']);
  });
});

it('tries tokens one after the other, of those that wait the newest', async () => {
  const access = live();
  for (const token of ['second', 'third', 'fourth']) access.renew(token);
  expect(asked.map(({ token }) => token)).toEqual(['second']);
  await answer('second', VIEWER);
  expect(asked.map(({ token }) => token)).toEqual(['fourth']);
  await answer('fourth', EDITOR);
  access.review();
  await answer('fourth', EDITOR);
  expect([roles, lost, asked]).toEqual([['viewer', 'editor', 'editor'], [], []]);
});

it('asks nothing and says nothing when the connection is gone', async () => {
  const access = live();
  access.review();
  access.renew('second');
  access.end();
  access.renew('third');
  access.review();
  await answer('first', REFUSED);
  await answer('second', EDITOR);
  expect([roles, lost, asked]).toEqual([[], [], []]);
});
