/** Bytes that do not follow the wire format. The message says what was read and what was expected, and holds no user data. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
