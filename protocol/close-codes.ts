/** What a client does after a close: wait and try again, try again no sooner than the reason says, or stop. */
export type RetryRule = 'backoff' | 'never';

/** Why a connection was closed; docs/errors.md has each. */
export interface CloseCode {
  readonly code: number;
  /** Short stable name, as in docs/errors.md and in the provider's `closed` state. */
  readonly name: string;
  readonly retry: RetryRule;
  /** One sentence for the person at the other end: what happened and what to do. */
  readonly meaning: string;
}

/** Every close code that server or provider sends, in one place (CON-6). docs/errors.md lists the same; a test compares. */
export const CLOSE_CODES = {
  normal: { code: 1000, name: 'normal', retry: 'backoff', meaning: 'The other end is done with this connection.' },
  goingAway: { code: 1001, name: 'going-away', retry: 'backoff', meaning: 'The page or the server is going away.' },
  tooBig: {
    code: 1009,
    name: 'message-too-big',
    retry: 'never',
    meaning: 'A message was larger than the server allows. Split the change, or raise the limit on the server.',
  },
  internalError: {
    code: 1011,
    name: 'internal-error',
    retry: 'backoff',
    meaning: 'Something failed inside the server; its log has the cause.',
  },
  restart: { code: 1012, name: 'restart', retry: 'backoff', meaning: 'The server is restarting.' },
  tryAgainLater: {
    code: 1013,
    name: 'try-again-later',
    retry: 'backoff',
    meaning:
      'The document cannot be served right now: it could not be loaded, the server is full, or the connection was too slow.',
  },
  malformed: {
    code: 4400,
    name: 'malformed',
    retry: 'never',
    meaning: 'The client sent bytes that are not a valid message or update. Nothing of them was kept.',
  },
  unauthenticated: {
    code: 4401,
    name: 'unauthenticated',
    retry: 'never',
    meaning: 'The access token is missing, wrong or expired. Get a new one.',
  },
  passwordNeeded: {
    code: 4402,
    name: 'password-needed',
    retry: 'never',
    meaning: 'This share link has a password, which has to be given first.',
  },
  forbidden: {
    code: 4403,
    name: 'forbidden',
    retry: 'never',
    meaning: 'This person may not do that in this document.',
  },
  invalidName: {
    code: 4404,
    name: 'invalid-document-name',
    retry: 'never',
    meaning:
      'The document name is not valid. Names have 1 to 200 bytes, no control or invisible characters and no empty, "." or ".." parts.',
  },
  epochChanged: {
    code: 4409,
    name: 'epoch-changed',
    retry: 'never',
    meaning:
      'The document was replaced on the server (restored, deleted or wiped). The copy on this device is kept for download.',
  },
  otherPerson: {
    code: 4410,
    name: 'other-person',
    retry: 'never',
    meaning: 'The token is now that of somebody else, and this is not their copy. Open the document again.',
  },
  documentFull: {
    code: 4413,
    name: 'document-full',
    retry: 'never',
    meaning: 'The document is as large as the server allows. It can be read, and text can be deleted from it.',
  },
  rateLimited: {
    code: 4429,
    name: 'rate-limited',
    retry: 'backoff',
    meaning: 'Too many connections or messages in a short time. Wait as long as the reason says.',
  },
} as const satisfies Record<string, CloseCode>;

const byCode = new Map<number, CloseCode>(Object.values(CLOSE_CODES).map((entry) => [entry.code, entry]));

/** What to do about a close with this code. Unknown codes are retried, except unknown 44xx, which are permanent refusals. */
export function closeCode(code: number): CloseCode {
  return (
    byCode.get(code) ?? {
      code,
      name: 'unknown',
      retry: code >= 4400 && code < 4500 ? 'never' : 'backoff',
      meaning: `The connection was closed with code ${code}.`,
    }
  );
}

const RETRY_AFTER = /^retry-after=(\d{1,6}); ?/;

/** A close reason that tells the client how long to wait: `retry-after=SECONDS; text`. At most 123 bytes go on the wire. */
export function retryAfterReason(seconds: number, text: string): string {
  return `retry-after=${Math.max(0, Math.ceil(seconds))}; ${text}`;
}

/** Splits a close reason into the seconds a retry must wait (null when it says nothing) and the text for a person. */
export function parseCloseReason(reason: string): { retryAfterSeconds: number | null; text: string } {
  const match = RETRY_AFTER.exec(reason);
  if (match === null) return { retryAfterSeconds: null, text: reason };
  return { retryAfterSeconds: Number(match[1]), text: reason.slice(match[0].length) };
}
