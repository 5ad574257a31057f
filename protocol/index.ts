/** `coscribe/protocol`: the wire, for other implementations and for tools. docs/protocol.md has every byte in words. */
export * from './awareness-entries.ts';
export * from './close-codes.ts';
export * from './document-name.ts';
export * from './messages.ts';
export { ProtocolError } from './protocol-error.ts';
export * from './roles.ts';
export * from './state-digest.ts';
export * from './version.ts';
