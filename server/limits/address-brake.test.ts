import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { AddressBrake } from './address-brake.ts';

const make = () => new AddressBrake({ free: 3, first: 1_000, longest: 60_000 }, new FakeClock());

function fail(brake: AddressBrake, addresses: readonly string[]): void {
  for (const address of addresses) brake.failed(address);
}

it('[SEC-10] slows an IPv4 address, and nobody beside it', () => {
  const brake = make();
  fail(brake, Array(4).fill('192.0.2.1'));
  expect([brake.wait('192.0.2.1'), brake.wait('::ffff:192.0.2.1'), brake.wait('192.0.2.2')]).toEqual([1, 1, 0]);
});

it('[SEC-10] slows an IPv6 network of 56 bits after twice as many failures as one of 64, one of 48 after four times', () => {
  const in56 = make();
  fail(
    in56,
    Array.from({ length: 6 }, (_, i) => `2001:db8:1:20${i}::1`),
  );
  expect([in56.wait('2001:db8:1:20f::9'), in56.wait('2001:db8:1:300::9')]).toEqual([0, 0]);
  fail(in56, ['2001:db8:1:20e::1']);
  expect([in56.wait('2001:db8:1:20f::9'), in56.wait('2001:db8:1:300::9')]).toEqual([1, 0]);
  const in48 = make();
  fail(
    in48,
    Array.from({ length: 13 }, (_, i) => `2001:db8:1:${i.toString(16)}00::1`),
  );
  expect([in48.wait('2001:db8:1:ff00::9'), in48.wait('2001:db8:2::9')]).toEqual([1, 0]);
});

it('takes back an attempt that was good, for all networks', () => {
  const brake = make();
  fail(brake, Array(4).fill('2001:db8:1:200::1'));
  brake.succeeded('2001:db8:1:200::1');
  expect(brake.wait('2001:db8:1:200::1')).toBe(0);
});
