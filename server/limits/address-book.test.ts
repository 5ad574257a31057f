import { expect, it } from 'vitest';
import { AddressBook } from './address-book.ts';

it('[SEC-10] counts what is open, and forgets an address with its last socket', () => {
  const book = new AddressBook();
  const end = [book.add('10.0.0.1'), book.add('10.0.0.1'), book.add('10.0.0.2')];
  expect([book.count('10.0.0.1'), book.count('10.0.0.2'), book.count('10.0.0.3')]).toEqual([2, 1, 0]);
  for (const release of end) release();
  expect(book.size).toBe(0);
});

it('[SEC-10] counts IPv4 in either form as one, and an IPv6 network of 64 bits as one', () => {
  const book = new AddressBook();
  book.add('::ffff:10.0.0.1');
  expect(book.count('10.0.0.1')).toBe(1);
  book.add('2001:db8:1:2:3:4:5:6');
  expect(book.count('2001:0db8:1:2::9')).toBe(1);
  expect(book.count('2001:db8:1:3::9')).toBe(0);
  book.add('::1');
  expect(book.count('0:0:0:0:ffff::1%lo')).toBe(1);
});
