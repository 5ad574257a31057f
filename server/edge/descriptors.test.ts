import { expect, it } from 'vitest';
import { descriptorLimit, neededDescriptors, socketRoom } from './descriptors.ts';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95786                95786                processes
Max open files            1024                 524288               files
`;

it('reads the limit that is in force, where the system says it', () => {
  expect(descriptorLimit(LIMITS)).toBe(1_024);
  expect(descriptorLimit('Max open files            unlimited            unlimited            files')).toBeNull();
  expect(descriptorLimit(null)).toBeNull();
});

it('[SEC-10] leaves the database what it needs, however few there are', () => {
  expect(socketRoom(20_000, null)).toBe(21_000);
  expect(socketRoom(20_000, neededDescriptors(20_000))).toBe(21_000);
  expect(socketRoom(20_000, 4_096)).toBe(3_840);
  expect(socketRoom(20_000, 256)).toBe(192);
});
