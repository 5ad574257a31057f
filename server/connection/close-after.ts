import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { UpdateRefused } from '../gate/update-refused.ts';
import { PresenceLimitError } from '../room/presence.ts';

/** How a connection ends after `error` came of one of its frames. What nobody foresaw is the server's fault. */
export function closeAfter(error: unknown): { readonly code: CloseCode; readonly reason: string } {
  if (error instanceof ProtocolError || error instanceof UpdateRefused) {
    return { code: CLOSE_CODES.malformed, reason: error.message };
  }
  if (error instanceof PresenceLimitError) return { code: CLOSE_CODES.rateLimited, reason: error.message };
  return { code: CLOSE_CODES.internalError, reason: CLOSE_CODES.internalError.meaning };
}
