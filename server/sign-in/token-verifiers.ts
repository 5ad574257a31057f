import type { TokenVerifier } from '../access/token-verifier.ts';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../log/logger.ts';
import { type JwtKeys, readKeyFile, secretKeys } from './jwt-keys.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import { KeyServer } from './key-server.ts';

/** The settings that say which tokens of others are taken. */
export type TokenSettings = Pick<Settings, 'jwtSecret' | 'jwtKeyFile' | 'jwtJwksUrl' | 'jwtIssuer' | 'jwtAudience'>;

/**
 * What checks the tokens that the server's owner makes elsewhere; empty when the settings name no key.
 * @throws ConfigError when they name more than one, or one that cannot be used
 */
export function createTokenVerifiers(settings: TokenSettings, clock: Clock, logger: Logger): TokenVerifier[] {
  const { jwtSecret, jwtKeyFile, jwtJwksUrl, jwtIssuer, jwtAudience } = settings;
  const given = Object.entries({ jwtSecret, jwtKeyFile, jwtJwksUrl }).filter(([, value]) => value !== null);
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(' and ');
    throw new ConfigError(`${names} are set, but tokens are checked in one way only. Take all but one away.`);
  }
  const keys = keysOf(settings, clock, logger);
  if (keys !== null) return [new JwtVerifier({ keys, issuer: jwtIssuer, audience: jwtAudience, clock })];
  if (jwtIssuer !== null || jwtAudience !== null) {
    throw new ConfigError('jwtIssuer and jwtAudience need jwtSecret, jwtKeyFile or jwtJwksUrl too.');
  }
  return [];
}

function keysOf({ jwtSecret, jwtKeyFile, jwtJwksUrl }: TokenSettings, clock: Clock, logger: Logger): JwtKeys | null {
  if (jwtSecret !== null) return secretKeys(jwtSecret);
  if (jwtKeyFile !== null) return readKeyFile(jwtKeyFile);
  return jwtJwksUrl === null ? null : new KeyServer(jwtJwksUrl, clock, logger);
}
