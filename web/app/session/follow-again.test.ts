import { expect, it } from 'vitest';
import type { Person } from '../../editor/carets/people.ts';
import { openLocalStore } from '../device/local-store.ts';
import { FOLLOW_AGAIN, FollowAgain } from './follow-again.ts';

const ada: Person = {
  clientId: 7,
  name: 'Ada',
  color: '#123456',
  known: false,
  isSelf: false,
  following: null,
  browser: 'browser-of-ada',
};

function remembering() {
  const store = openLocalStore(() => {
    throw new Error('no browser here');
  });
  const time = { now: 1_000 };
  const open = () => new FollowAgain(store, 'plan', () => time.now);
  return { open, time };
}

it('somebody who comes back within half a minute is followed again, under another client id, after a reload too', () => {
  const { open, time } = remembering();
  const follow = open();
  follow.begun(ada);
  expect(follow.among([ada])).toBeNull();
  follow.interrupted();
  time.now += FOLLOW_AGAIN - 1;
  expect(open().among([{ ...ada, clientId: 99 }])?.clientId).toBe(99);
});

it('nobody is followed again who was gone for longer, or whom the person stopped to follow', () => {
  const { open, time } = remembering();
  const follow = open();
  follow.begun(ada);
  follow.interrupted();
  time.now += FOLLOW_AGAIN + 1;
  expect(follow.among([ada])).toBeNull();

  follow.begun(ada);
  follow.ended();
  follow.interrupted();
  expect(follow.among([ada])).toBeNull();
});

it('neither oneself in another tab, nor somebody who does not tell the browser', () => {
  const { open } = remembering();
  const follow = open();
  follow.begun(ada);
  follow.interrupted();
  expect(follow.among([{ ...ada, isSelf: true }])).toBeNull();
  const { browser: _browser, ...stranger } = ada;
  follow.begun(stranger);
  follow.interrupted();
  expect(follow.among([ada, stranger])).toBeNull();
});
