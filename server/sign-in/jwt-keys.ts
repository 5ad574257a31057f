import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { ConfigError } from '../config/config-error.ts';

/**
 * What tokens are checked with. The algorithms follow from the kind of the key and never from the token, so that nobody can
 * use a public key as a secret, or sign with nothing.
 */
export interface JwtKeys {
  readonly algorithms: readonly string[];
  readonly find: JWTVerifyGetKey;
}

/** For keys that come one of several: what each is good for follows from its kind again. */
export const PUBLIC_KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] as const;

const LEAST_RSA_BITS = 2048;

/** A secret that anyone who makes tokens has too. */
export function secretKeys(secret: string): JwtKeys {
  const bytes = new TextEncoder().encode(secret);
  return { algorithms: ['HS256'], find: async () => bytes };
}

/**
 * Public keys from a file: PEM (a key or a certificate), a JWK or a JWKS.
 * @throws ConfigError when it cannot be read or holds no such key
 */
export function readKeyFile(path: string): JwtKeys {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new ConfigError(`The key file ${path} (jwtKeyFile) cannot be read (${reason}).`);
  }
  if (!text.startsWith('{')) {
    if (/PRIVATE KEY/.test(text)) throw notPublic(path);
    return oneKey(path, () => createPublicKey(text));
  }
  const content = parseJson(path, text);
  if (!('keys' in content)) return jwkKeys(path, content as JWK);
  const { keys } = content;
  if (!Array.isArray(keys) || keys.length === 0)
    throw new ConfigError(`The key file ${path} (jwtKeyFile) has no keys.`);
  for (const jwk of keys) jwkKeys(path, jwk);
  return { algorithms: PUBLIC_KEY_ALGORITHMS, find: createLocalJWKSet(content as unknown as JSONWebKeySet) };
}

function parseJson(path: string, text: string): object {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null) return content;
  } catch {
    // What JSON.parse complains of quotes the file.
  }
  throw new ConfigError(`The key file ${path} (jwtKeyFile) is not JSON. It must hold a PEM key, a JWK or a JWKS.`);
}

function jwkKeys(path: string, jwk: JWK): JwtKeys {
  if (jwk.d !== undefined || jwk.k !== undefined) throw notPublic(path);
  const { algorithms, find } = oneKey(path, () => createPublicKey({ key: jwk, format: 'jwk' }));
  const { alg } = jwk;
  if (alg === undefined) return { algorithms, find };
  if (!algorithms.includes(alg)) {
    throw new ConfigError(`The key file ${path} (jwtKeyFile) is for an algorithm that the server does not take.`);
  }
  return { algorithms: [alg], find };
}

function oneKey(path: string, read: () => KeyObject): JwtKeys {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw new ConfigError(`The key file ${path} (jwtKeyFile) holds no public key as PEM, JWK or JWKS.`);
  }
  const algorithms = algorithmsOf(key);
  if (algorithms === null) {
    throw new ConfigError(
      `The key in ${path} (jwtKeyFile) is of a kind that the server does not take: RSA of ${LEAST_RSA_BITS} bits or more, P-256, P-384, Ed25519.`,
    );
  }
  return { algorithms, find: async () => key };
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] | null {
  switch (asymmetricKeyType) {
    case 'rsa':
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS ? ['RS256', 'PS256'] : null;
    case 'ec':
      if (asymmetricKeyDetails?.namedCurve === 'prime256v1') return ['ES256'];
      return asymmetricKeyDetails?.namedCurve === 'secp384r1' ? ['ES384'] : null;
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    default:
      return null;
  }
}

function notPublic(path: string): ConfigError {
  return new ConfigError(
    `The key file ${path} (jwtKeyFile) holds a private key or a secret. The server needs the public key only; keep the other where tokens are made.`,
  );
}
