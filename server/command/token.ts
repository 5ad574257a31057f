import { SignJWT } from 'jose';
import type { Role } from '../../protocol/roles.ts';
import { TokenRefused } from '../access/token-verifier.ts';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config/settings.ts';
import { readClaims } from '../sign-in/jwt-claims.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/** What `coscribe token` was asked for; lives in seconds. */
interface TokenRequest {
  readonly where: { readonly document: string } | { readonly prefix: string };
  readonly role: Role;
  readonly subject: string | null;
  readonly name: string | null;
  readonly color: string | null;
  readonly expiresIn: number;
}

/**
 * `coscribe token`: writes a token that a server with the same settings takes, signed with `jwtSecret`.
 * @returns the exit code
 * @throws CommandError when there is no secret to sign with, or the server would refuse such a token
 */
export async function token(
  { settings, order }: { readonly settings: Settings; readonly order: TokenRequest },
  terminal: Terminal,
  clock: Clock,
): Promise<number> {
  const { jwtSecret, jwtIssuer, jwtAudience } = settings;
  if (jwtSecret === null) {
    throw new CommandError(
      'A token is signed with the setting jwtSecret, which is not set. Give the one that the server has, best as COSCRIBE_JWT_SECRET.',
    );
  }
  const { subject, name, color, where, role, expiresIn } = order;
  const claims = {
    ...(jwtIssuer === null ? {} : { iss: jwtIssuer }),
    ...(jwtAudience === null ? {} : { aud: jwtAudience }),
    ...(subject === null ? {} : { sub: subject }),
    ...(name === null ? {} : { name }),
    ...(color === null ? {} : { color }),
    rights: [{ ...where, role }],
  };
  try {
    readClaims(claims);
  } catch (error) {
    throw error instanceof TokenRefused ? new CommandError(error.message) : error;
  }
  const now = Math.floor(clock.date() / 1000);
  const signed = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now)
    .setExpirationTime(now + expiresIn)
    .sign(new TextEncoder().encode(jwtSecret));
  terminal.say(signed);
  return 0;
}
