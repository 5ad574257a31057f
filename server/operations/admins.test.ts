import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ADMIN_LIFETIME, Admins, KEY_LIFETIME } from './admins.ts';

it('[OPS-2] a key opens once and for a time, and what it opened ends', async () => {
  const clock = new FakeClock();
  const admins = new Admins(['u-1'], clock);
  const [key, late] = [admins.issueKey(), admins.issueKey()];
  const opened = admins.redeem(key) ?? '';
  expect([admins.isOpened(opened), admins.redeem(key), admins.isOpened(key)]).toEqual([true, null, false]);
  await clock.advance(KEY_LIFETIME);
  expect([admins.redeem(late), admins.isOpened(opened)]).toEqual([null, true]);
  await clock.advance(ADMIN_LIFETIME - KEY_LIFETIME);
  expect(admins.isOpened(opened)).toBe(false);
  const other = admins.redeem(admins.issueKey()) ?? '';
  admins.end(other);
  expect([admins.isOpened(other), admins.redeem(''), admins.isOpened('')]).toEqual([false, null, false]);
  expect([admins.isNamed('u-1'), admins.isNamed('u-2'), new Admins([], clock).namesPeople]).toEqual([
    true,
    false,
    false,
  ]);
});

it('[SEC-10] keeps the newest keys, up to a max', () => {
  const admins = new Admins([], new FakeClock());
  const keys = Array.from({ length: 150 }, () => admins.issueKey());
  expect(keys.filter((key) => admins.redeem(key) !== null)).toEqual(keys.slice(50));
});
