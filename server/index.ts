/**
 * `coscribe/server`: the server inside another Node.js program. docs/embedding-server.md shows it.
 * @module coscribe/server
 */

export type {
  Access,
  AccessListener,
  AccessRequest,
  Authenticator,
  Grant,
  Person,
  Refusal,
} from './access/authenticator.ts';
export { AccessUnavailable } from './access/authenticator.ts';
export type { Clock } from './clock.ts';
export type { GivenSettings } from './config/config.ts';
export { ConfigError } from './config/config-error.ts';
export type { Settings } from './config/settings.ts';
export type { DocumentChange } from './embedding/change-watch.ts';
export type { DocumentHandle } from './embedding/document-handle.ts';
export {
  type CreateServerOptions,
  createServer,
  type EmbeddedServer,
  type Visit,
} from './embedding/embedded-server.ts';
export type { HostCallback } from './embedding/fenced-call.ts';
export type { Logger } from './log/logger.ts';
export { UpdateNotApplied } from './room/host-member.ts';
export type { VerifyProgress } from './store/level/verify-database.ts';
export { LevelStore, type LevelStoreOptions } from './store/level-store.ts';
export { MemoryStore } from './store/memory-store.ts';
export { type KeyRange, type Operation, type Store, StoreError } from './store/store.ts';
export { type StoreCase, storeContract } from './store/store-contract.ts';
