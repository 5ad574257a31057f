import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { AccessUnavailable } from '../access/authenticator.ts';
import { TokenRefused } from '../access/token-verifier.ts';
import { silentLogger } from '../log/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import { KeyServer } from './key-server.ts';

const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A server of keys, somebody who checks tokens with them, and their clock. */
async function world() {
  const clock = new FakeClock();
  const log: string[] = [];
  const published = new Map<string, KeyObject>();
  const keyServer = {
    asked: 0,
    answer: async (response: ServerResponse): Promise<void> => {
      const entries = [...published].map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid }));
      response.end(JSON.stringify({ keys: await Promise.all(entries) }));
    },
  };
  const server = createServer((_request, response) => {
    keyServer.asked += 1;
    void keyServer.answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/keys`;
  const logger = { ...silentLogger, error: (_fields: object, message: string) => void log.push(message) };
  const verifier = new JwtVerifier({
    keys: new KeyServer(url, clock, logger),
    issuer: null,
    audience: null,
    clock,
  });
  /** Publishes a new key under this name; returns a token signed with it. */
  const issue = (kid: string): Promise<string> => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    published.set(kid, publicKey);
    return sign(kid, privateKey);
  };
  const sign = (kid: string, key: KeyObject): Promise<string> =>
    new SignJWT({ exp: clock.date() / 1000 + 86_400 }).setProtectedHeader({ alg: 'EdDSA', kid }).sign(key);
  const check = (token: string): Promise<string> =>
    verifier.verify(token).then(
      () => 'good',
      (error: unknown) => {
        if (error instanceof TokenRefused) return 'refused';
        if (error instanceof AccessUnavailable) return 'unavailable';
        throw error;
      },
    );
  return { clock, log, published, keyServer, issue, check };
}

const MINUTE = 60_000;

it('[SEC-1] reads the keys once for many tokens, and again for a key that is new, though not for every name that somebody makes up', async () => {
  const { clock, published, keyServer, issue, check } = await world();
  const first = await issue('first');
  expect(await Promise.all([check(first), check(first), check(first)])).toEqual(['good', 'good', 'good']);
  expect(keyServer.asked).toBe(1);

  const second = await issue('second');
  expect(await check(second)).toBe('refused');
  expect(keyServer.asked).toBe(1);
  await clock.advance(30_000);
  expect(await check(second)).toBe('good');
  published.delete('third');
  const madeUp = await issue('third');
  published.delete('third');
  await clock.advance(30_000);
  expect(await Promise.all([check(madeUp), check(madeUp)])).toEqual(['refused', 'refused']);
  expect(await check(madeUp)).toBe('refused');
  expect(keyServer.asked).toBe(3);
});

it('[SEC-3] stops taking a key some minutes after it was withdrawn', async () => {
  const { clock, published, keyServer, issue, check } = await world();
  const token = await issue('leaked');
  await issue('new');
  expect(await check(token)).toBe('good');
  published.delete('leaked');
  await clock.advance(10 * MINUTE + 1);
  // This one still passes, and has the keys read again.
  await check(token);
  await expect.poll(() => check(token)).toBe('refused');
  expect(keyServer.asked).toBe(2);
});

it('[SEC-12] goes on with the keys it has while they cannot be read, and asks to come again while it has none', async () => {
  const { clock, log, keyServer, issue, check } = await world();
  const { answer } = keyServer;
  const token = await issue('only');
  keyServer.answer = async (response) => void response.writeHead(302, { location: '/elsewhere' }).end();
  expect(await check(token)).toBe('unavailable');
  expect(log).toEqual(['The keys that tokens are checked with cannot be read.']);
  // Not asked again at once, no matter who comes.
  expect(await check(token)).toBe('unavailable');
  expect(keyServer.asked).toBe(1);

  keyServer.answer = answer;
  await clock.advance(2_000);
  expect(await check(token)).toBe('good');

  keyServer.answer = async (response) => void response.end('<html>');
  await clock.advance(11 * MINUTE);
  expect(await check(token)).toBe('good');
  await expect.poll(() => log.length).toBe(2);
  expect(await check(token)).toBe('good');
  expect(await check(await issue('unknown'))).toBe('refused');
});

it('[SEC-12] does not wait for a server that never answers', async () => {
  const { clock, log, keyServer, issue, check } = await world();
  const token = await issue('only');
  let held: ServerResponse | null = null;
  keyServer.answer = async (response) => {
    held = response;
  };
  const checked = check(token);
  await expect.poll(() => held).not.toBeNull();
  await clock.advance(2_900);
  expect(log).toEqual([]);
  await clock.advance(100);
  expect(await checked).toBe('unavailable');
  expect(log).toHaveLength(1);
  expect(clock.timers).toBe(0);
});
