/**
 * `coscribe/protocol`: the wire, for other clients and for tools. docs/protocol.md has every byte in words.
 * @module coscribe/protocol
 */
export { CLOSE_CODES, type CloseCode, closeCode, parseCloseReason, type RetryRule } from './close-codes.ts';
export { documentNameProblem, isDocumentName } from './document-name.ts';
export { LIMITS } from './limits.ts';
export {
  type DocumentProperties,
  decodeMessage,
  encodeAwareness,
  encodeQueryAwareness,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeToken,
  encodeUpdate,
  type Message,
  type Notice,
  type Welcome,
} from './messages.ts';
export type { Person } from './person.ts';
export { ProtocolError } from './protocol-error.ts';
export { type Action, higherRole, isRole, may, ROLES, type Role } from './roles.ts';
export { PROTOCOL_VERSION, SUBPROTOCOL, SYNC_PATH, TEXT_FIELD, TOKEN_SUBPROTOCOL_PREFIX } from './version.ts';
