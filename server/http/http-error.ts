import type { SecurityEventFields } from '../log/audit.ts';
import type { PageName } from './site.ts';

export interface HttpErrorOptions extends ErrorOptions {
  /** What the log should say of a refusal beside its address, document and code. */
  readonly about?: SecurityEventFields;
  /** After how many seconds the same request may be good. */
  readonly retryAfter?: number;
  /** The page of the site that tells it to somebody in a browser. */
  readonly page?: PageName;
}

/** A refusal with an HTTP status. `message` is a sentence for the caller and the log; docs/http-api.md lists the codes. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly code: string;
  readonly about: SecurityEventFields;
  readonly retryAfter: number | null;
  readonly page: PageName | null;

  constructor(statusCode: number, code: string, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.statusCode = statusCode;
    this.code = code;
    this.about = options.about ?? {};
    this.retryAfter = options.retryAfter ?? null;
    this.page = options.page ?? null;
  }
}

/** Refuses with 429 when there is something to wait for. */
export function requirePatience(seconds: number, reason: string): void {
  if (seconds > 0) throw tooMuch(seconds, reason);
}

/** Somebody asks for too much: the answer 429 with the seconds to wait. */
export function tooMuch(seconds: number, reason: string, about: SecurityEventFields = {}): HttpError {
  const message = `${reason} Try again in ${seconds} seconds.`;
  return new HttpError(429, 'rate-limited', message, { about, retryAfter: seconds });
}
