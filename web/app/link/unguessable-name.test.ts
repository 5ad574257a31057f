import { describe, expect, it } from 'vitest';
import { isDocumentName } from '../../../protocol/document-name.ts';
import { unguessableName } from './unguessable-name.ts';

const filled = (byte: number) => (array: Uint8Array<ArrayBuffer>) => array.fill(byte);

describe('unguessable names', () => {
  it('write 128 bits in 22 base58 characters, the smallest and the largest number too', () => {
    expect(unguessableName(filled(0))).toBe('1'.repeat(22));
    expect(unguessableName(filled(0xff))).toBe('YcVfxkQb6JRzqk5kF2tNLv');
    expect(unguessableName((array) => array.fill(0).fill(1, 15))).toBe(`${'1'.repeat(21)}2`);
  });

  it('use every byte', () => {
    const names = new Set(
      Array.from({ length: 16 }, (_, place) => unguessableName((array) => array.fill(0).fill(1, place, place + 1))),
    );
    expect(names.size).toBe(16);
  });

  it('are valid document names and never the same', () => {
    const names = Array.from({ length: 200 }, () => unguessableName());
    for (const name of names) {
      expect(name).toMatch(/^[1-9A-HJ-NP-Za-km-z]{22}$/);
      expect(isDocumentName(name)).toBe(true);
    }
    expect(new Set(names).size).toBe(names.length);
  });
});
