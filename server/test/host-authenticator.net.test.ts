import { describe, expect, it } from 'vitest';
import { encodeToken } from '../../protocol/messages.ts';
import type { Access, Authenticator } from '../access/authenticator.ts';
import { EDITOR } from '../testing/grants.ts';
import { ask, join, refused } from '../testing/shared-document.ts';
import { startForTest } from '../testing/start-for-test.ts';

describe('an authenticator of the host', () => {
  /** Lets in anyone who says the word, as long as that is the word. */
  class Password implements Authenticator {
    word = 'sesame';
    expiresAt: number | null = null;
    fails = false;
    readonly #listeners = new Set<(documentName: string) => void>();

    async authorize({ token }: { token: string | null }): Promise<Access> {
      if (this.fails) throw new Error('the directory does not answer');
      if (token !== this.word) return { granted: false, refusal: 'unauthenticated', reason: 'Say the word.' };
      return { ...EDITOR, expiresAt: this.expiresAt };
    }

    onChange(listener: (documentName: string) => void): () => void {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    }

    tell(): void {
      for (const listener of this.#listeners) listener('minutes');
    }
  }

  it('[SEC-1] a new token extends the access of a live connection; without one it ends with 4401', async () => {
    const authenticator = new Password();
    authenticator.expiresAt = Date.now() + 60_000;
    const server = await startForTest({ authenticator });
    const [renewing, idle] = [await join(server, 'sesame'), await join(server, 'sesame')];
    authenticator.word = 'barley';
    renewing.send(encodeToken('barley'));
    await renewing.until(() => renewing.received.some(({ type }) => type === 'notice'), 'the extension');
    authenticator.tell();
    expect(await idle.untilClosed()).toMatchObject({ code: 4401 });
    renewing.insert(0, 'x');
    await renewing.untilStored();
    renewing.send(encodeToken('wrong'));
    expect(await renewing.untilClosed()).toMatchObject({ code: 4401 });
  });

  it('[SEC-1] that fails lets nobody in and nobody stay', async () => {
    const authenticator = new Password();
    const server = await startForTest({ authenticator });
    const client = await join(server, 'sesame');
    authenticator.fails = true;
    authenticator.tell();
    expect(await client.untilClosed()).toMatchObject({ code: 1013 });
    expect(await refused(server, 'sesame')).toMatchObject({ code: 1011 });
    expect((await ask(server, 'GET', 'minutes/text', 'sesame')).status).toBe(500);
    expect((await ask(server, 'GET', 'minutes/access', 'sesame')).status).toBe(404);
  });

  it('[SEC-12] is not asked without end', async () => {
    const server = await startForTest({ authenticator: new Password() });
    const client = await join(server, 'sesame');
    for (let i = 0; i < 200; i++) client.send(encodeToken('sesame'));
    expect(await client.untilClosed()).toMatchObject({ code: 4429 });
    expect((await join(server, 'sesame')).text).toBe('');
  });
});
