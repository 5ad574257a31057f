/**
 * `coscribe/provider`: a Yjs document and its presence, kept in step with a Coscribe server and on this device.
 * @module coscribe/provider
 */
export type { DocumentProperties, Notice } from '../../protocol/messages.ts';
export type { Person } from '../../protocol/person.ts';
export type { Role } from '../../protocol/roles.ts';
export { TokenError } from './access-token.ts';
export type { Clock } from './clock.ts';
export type { Refusal } from './connection-state.ts';
export { clearOfflineCopies } from './device/clear-offline-copies.ts';
export type { CopyFilter } from './device/copy-names.ts';
export type { Inspector, LogEntry } from './inspector.ts';
export { NotPlainTextError } from './plain-text-only.ts';
export { CoscribeProvider } from './provider.ts';
export type { OfflineCopyState, ProviderEvents, ProviderOptions } from './provider-options.ts';
export type { Socket, SocketConstructor, Transport } from './socket.ts';
