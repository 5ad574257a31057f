import { describe, expect, it } from 'vitest';
import { type Asker, LinkPasswords, PasswordsBusy } from './link-password.ts';

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
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('[SEC-10] of one address, one document and all are busy each by themselves, until they are done', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const waiting: Promise<string>[] = [];
    const isBusy = (who: Asker) => passwords.isBusy('set', who);
    const ask = (address: string, documentName: string) =>
      waiting.push(passwords.hash('x', asker(address, documentName)));
    for (let i = 0; i < 4; i++) ask('a', `of-a-${i}`);
    expect([isBusy(asker('a')), isBusy(asker('b'))]).toEqual([true, false]);
    for (let i = 0; i < 8; i++) ask(`visitor-${i}`, 'minutes');
    expect([isBusy(asker('b')), isBusy(asker('b', 'other'))]).toEqual([true, false]);
    await Promise.all(waiting);
    // The last one is done a moment after it answered.
    await Promise.resolve();
    for (const who of [asker('a'), asker('b')]) expect(isBusy(who)).toBe(false);
  });

  it('[SEC-10] have room for an address with nothing to do, however many wait for others', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const outcomes = new Map<string, string[]>();
    const ask = (address: string) => {
      const note = (outcome: string) => outcomes.set(address, [...(outcomes.get(address) ?? []), outcome]);
      return passwords.hash('x', asker(address, `of ${address} ${outcomes.size}`)).then(
        () => note('done'),
        (error: unknown) => note(error instanceof PasswordsBusy ? 'busy' : 'failed'),
      );
    };
    // Seventeen addresses with as many as each may.
    const crowd = Array.from({ length: 17 }, (_, i) => Array.from({ length: 4 }, () => ask(`attacker ${i}`))).flat();
    await Promise.all([...crowd, ask('bob')]);
    expect(outcomes.get('bob')).toEqual(['done']);
    expect([...outcomes.values()].flat().filter((outcome) => outcome === 'done').length).toBe(64);
  });

  it('[SEC-10] that are set do not keep those waiting that are checked, nor the other way round', async () => {
    const passwords = new LinkPasswords(CHEAP);
    const kept = await passwords.hash('right', asker('owner'));
    const order: string[] = [];
    const sets = Array.from({ length: 60 }, (_, i) =>
      passwords.hash('x', asker(`owner ${i}`, `document ${i}`)).then(() => order.push('set')),
    );
    expect(passwords.isBusy('check', asker('owner 1', 'document 1'))).toBe(false);
    const check = passwords.matches('right', kept, asker('visitor')).then(() => order.push('check'));
    await Promise.all([...sets, check]);
    expect(order.indexOf('check')).toBeLessThan(3);
  });
});
