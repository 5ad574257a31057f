import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';

/**
 * Why an update is refused: a short stable code and what it means. None of these can come from a Yjs client that works;
 * the
 * sender is closed with 4400, but for those that pass with time.
 */
export const REFUSAL_CODES = {
  truncated: 'The update ends in the middle of something.',
  'trailing-bytes': 'Bytes follow the update.',
  'bad-number': 'A number has more than 32 bits.',
  'bad-count': 'A count claims more than the bytes that remain could hold, or nothing at all.',
  'bad-utf8': 'A string is not valid UTF-8.',
  'bad-content': 'A struct holds content that does not exist, cannot be decoded, or does not belong into a text.',
  'bad-parent': 'A struct is not a plain part of the text of the document.',
  'zero-length': 'A struct or a deletion has no length; a document that holds one cannot be loaded again.',
  'clock-range': 'A struct reaches beyond the highest clock, or is longer than a struct may be.',
  'duplicate-client': 'A client id appears twice where Yjs writes it once.',
  'bad-origin': 'A struct builds on itself or on something later of its own client.',
  'dependency-cycle': 'Structs build on each other in a circle.',
  'reversed-origins': 'The right neighbour of a struct stands left of its left neighbour; replicas would diverge.',
  'impossible-origins': 'Neighbours of a struct were never neighbours; replicas could diverge.',
  contradiction: 'A struct that is known in part has other neighbours than it had.',
  'overlapping-deletes': 'Deletions of one client cover more than the client ever wrote.',
  'too-many-clients': 'More new client ids came from one connection, address or person than may in an hour.',
  'document-clients': 'As many clients have written in this document as may. It is rebuilt when nobody is in it.',
  'too-many-roots': 'The document has as many named top-level types as it may.',
  'too-deep': 'Types or values are nested deeper than allowed.',
  'yjs-failed': 'Yjs could not apply the update.',
} as const;

/** What may be different later: the sender is closed with a code that makes it come again. */
const PASSING: ReadonlySet<string> = new Set<keyof typeof REFUSAL_CODES>(['too-many-clients', 'document-clients']);

/** Seconds after which what was refused for now may be brought again. */
const PASSING_RETRY_AFTER = 60;

/** See `REFUSAL_CODES`. */
export type RefusalCode = keyof typeof REFUSAL_CODES;

/** An update that must not reach the document. */
export class UpdateRefused extends Error {
  override readonly name = 'UpdateRefused';
  /** Short and stable, for logs and docs. */
  readonly code: RefusalCode;

  /** `where` is a sentence that follows what the code means. */
  constructor(code: RefusalCode, { where, ...options }: ErrorOptions & { readonly where?: string } = {}) {
    super(where === undefined ? REFUSAL_CODES[code] : `${REFUSAL_CODES[code]} ${where}`, options);
    this.code = code;
  }
}

/** How the connection of the one who sent such an update ends: for good only when its bytes are wrong. */
export function closeOfRefusal({ code, message }: UpdateRefused): {
  readonly code: CloseCode;
  readonly reason: string;
} {
  if (!PASSING.has(code)) return { code: CLOSE_CODES.malformed, reason: message };
  return { code: CLOSE_CODES.rateLimited, reason: retryAfterReason(PASSING_RETRY_AFTER, message) };
}
