import type { CloseCode } from '../../protocol/close-codes.ts';

/** Why the server refused for good. */
export type Refusal = Pick<CloseCode, 'name' | 'meaning'> & { readonly reason: string };

/** What the status line is made from, all as the provider tells it. */
export interface StatusInput {
  readonly status: 'connecting' | 'connected' | 'disconnected';
  /** The server's text has arrived at least once since this connection opened. */
  readonly synced: boolean;
  /** Whether the page has ever been in sync: before that it "connects", after that it "reconnects". */
  readonly everSynced: boolean;
  /** Everything written here is durable on the server. */
  readonly saved: boolean;
  /** Edits the server has not confirmed. */
  readonly unsavedChanges: number;
  /** Whole seconds until the next attempt; null when none is waiting. */
  readonly retryInSeconds: number | null;
  /** The browser itself knows that there is no network. A server on this machine may answer all the same. */
  readonly browserOffline: boolean;
  /** Edits have waited for the server's confirmation for longer than a working connection takes. */
  readonly stalled: boolean;
  readonly storageFailing: boolean;
  /** Edits survive a reload without the server. Without that they are in this tab alone. */
  readonly keptOnDevice: boolean;
  /** The page itself opens without a network. */
  readonly opensOffline: boolean;
  readonly refusal: Refusal | null;
}

/** Values of `data-saved`. */
export type SavedState = 'saved' | 'saving' | 'local';
/** Values of `data-connection`. */
export type ConnectionState = 'connected' | 'connecting' | 'offline' | 'reconnecting' | 'closed';

/** The status line in words. */
export interface StatusWording {
  readonly saved: SavedState;
  readonly connection: ConnectionState;
  /** The saved state; null while it says nothing that the connection's words do not say. */
  readonly badge: string | null;
  /** The connection; null while all is well. */
  readonly detail: string | null;
  readonly canTryNow: boolean;
  readonly tone: 'calm' | 'attention' | 'danger';
}

/** Says the two true things about a document, whether it is saved and whether it is connected, in the fewest words. */
export function statusWording(input: StatusInput): StatusWording {
  const connection = connectionState(input);
  const saved = savedState(input, connection);
  const badge = savedBadge(saved, input.unsavedChanges, input.keptOnDevice);
  switch (connection) {
    case 'connected':
      return {
        saved,
        connection,
        badge,
        detail: null,
        canTryNow: false,
        tone: saved === 'local' ? 'attention' : 'calm',
      };
    case 'connecting':
      return {
        saved,
        connection,
        badge: saved === 'local' ? badge : null,
        detail: CONNECTION_WORDS.connecting,
        canTryNow: false,
        tone: 'calm',
      };
    case 'reconnecting':
      return {
        saved,
        connection,
        badge: saved === 'local' ? badge : null,
        detail:
          input.retryInSeconds === null ? CONNECTION_WORDS.reconnecting : `Reconnecting in ${input.retryInSeconds} s`,
        canTryNow: input.retryInSeconds !== null,
        tone: 'attention',
      };
    case 'offline':
      return {
        saved,
        connection,
        badge: null,
        detail: offlineDetail(input, saved),
        canTryNow: true,
        tone: 'attention',
      };
    case 'closed':
      return { saved, connection, badge, detail: CONNECTION_WORDS.closed, canTryNow: false, tone: 'danger' };
  }
}

function connectionState(input: StatusInput): ConnectionState {
  if (input.refusal !== null) return 'closed';
  const silent = input.browserOffline && input.stalled;
  if (input.status === 'connected' && input.synced && !silent) return 'connected';
  if (input.browserOffline) return 'offline';
  if (!input.everSynced && input.retryInSeconds === null) return 'connecting';
  return 'reconnecting';
}

function savedState(input: StatusInput, connection: ConnectionState): SavedState {
  if (input.saved) return 'saved';
  // Not saved and nothing counted: the copy on this device is still being read.
  if (input.unsavedChanges === 0 && connection === 'connecting') return 'saving';
  return connection === 'connected' && !input.storageFailing ? 'saving' : 'local';
}

/** Whether everything is saved, and else where it is. */
export function savedBadge(saved: SavedState, count: number, keptOnDevice: boolean): string {
  switch (saved) {
    case 'saved':
      return 'Saved';
    case 'saving':
      return 'Saving…';
    case 'local': {
      const where = keptOnDevice ? 'Only on this device' : 'Only in this tab';
      return count > 0 ? `${where} (${edits(count)})` : where;
    }
  }
}

/** The connection in as few words as there are, for a line with little room. */
export const CONNECTION_WORDS: Readonly<Record<ConnectionState, string>> = {
  connected: '',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  offline: 'Offline: keep writing',
  closed: 'Not connected',
};

function offlineDetail({ unsavedChanges, keptOnDevice, opensOffline }: StatusInput, saved: SavedState): string {
  const many = unsavedChanges === 0 ? 'your edits' : edits(unsavedChanges);
  const are = unsavedChanges === 1 ? 'is' : 'are';
  if (!keptOnDevice) {
    return saved === 'saved'
      ? 'Offline: what you write is only in this tab, do not close it'
      : `Offline: ${many} ${are} only in this tab, do not close it`;
  }
  const warning = opensOffline ? '' : ', do not reload this page';
  if (saved === 'saved') return `${CONNECTION_WORDS.offline}, edits stay on this device${warning}`;
  return `${CONNECTION_WORDS.offline}, ${many} ${are} on this device${warning}`;
}

function edits(count: number): string {
  return count === 1 ? '1 edit' : `${count.toLocaleString('en')} edits`;
}

/** What a screen reader is told when the connection changes; null for changes that need no words. */
export function connectionAnnouncement(
  before: ConnectionState,
  after: ConnectionState,
  keptOnDevice: boolean,
): string | null {
  if (before === after) return null;
  const edits = keptOnDevice
    ? 'Keep writing, your edits stay on this device.'
    : 'What you write is only in this tab: do not close it.';
  switch (after) {
    case 'connected':
      return before === 'connecting' ? null : 'Connected again. Your edits are being saved.';
    case 'offline':
      return `You are offline. ${edits}`;
    case 'reconnecting':
      return before === 'offline' ? null : `The connection was lost. ${edits}`;
    case 'closed':
      return 'The server has closed this document for you. What to do is said below the top bar.';
    case 'connecting':
      return null;
  }
}

/** What Mod+S says: nothing has to be saved by hand, but only what is true. */
export function saveKeyAnswer(saved: SavedState, keptOnDevice: boolean): string {
  switch (saved) {
    case 'saved':
      return 'Everything is saved. Coscribe saves by itself.';
    case 'saving':
      return 'Saving. Coscribe saves by itself.';
    case 'local':
      return keptOnDevice
        ? 'Your latest edits are only on this device so far. They are saved as soon as the server answers.'
        : 'Your latest edits are only in this tab. Do not close it: they are saved as soon as the server answers.';
  }
}
