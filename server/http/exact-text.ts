import { HttpError } from './http-error.ts';

/** Keeps a byte order mark, which is a character of the text. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a body, character for character: what cannot be kept like that is refused, never replaced.
 * @param contentType the header, for the charset that it may name
 * @throws HttpError for another charset than UTF-8, and for bytes that are no UTF-8
 */
export function exactText(body: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new HttpError(
      415,
      'unsupported-charset',
      `The body must be UTF-8, not ${charset.slice(0, 40)}: convert it first.`,
    );
  }
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw new HttpError(400, 'invalid-content', 'The body is not valid UTF-8: convert it first.', { cause });
  }
}
