import type { CoscribeProvider } from '../../provider/index.ts';
import type { SyncPort } from './session-ports.ts';

const EVENTS = ['status', 'sync', 'saved', 'properties', 'closed', 'notice', 'role', 'retry', 'offline-copy'] as const;

/** Shows the provider as what a session needs of it. */
export function syncPort(provider: CoscribeProvider): SyncPort {
  return {
    get status() {
      return provider.status;
    },
    get synced() {
      return provider.synced;
    },
    get loaded() {
      return provider.loaded;
    },
    get saved() {
      return provider.saved;
    },
    get unsavedChanges() {
      return provider.unsavedChanges;
    },
    get keptOnDevice() {
      return provider.keptOnDevice;
    },
    get role() {
      return provider.role;
    },
    get frozen() {
      return provider.frozen;
    },
    get isNew() {
      return provider.isNew;
    },
    get properties() {
      return provider.properties;
    },
    get closed() {
      return provider.closed;
    },
    get retryAt() {
      return provider.retryAt;
    },
    get storageFailing() {
      return provider.storageFailing;
    },
    get announcement() {
      return provider.announcement;
    },
    retryNow: () => provider.retryNow(),
    inspect: () => provider.inspect(),
    forgetOfflineCopy: () => provider.deleteOfflineCopy(),
    onChange(listener) {
      for (const event of EVENTS) provider.on(event, listener);
      void provider.whenLoaded.then(listener);
      return () => {
        for (const event of EVENTS) provider.off(event, listener);
      };
    },
  };
}
