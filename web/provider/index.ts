// The published names of `coscribe/provider`.
export type { DocumentProperties, Notice } from '../../protocol/messages.ts';
export type { Person } from '../../protocol/person.ts';
export type { Clock } from './clock.ts';
export type { Refusal } from './connection-state.ts';
export { CoscribeProvider } from './provider.ts';
export type { OfflineCopyState, ProviderEvents, ProviderOptions } from './provider-options.ts';
export type { Socket, SocketConstructor } from './socket.ts';
