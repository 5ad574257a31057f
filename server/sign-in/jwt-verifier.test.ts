import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { TokenRefused } from '../access/token-verifier.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { secretKeys } from './jwt-keys.ts';
import { JwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';

const SECRET = 'a secret of thirty-two bytes, or more';
const bytes = (text: string) => new TextEncoder().encode(text);
const clock = new FakeClock();
const now = clock.date() / 1000;

interface Token {
  claims?: Record<string, unknown>;
  key?: Uint8Array | KeyObject;
  alg?: string;
}

/** A token of an editor of everything, good for a minute, unless the test says otherwise. */
function sign({ claims = {}, key = bytes(SECRET), alg = 'HS256' }: Token = {}): Promise<string> {
  const all = { exp: now + 60, rights: [{ prefix: '', role: 'editor' }], ...claims };
  return new SignJWT(all).setProtectedHeader({ alg }).sign(key);
}

function verifier(options: Partial<JwtVerifierOptions> = {}): JwtVerifier {
  return new JwtVerifier({ keys: secretKeys(SECRET), issuer: null, audience: null, clock, ...options });
}

/** The sentence with which a token is refused. */
async function refusal(token: string, options: Partial<JwtVerifierOptions> = {}): Promise<string> {
  const error: unknown = await verifier(options)
    .verify(token)
    .then(
      () => 'it was accepted',
      (reason: unknown) => reason,
    );
  if (!(error instanceof TokenRefused)) throw new Error(`no refusal: ${error}`);
  expect(error.message).not.toContain(token.slice(0, 12));
  return error.message;
}

test('a good token says who holds it, what that allows where, and until when', async () => {
  const claims = {
    sub: 'alice@example.org',
    name: 'Alice',
    color: '#3366CC',
    picture: 'https://pictures.example/alice.png',
    rights: [
      { document: 'plan', role: 'viewer' },
      { document: 'plan', role: 'owner' },
      { prefix: 'team/', role: 'commenter' },
      { document: 'team/budget', role: 'viewer' },
      { prefix: 'team/drafts/', role: 'editor' },
    ],
  };
  const token = await sign({ claims });
  expect(verifier().recognises(token)).toBe(true);
  const verified = await verifier().verify(token);
  expect(verified).toMatchObject({
    person: {
      id: 'alice@example.org',
      name: 'Alice',
      color: '#3366CC',
      avatar: 'https://pictures.example/alice.png',
    },
    expiresAt: (now + 65) * 1000,
    through: 'token',
  });
  const names = ['plan', 'planet', 'Plan', 'team', 'team/x', 'team/budget', 'team/drafts/1', 'other/team/'];
  expect(names.map((name) => [name, verified.roleIn(name)])).toEqual([
    ['plan', 'owner'],
    ['planet', null],
    ['Plan', null],
    ['team', null],
    ['team/x', 'commenter'],
    ['team/budget', 'commenter'],
    ['team/drafts/1', 'editor'],
    ['other/team/', null],
  ]);
});

test('a token may name nobody, and give nothing', async () => {
  const verified = await verifier().verify(await sign({ claims: { rights: undefined } }));
  expect([verified.person, verified.roleIn('plan')]).toEqual([null, null]);
  const nameless = await verifier().verify(await sign({ claims: { sub: 'bob', name: null } }));
  expect(nameless.person).toEqual({ id: 'bob', name: null, color: null, avatar: null });
});

test('other credentials are not taken for tokens', () => {
  const others = ['', 'abc', 'a.b', 'a.b.c.d', 'a.b.c.d.e', 'link.abc', 'own.abc', 'a.b.c d', 'ä.b.c'];
  expect(others.filter((token) => verifier().recognises(token))).toEqual([]);
});

describe('[SEC-3] time', () => {
  test.each([
    ['expired', { exp: now - 6 }, /expired/],
    ['without an end', { exp: undefined }, /"exp" of the token is missing/],
    ['whose end is not a time', { exp: 'tomorrow' }, /"exp"/],
    ['not valid yet', { nbf: now + 6 }, /not valid yet/],
  ])('refuses a token that is %s', async (_, claims, sentence) => {
    expect(await refusal(await sign({ claims }))).toMatch(sentence);
  });

  test('clocks may differ by some seconds', async () => {
    const verified = await verifier().verify(await sign({ claims: { exp: now - 4, nbf: now + 4 } }));
    expect(verified.expiresAt).toBeGreaterThan(clock.date());
  });

  test('an end beyond all dates is one', async () => {
    const verified = await verifier().verify(await sign({ claims: { exp: 1e300 } }));
    expect(new Date(verified.expiresAt ?? Number.NaN).getTime()).not.toBeNaN();
  });
});

describe('[SEC-3] signatures', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicRsa = { algorithms: ['RS256', 'PS256'], find: async () => rsa.publicKey };

  test('of another secret, or none at all', async () => {
    const other = await sign({ key: bytes('another secret of thirty-two bytes, or so') });
    expect(await refusal(other)).toMatch(/signature/);
    const [header, payload] = (await sign()).split('.');
    expect(await refusal(`${header}.${payload}.`)).toMatch(/signature/);
  });

  test('of what was changed afterwards', async () => {
    const [header, , signature] = (await sign({ claims: { sub: 'alice' } })).split('.');
    const forged = Buffer.from(JSON.stringify({ sub: 'mallory', exp: now + 60 })).toString('base64url');
    expect(await refusal(`${header}.${forged}.${signature}`)).toMatch(/signature/);
  });

  test('`alg: none`, with any spelling', async () => {
    const unsecured = new UnsecuredJWT({ sub: 'mallory', exp: now + 60 }).encode();
    expect(verifier().recognises(unsecured)).toBe(true);
    expect(await refusal(unsecured)).toMatch(/signed in a way/);
    expect(await refusal(unsecured, { keys: publicRsa })).toMatch(/signed in a way/);
    const [, payload] = unsecured.split('.');
    for (const alg of ['None', 'NONE', '', 'nonE']) {
      const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      expect(await refusal(`${header}.${payload}.`)).toMatch(/signed in a way|cannot|can read/);
    }
  });

  test('a public key is no secret, and a secret is no public key', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    for (const text of [pem, pem.trim(), pem.replace(/\n/g, '')]) {
      expect(await refusal(await sign({ key: bytes(text) }), { keys: publicRsa })).toMatch(/signed in a way/);
    }
    expect(await refusal(await sign({ key: rsa.privateKey, alg: 'RS256' }))).toMatch(/signed in a way/);
    expect(createPublicKey(pem).asymmetricKeyType).toBe('rsa');
  });

  test('by other algorithms of the same secret', async () => {
    const long = 'x'.repeat(64);
    const token = await sign({ key: bytes(long), alg: 'HS512' });
    expect(await refusal(token, { keys: secretKeys(long) })).toMatch(/signed in a way/);
  });

  test('what is no token at all', async () => {
    for (const text of ['a.b.c', 'e30.e30.e30', `${'a'.repeat(20_000)}.b.c`]) {
      expect(await refusal(text)).toMatch(/token/);
    }
  });
});

describe('[SEC-3] issuer and audience', () => {
  const options = { issuer: 'https://backend.example', audience: 'coscribe' };

  test('are as they must be', async () => {
    for (const aud of ['coscribe', ['other', 'coscribe']]) {
      const token = await sign({ claims: { iss: options.issuer, aud } });
      await expect(verifier(options).verify(token)).resolves.toMatchObject({ through: 'token' });
    }
  });

  test.each([
    ['another issuer', { iss: 'https://evil.example', aud: 'coscribe' }, /"iss"/],
    ['no issuer', { aud: 'coscribe' }, /"iss" of the token is missing/],
    ['another audience', { iss: options.issuer, aud: 'billing' }, /"aud"/],
    ['no audience', { iss: options.issuer }, /"aud" of the token is missing/],
  ])('refuses %s', async (_, claims, sentence) => {
    expect(await refusal(await sign({ claims }), options)).toMatch(sentence);
  });
});

describe('claims that are not as they must be are named', () => {
  test.each([
    [{ sub: 7 }, '"sub" of the token is not a text'],
    [{ sub: '  ' }, '"sub" of the token is empty'],
    [{ sub: 'x'.repeat(257) }, '"sub" of the token is longer than 256 characters'],
    [{ sub: 'a', name: 'Ali\u0000ce' }, '"name" of the token has a control character'],
    [{ sub: 'a', name: '\u202eecilA' }, '"name" of the token has an invisible character'],
    [{ sub: 'a', color: 'red' }, '"color" of the token is not a colour'],
    [{ sub: 'a', color: '#fff' }, '"color"'],
    [{ sub: 'a', color: ['#ffffff'] }, '"color"'],
    [{ sub: 'a', picture: 'http://pictures.example/a.png' }, '"picture" of the token is not an https address'],
    [{ sub: 'a', picture: 'javascript:alert(1)' }, '"picture"'],
    [{ name: 'Alice' }, '"name" of the token needs the claim "sub"'],
    [{ rights: 'all' }, '"rights" of the token is not a list'],
    [{ rights: { prefix: '', role: 'owner' } }, '"rights" of the token is not a list'],
    [{ rights: ['owner'] }, '"rights[0]" of the token is not an object'],
    [
      {
        rights: [
          { prefix: '', role: 'editor' },
          { prefix: '', role: 'admin' },
        ],
      },
      '"rights[1].role"',
    ],
    [{ rights: [{ prefix: '' }] }, '"rights[0].role"'],
    [{ rights: [{ role: 'editor' }] }, '"rights[0]" of the token needs either document or prefix'],
    [{ rights: [{ document: 'a', prefix: 'b', role: 'editor' }] }, '"rights[0]" of the token needs either'],
    [{ rights: [{ prefix: null, role: 'editor' }] }, '"rights[0].prefix"'],
    [{ rights: [{ document: '', role: 'editor' }] }, '"rights[0].document"'],
    [{ rights: [{ document: ['a'], role: 'editor' }] }, '"rights[0].document"'],
    [{ rights: [{ document: 'a', role: 'editor', until: 5 }] }, '"rights[0]" of the token has a field besides'],
  ])('%j', async (claims, sentence) => {
    expect(await refusal(await sign({ claims }))).toContain(sentence);
  });
});
