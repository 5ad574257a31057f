import { SignJWT } from 'jose';

/** The secret of servers in tests, and of the backend that makes tokens for them. */
export const JWT_SECRET = 'a secret for tests of thirty-two bytes, or more';

/** A token that a server with `jwtSecret` of tests takes, for a minute unless the claims say otherwise. */
export function makeToken(claims: Record<string, unknown> = {}, secret: string = JWT_SECRET): Promise<string> {
  const expires = Math.floor(Date.now() / 1000) + 60;
  return new SignJWT({ exp: expires, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}
