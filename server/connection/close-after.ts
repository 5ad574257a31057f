import { CLOSE_CODES, type CloseCode } from '../../protocol/close-codes.ts';
import { foreignProtocolOf } from '../../protocol/foreign-protocol.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { closeOfRefusal, UpdateRefused } from '../gate/update-refused.ts';
import { PresenceLimitError } from '../room/presence.ts';

/** How a connection ends after `error` came of one of its frames. What nobody foresaw is the server's fault. */
export function closeAfter(error: unknown): { readonly code: CloseCode; readonly reason: string } {
  if (error instanceof ProtocolError) return { code: CLOSE_CODES.malformed, reason: error.message };
  if (error instanceof UpdateRefused) return closeOfRefusal(error);
  if (error instanceof PresenceLimitError) return { code: CLOSE_CODES.rateLimited, reason: error.message };
  return { code: CLOSE_CODES.internalError, reason: CLOSE_CODES.internalError.meaning };
}

/** What to say about a frame that is no message: where it is one of another protocol, which. */
export function namingProtocol(error: unknown, frame: Uint8Array): unknown {
  const name = error instanceof ProtocolError ? foreignProtocolOf(frame) : null;
  if (name === null) return error;
  return new ProtocolError(`This client speaks the protocol of ${name}; this server speaks that of y-websocket.`, {
    cause: error,
  });
}
