import { describe, expect, it } from 'vitest';
import { readFragment } from './link-fragment.ts';
import { findOwnerKey, makeOwnerKey, ownerKeyFile } from './owner-key.ts';

describe('owner keys', () => {
  it('hold 256 random bits in 43 characters that an address can carry', () => {
    expect(makeOwnerKey((array) => array.fill(0xff))).toBe(`own.${'_'.repeat(42)}8`);
    expect(makeOwnerKey((array) => array.fill(0xfb))).toMatch(/^own\.[\w-]{43}$/);
    expect(new Set(Array.from({ length: 50 }, () => makeOwnerKey())).size).toBe(50);
    const key = makeOwnerKey();
    expect(readFragment(`#${key}`)).toEqual({ kind: 'own', credential: key });
  });

  it('are found in their file, in their address and alone', () => {
    const key = makeOwnerKey();
    const address = 'https://write.example/d/plan';
    expect(findOwnerKey(ownerKeyFile('Plan', address, key))).toBe(key);
    expect(findOwnerKey(`${address}#${key}`)).toBe(key);
    expect(findOwnerKey(`  ${key}\n`)).toBe(key);
  });

  it.each(['', 'own.short', `link.${'a'.repeat(43)}`, `own.${'a'.repeat(44)}`])('are not found in %j', (text) =>
    expect(findOwnerKey(text)).toBeNull(),
  );
});
