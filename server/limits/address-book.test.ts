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

it('[SEC-10] lets IPv6 networks of 56 and 48 bits have twice and four times as many as one address', () => {
  const full = (addresses: readonly string[], newcomer: string) => {
    const book = new AddressBook();
    for (const address of addresses) book.add(address);
    return book.isFull(newcomer, 3);
  };
  const in64 = Array.from({ length: 3 }, (_, i) => `2001:db8:1:200::${i + 1}`);
  expect([full(in64, '2001:db8:1:200::9'), full(in64, '2001:db8:1:201::9')]).toEqual([true, false]);
  // The last two digits of the fourth group are beyond 56 bits.
  const in56 = Array.from({ length: 6 }, (_, i) => `2001:db8:1:20${i}::1`);
  expect([full(in56, '2001:db8:1:20f::9'), full(in56, '2001:db8:1:300::9')]).toEqual([true, false]);
  const in48 = Array.from({ length: 12 }, (_, i) => `2001:db8:1:${i.toString(16)}00::1`);
  expect([full(in48, '2001:db8:1:ff00::9'), full(in48, '2001:db8:2::9')]).toEqual([true, false]);
  expect(full(['10.0.0.1', '10.0.0.2', '10.0.0.3'], '10.0.0.4')).toBe(false);
});
