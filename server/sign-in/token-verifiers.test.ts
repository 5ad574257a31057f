import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { silentLogger } from '../log/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createTokenVerifiers, type TokenSettings } from './token-verifiers.ts';

const NONE: TokenSettings = { jwtSecret: null, jwtKeyFile: null, jwtJwksUrl: null, jwtIssuer: null, jwtAudience: null };
const SECRET = 'a secret of thirty-two bytes, or more';
const clock = new FakeClock();
const folder = mkdtempSync(join(tmpdir(), 'coscribe-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const create = (settings: Partial<TokenSettings>) =>
  createTokenVerifiers({ ...NONE, ...settings }, clock, silentLogger);

function file(content: string | object): string {
  const path = join(folder, randomUUID());
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problem(settings: Partial<TokenSettings>): string {
  try {
    create(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing is wrong');
}

const sign = (key: KeyObject | Uint8Array, alg: string, header: object = {}) =>
  new SignJWT({ exp: clock.date() / 1000 + 60 }).setProtectedHeader({ alg, ...header }).sign(key);

/** Whether the only verifier of these settings takes a token. */
async function takes(settings: Partial<TokenSettings>, token: string): Promise<boolean> {
  const [verifier, ...more] = create(settings);
  if (verifier === undefined || more.length > 0) throw new Error('not one verifier');
  return verifier.verify(token).then(
    () => true,
    () => false,
  );
}

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const KINDS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

test('no key, no verifier', () => {
  expect(create({})).toEqual([]);
});

test('a secret', async () => {
  const bytes = new TextEncoder().encode(SECRET);
  expect(await takes({ jwtSecret: SECRET }, await sign(bytes, 'HS256'))).toBe(true);
});

describe.each(Object.entries(KINDS))('a key file for %s', (alg, { publicKey, privateKey }) => {
  const other = generateKeyPairSync('ed25519').privateKey;

  test('as PEM, JWK and JWKS takes what is signed with its key, and nothing else', async () => {
    const jwk = await exportJWK(publicKey);
    const second = await exportJWK(KINDS.ES256.publicKey);
    const keySet = { keys: [{ ...jwk, kid: 'one' }, { ...second, kid: 'two' }] }; // biome-ignore format: two keys
    const token = await sign(privateKey, alg, { kid: 'one' });
    for (const jwtKeyFile of [file(pem(publicKey)), file(jwk), file({ ...jwk, alg }), file(keySet)]) {
      expect(await takes({ jwtKeyFile }, token)).toBe(true);
      expect(await takes({ jwtKeyFile }, await sign(other, 'EdDSA', { kid: 'one' }))).toBe(false);
      const confused = await sign(new TextEncoder().encode(pem(publicKey)), 'HS256', { kid: 'one' });
      expect(await takes({ jwtKeyFile }, confused)).toBe(false);
    }
  });
});

test('a JWK for one algorithm is not used for another', async () => {
  const jwk = await exportJWK(KINDS.RS256.publicKey);
  const jwtKeyFile = file({ ...jwk, alg: 'RS256' });
  expect(await takes({ jwtKeyFile }, await sign(KINDS.RS256.privateKey, 'PS256'))).toBe(false);
});

describe('one clear line for', () => {
  test('two ways at once', () => {
    expect(problem({ jwtSecret: SECRET, jwtKeyFile: '/x' })).toMatch(/^jwtSecret and jwtKeyFile are set/);
    expect(problem({ jwtKeyFile: '/x', jwtJwksUrl: 'https://x' })).toMatch(/^jwtKeyFile and jwtJwksUrl are set/);
  });

  test('an issuer or audience without a key', () => {
    expect(problem({ jwtIssuer: 'x' })).toMatch(/need jwtSecret, jwtKeyFile or jwtJwksUrl/);
    expect(problem({ jwtAudience: 'x' })).toMatch(/need jwtSecret/);
  });

  test('a file that is not there', () => {
    expect(problem({ jwtKeyFile: '/nowhere.pem' })).toBe(
      'The key file /nowhere.pem (jwtKeyFile) cannot be read (ENOENT).',
    );
  });

  test.each([
    ['nothing', '', /holds no public key/],
    ['something else', 'hello', /holds no public key/],
    ['broken JSON', '{"kty": "RSA", "n": "not to be shown', /is not JSON/],
    ['another object', {}, /holds no public key/],
    ['an empty set', { keys: [] }, /has no keys/],
    ['a set with something else', { keys: [{ kty: 'RSA' }] }, /holds no public key/],
    ['a secret', { kty: 'oct', k: 'c2VjcmV0' }, /private key or a secret/],
    ['a small RSA key', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), /RSA of 2048 bits/],
    ['another curve', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey), /of a kind that/],
    ['an encryption key', pem(generateKeyPairSync('x25519').publicKey), /of a kind that/],
    [
      'a private key',
      KINDS.EdDSA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /private key or a secret/,
    ],
    ['a private JWK', KINDS.EdDSA.privateKey.export({ format: 'jwk' }), /private key or a secret/],
    [
      'a JWK for another algorithm',
      { ...KINDS.RS256.publicKey.export({ format: 'jwk' }), alg: 'RS512' },
      /an algorithm that the server does not take/,
    ],
  ])('a file with %s', (_, content, sentence) => {
    const message = problem({ jwtKeyFile: file(content) });
    expect(message).toMatch(sentence);
    expect(message).not.toMatch(/not to be shown|\n/);
  });
});
