import type { SecurityEventFields } from '../log/audit.ts';
import type { PageName } from './site.ts';

export interface HttpErrorOptions extends ErrorOptions {
  /** What the log should say of a refusal beside its address, document and code. */
  readonly about?: SecurityEventFields;
  /** Whether the token of the request was not good, rather than not good enough. */
  readonly refusesToken?: boolean;
  /** The page of the site that tells it to somebody in a browser. */
  readonly page?: PageName;
}

/** A refusal with an HTTP status. `message` is a sentence for the caller and the log; docs/http-api.md lists the codes. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly code: string;
  readonly about: SecurityEventFields;
  readonly refusesToken: boolean;
  readonly page: PageName | null;

  constructor(statusCode: number, code: string, message: string, options: HttpErrorOptions = {}) {
    super(message, options);
    this.statusCode = statusCode;
    this.code = code;
    this.about = options.about ?? {};
    this.refusesToken = options.refusesToken ?? false;
    this.page = options.page ?? null;
  }
}
