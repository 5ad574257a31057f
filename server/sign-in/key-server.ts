import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { AccessUnavailable } from '../access/authenticator.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { type JwtKeys, PUBLIC_KEY_ALGORITHMS } from './jwt-keys.ts';

/** Times in milliseconds. */
const LIMITS = {
  /** Longest wait for an answer: somebody waits for access meanwhile. */
  answer: 3_000,
  /** Age of the keys from which on they are read again, so that a withdrawn one goes out of use. */
  fresh: 10 * 60_000,
  /** Least time between two reads for the sake of keys that are not among those known: anybody can make up a key's name. */
  again: 30_000,
  /** Least time between two reads after one that failed. */
  afterFailure: 2_000,
} as const;

type Keys = ReturnType<typeof createLocalJWKSet>;

/**
 * The public keys that another server publishes as a JWKS, read when they are first needed, when a token names one that is
 * not known, and when they grow old. While that server does not answer, the keys last read remain in force.
 */
export class KeyServer implements JwtKeys {
  readonly algorithms = PUBLIC_KEY_ALGORITHMS;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #keys: Keys | null = null;
  #reading: Promise<Keys> | null = null;
  /** When the last read began, and the last one that failed. */
  #readAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(url: string, clock: Clock, logger: Logger) {
    this.#url = url;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @throws AccessUnavailable when the keys are needed and cannot be read */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const known = this.#keys ?? (await this.#read());
    const age = this.#clock.now() - this.#readAt;
    // In the background; a failure has been logged.
    if (age > LIMITS.fresh) this.#read().catch(() => undefined);
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age < LIMITS.again) throw error;
    }
    return (await this.#read())(header, token);
  };

  #read(): Promise<Keys> {
    if (this.#clock.now() - this.#failedAt < LIMITS.afterFailure) return Promise.reject(unavailable());
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #fetch(): Promise<Keys> {
    const { origin, pathname } = new URL(this.#url);
    this.#readAt = this.#clock.now();
    const patience = new AbortController();
    const timer = this.#clock.setTimeout(
      () => patience.abort(new Error(`no answer within ${LIMITS.answer / 1000} s`)),
      LIMITS.answer,
    );
    try {
      const response = await fetch(this.#url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        redirect: 'error',
        signal: patience.signal,
      });
      if (response.status !== 200) throw new Error(`the answer is ${response.status}`);
      this.#keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
      return this.#keys;
    } catch (err) {
      this.#failedAt = this.#clock.now();
      // Without its query, which could hold a key.
      this.#logger.error({ err, url: origin + pathname }, 'The keys that tokens are checked with cannot be read.');
      throw unavailable();
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

function unavailable(): AccessUnavailable {
  return new AccessUnavailable('Tokens cannot be checked right now.');
}
