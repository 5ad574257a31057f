import { describe, expect, it } from 'vitest';
import { type Asker, LinkPasswords } from './link-password.ts';

const CHEAP = { N: 2, r: 1, p: 1 };

const asker = (address: string, documentName = 'minutes'): Asker => ({ address, documentName });

describe('passwords of links', () => {
  it('are matched by what is kept of them, and by nothing else', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const kept = await passwords.hash('höhle', asker('a'));
    expect(kept).toMatch(/^scrypt\.[\w-]{22}\.[\w-]{43}$/);
    expect(await passwords.matches('ho\u0308hle', kept, asker('a'))).toBe(true);
    expect(await passwords.matches('hohle', kept, asker('a'))).toBe(false);
  });

  it('[SEC-10] are looked at in turns: one address does not keep the others waiting', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const order: string[] = [];
    const ask = (address: string) => passwords.hash('x', asker(address, address)).then(() => order.push(address));
    await Promise.all([ask('a'), ask('a'), ask('a'), ask('b'), ask('c'), ask('b')]);
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b']);
  });

  it('[SEC-10] of one address, one document and all are busy each by themselves, until they are done', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const waiting: Promise<string>[] = [];
    const ask = (address: string, documentName: string) =>
      waiting.push(passwords.hash('x', asker(address, documentName)));
    for (let i = 0; i < 4; i++) ask('a', `of-a-${i}`);
    expect([passwords.isBusy(asker('a')), passwords.isBusy(asker('b'))]).toEqual([true, false]);
    for (let i = 0; i < 8; i++) ask(`visitor-${i}`, 'minutes');
    expect([passwords.isBusy(asker('b')), passwords.isBusy(asker('b', 'other'))]).toEqual([true, false]);
    for (let i = 0; i < 52; i++) ask(`other-${i}`, `other-${i}`);
    expect(passwords.isBusy(asker('b', 'one more'))).toBe(true);
    await Promise.all(waiting);
    // The last one is done a moment after it answered.
    await Promise.resolve();
    for (const who of [asker('a'), asker('b'), asker('b', 'one more')]) expect(passwords.isBusy(who)).toBe(false);
  });
});
