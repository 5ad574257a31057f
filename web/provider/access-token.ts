import type { ProviderOptions } from './provider-options.ts';

/** The page gave no token that could be shown: its function failed, or what it gave is none. Asked again later. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** What a token may consist of: it travels as the name of a WebSocket subprotocol. */
const NOT_IN_A_TOKEN = /[^\w!#$%&'*+.^`|~-]/;

/**
 * The token, or what its function gives now; undefined or '' for none.
 * @throws TokenError with what was thrown as its cause, if anything was
 */
export async function askToken(token: ProviderOptions['token']): Promise<string | undefined> {
  let given: unknown;
  try {
    given = typeof token === 'function' ? await token() : token;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TokenError(`The page could not get an access token: ${reason.replace(/\.?$/, '.')}`, { cause: error });
  }
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'string') {
    throw new TokenError(`The page could not get an access token: it got a value of type ${typeof given}, no string.`);
  }
  // Not the token itself: the sentence may be seen by others.
  const wrong = NOT_IN_A_TOKEN.exec(given)?.[0];
  if (wrong === undefined) return given;
  throw new TokenError(
    `The access token of the page holds the character ${JSON.stringify(wrong)}, which no token can have.`,
  );
}
