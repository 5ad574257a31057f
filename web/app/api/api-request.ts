import { siteRoot } from '../base/site-root.ts';

/** A request the server refused or never got. The message is a sentence for the person at the screen. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  /** As docs/http-api.md lists them; null when the answer was not the server's own. */
  readonly code: string | null;
  /** Seconds to wait before trying again; null when the server did not say. */
  readonly retryAfter: number | null;

  constructor(
    message: string,
    about: { status?: number; code?: string | null; retryAfter?: number | null } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = about.status ?? null;
    this.code = about.code ?? null;
    this.retryAfter = about.retryAfter ?? null;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    const { status } = this;
    return status === null || status === 429 || status >= 500;
  }
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the root of the site, for example `/api/session`. */
  readonly path: string;
  /** The access token; empty for none. */
  readonly token?: string;
  readonly body?: unknown;
}

/** How long an answer may take, in milliseconds. Without an end, a dead network would hold whatever waits for the answer. */
const PATIENCE = 15_000;

/** Browsers refuse longer bodies of requests that outlive their page (64 KiB); in UTF-16 units, of which each may be three bytes. */
const MAX_KEEPALIVE = 20_000;

/**
 * Asks the server. The token goes in a header, never in the address.
 * @param request the browser's `fetch`
 * @returns the answer's JSON; undefined when it has none
 * @throws ApiError when the server refuses or cannot be reached
 */
export async function askApi(
  { method, path, token = '', body }: ApiRequest,
  request: typeof fetch = (...args) => fetch(...args),
): Promise<unknown> {
  const content = body === undefined ? '' : JSON.stringify(body);
  let response: Response;
  try {
    response = await request(siteRoot() + path.slice(1), {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      // Anyone who changes something and leaves the page at once has changed it all the same.
      keepalive: method !== 'GET' && content.length < MAX_KEEPALIVE,
      headers: {
        ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: content }),
    });
  } catch (cause) {
    throw new ApiError('The server cannot be reached right now.', {}, { cause });
  }
  if (!response.ok) throw await refusalOf(response);
  return response.status === 204 ? undefined : await response.json();
}

async function refusalOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const retryAfter = Number.isNaN(seconds) ? null : seconds;
  try {
    const { error } = (await response.json()) as { error?: { message?: unknown; code?: unknown } };
    if (typeof error?.message === 'string') {
      return new ApiError(error.message, {
        status,
        code: typeof error.code === 'string' ? error.code : null,
        retryAfter,
      });
    }
  } catch {
    // A proxy's page instead of our JSON: the status is all there is to say.
  }
  return new ApiError(`The server answered with status ${status}.`, { status, retryAfter });
}
