import { uint32 } from 'lib0/random';
import * as Y from 'yjs';
import {
  encodeAwareness,
  encodeRetire,
  encodeSyncStep1,
  encodeSyncStep2,
  type Message,
  type Welcome,
} from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { stateDigest } from '../../protocol/state-digest.ts';
import type { Clock } from './clock.ts';
import { GatherWindow } from './gather-window.ts';
import { encodeMissing, hasPending, wasApplied } from './missing-update.ts';
import { MessageTooBigError, type Outbox } from './outbox.ts';
import { NotPlainTextError, plainUpdate } from './plain-text-only.ts';
import type { Presence } from './presence.ts';

/** Changes within this many milliseconds leave in one frame. */
export const GATHER_MS = 30;

/** An update with nothing in it: no structs, no deletes. */
const EMPTY_UPDATE = new Uint8Array([0, 0]);

export interface SessionOptions {
  readonly doc: Y.Doc;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly welcome: Welcome;
  /** The origin of changes that come from the server. */
  readonly origin: unknown;
  readonly send: (frame: Uint8Array) => void;
  /** Whether the document holds all of the offline copy by now. */
  readonly copyLoaded: () => boolean;
  /** Step 2 of the server has been applied for the first time. */
  readonly synced: () => void;
  /** The outbox's account has changed; `restored` when what the offline copy held when it was read is durable. */
  readonly accountChanged: (restored: boolean) => void;
  /** Something is too large for the server and stays on this device. */
  readonly tooBig: (error: MessageTooBigError) => void;
  /** Something went wrong that the session survives, for a log. */
  readonly failed: (error: unknown) => void;
  /** Something went wrong while sending that only a new connection can repair. */
  readonly broken: (error: unknown) => void;
}

/**
 * The conversation about one document on one connection, from the welcome to the end of the connection. It lives as long
 * as the connection, so that nothing it knows can be true of another one.
 *
 * ```
 * server                                   client
 * welcome, step 1, awareness of all  ->
 *                                    <-  step 1
 *                                    <-  step 2 (what the server lacks)      from here on edits go out as updates
 *                                    <-  own awareness
 * step 2 (what the client lacks)     ->                                      synced; neither is sent when the digests agree
 * update, awareness, stored(n) …    <->  update, awareness …
 * step 1 (it noticed a gap)          ->
 *                                    <-  step 2
 * ```
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #gather: GatherWindow;
  #mayWrite: boolean;
  /** What the server had when it last asked; null until it asks, and until then edits wait for the answer. */
  #serverVector: Uint8Array | null = null;
  #synced = false;
  #presenceWaits = false;
  /** Parts of the document that did not fit together yet when it was last sent whole, and so are owed to the server. */
  #owesPending = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#gather = new GatherWindow(options.clock, GATHER_MS, () => this.flush());
    this.#mayWrite = writes(options.welcome.role);
  }

  /** Whether edits leave as they happen; before this they leave with the answer to the server's step 1. */
  get live(): boolean {
    return this.#serverVector !== null && this.#mayWrite;
  }

  /** The content of the server is here. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Sends what a client says first. */
  start(): void {
    const { doc, presence, send } = this.#options;
    if (this.#hasWhatServerHas()) this.#nowSynced();
    else send(encodeSyncStep1(Y.encodeStateVector(doc)));
    this.#guarded(() => presence.renew());
    this.#presenceWaits = true;
  }

  /** Handles a message of the server. Throws when the message is broken. */
  receive(message: Message): void {
    const { doc, outbox, presence } = this.#options;
    presence.refresh();
    switch (message.type) {
      case 'sync-step-1':
        // A copy: the message is a view of the frame.
        this.#serverVector = message.stateVector.slice();
        this.#sendWhole();
        if (this.#presenceWaits) this.#gather.touch();
        return;
      case 'sync-step-2':
      case 'update': {
        const fitted = !hasPending(doc);
        this.#apply(message.update);
        if (message.type === 'sync-step-2') this.#nowSynced();
        this.#settlePending(fitted);
        return;
      }
      case 'awareness':
        presence.applyRemote(message.update);
        return;
      case 'stored':
        this.#options.accountChanged(outbox.stored(message.count));
        return;
      case 'query-awareness':
        this.presenceChanged();
        return;
      case 'welcome':
        throw new ProtocolError('a second welcome');
      case 'retire':
      case 'token':
      case 'compressed':
        throw new ProtocolError(`a server must not send "${message.type}"`);
      case 'auth':
      case 'notice':
        return;
      default:
        message satisfies never;
    }
  }

  /** The document changed in a way the server does not know of. The outbox has counted the edit, if it is one. */
  edited(update: Uint8Array): void {
    if (!this.live) return;
    this.#options.outbox.wait(this.#acceptable(update));
    this.#gather.touch();
  }

  /** Another tab changed the document. A step 2 carries it: an update would tell the server that the tab's client id is ours. */
  relayed(update: Uint8Array): void {
    if (!this.live) return;
    this.flush();
    this.#options.outbox.sendNothing();
    this.#options.send(encodeSyncStep2(this.#acceptable(update)));
  }

  /** The own presence changed. */
  presenceChanged(): void {
    this.#presenceWaits = true;
    this.#gather.touch();
  }

  /**
   * Sends everything the document has and the server lacked when it last asked. As a step 2, like the answer to a question: in it
   * may be what others wrote, and an update would tell the server that their client ids are ours.
   */
  sendDifference(): void {
    if (this.live) this.#sendWhole();
  }

  /**
   * What this client may do, or who it is, may be different now. From somebody who may no longer write nothing more goes out; what
   * somebody wrote who only now may goes out at once.
   */
  accessChanged(role: string): void {
    const { outbox, presence } = this.#options;
    const couldWrite = this.#mayWrite;
    this.#mayWrite = writes(role);
    if (couldWrite && !this.#mayWrite) outbox.forgetWaiting();
    if (!couldWrite && this.#mayWrite) this.sendDifference();
    // Others may have been told that this client is gone, or nothing of it yet.
    this.#guarded(() => presence.renew());
    this.presenceChanged();
  }

  /** Sends what was gathered: edits first, presence never ahead of them. Does not throw. */
  flush(): void {
    const { outbox, presence, send, failed, broken, tooBig, welcome } = this.#options;
    try {
      if (outbox.hasWaiting) for (const frame of outbox.takeFrames(welcome.limits.messageBytes)) send(frame);
    } catch (error) {
      if (error instanceof MessageTooBigError) tooBig(error);
      else broken(error);
      return;
    }
    // The own caret may stand in text that only the answer to step 1 brings.
    if (!this.#presenceWaits || this.#serverVector === null) return;
    this.#presenceWaits = false;
    try {
      send(encodeAwareness(presence.encodeOwn()));
    } catch (error) {
      // Only the presence is too large or nested too deep; the text does not suffer for it.
      failed(error);
    }
  }

  /** The connection is over. */
  end(): void {
    this.#gather.stop();
    this.#options.outbox.dropped();
    this.#guarded(() => this.#options.presence.clear());
  }

  /**
   * Whether this document is what the server's was at the welcome. Then neither lacks anything of the other, and the deletions
   * of the whole history, which state vectors leave out, need not travel either way.
   */
  #hasWhatServerHas(): boolean {
    const { doc, welcome } = this.#options;
    return !hasPending(doc) && stateDigest(doc.store.clients) === welcome.digest;
  }

  /** Gives up the client id of this document, for others to write under. Only with everything stored. */
  retire(): void {
    const { doc, send } = this.#options;
    if (!this.#synced || !this.live || !hasWritten(doc)) return;
    const retired = doc.clientID;
    // First, so that nothing can ever be written under the old one.
    doc.clientID = uint32();
    send(encodeRetire(retired));
  }

  /**
   * Writes under the granted client id from here on, if nothing was written yet. Not before the server's content is here: the
   * next clock under that id is only known then.
   */
  #takeClientId(): void {
    const { doc, send, welcome } = this.#options;
    if (welcome.clientId === undefined) return;
    if (hasWritten(doc) || hasPending(doc)) send(encodeRetire(welcome.clientId));
    else doc.clientID = welcome.clientId;
  }

  #nowSynced(): void {
    if (this.#synced) return;
    this.#synced = true;
    this.#takeClientId();
    this.#options.synced();
  }

  #apply(update: Uint8Array): void {
    const { doc, origin, failed } = this.#options;
    try {
      Y.applyUpdate(doc, update, origin);
    } catch (error) {
      if (!wasApplied(doc, update)) throw error;
      failed(error);
    }
  }

  /** Changes the awareness. What that makes the host's observers throw must not end the conversation. */
  #guarded(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #sendWhole(): void {
    const { doc, outbox, send, welcome, copyLoaded } = this.#options;
    if (this.#serverVector === null) return;
    if (!this.#mayWrite) {
      outbox.sendNothing();
      send(encodeSyncStep2(EMPTY_UPDATE));
      return;
    }
    this.#owesPending = hasPending(doc);
    const whole = this.#hasWhatServerHas() ? EMPTY_UPDATE : encodeMissing(doc, this.#serverVector);
    const frame = encodeSyncStep2(this.#acceptable(whole));
    if (frame.length > welcome.limits.messageBytes) {
      this.#options.tooBig(
        new MessageTooBigError(
          `the changes on this device make a message of ${frame.length} bytes, the server takes ${welcome.limits.messageBytes}`,
        ),
      );
      return;
    }
    outbox.sendWhole(copyLoaded() && !this.#owesPending);
    send(frame);
  }

  /** An update of this document as the server takes it. What has no room in a document of plain text goes from here too. */
  #acceptable(update: Uint8Array): Uint8Array {
    const { doc, origin, failed, welcome } = this.#options;
    const { textField } = welcome;
    const plain = textField === undefined ? null : plainUpdate(doc, update, textField);
    if (textField === undefined || plain === null) return update;
    this.#guarded(() => Y.applyUpdate(doc, plain.removal, origin));
    const error = new NotPlainTextError(plain.found, textField);
    // biome-ignore lint/suspicious/noConsole: a mistake of the page's own code, which nobody finds who does not listen to errors
    console.warn(error.message);
    failed(error);
    return plain.update;
  }

  /** After a change from the server: asks again if it left a gap, and sends what could not be sent while there was one. */
  #settlePending(fittedBefore: boolean): void {
    const { doc, send } = this.#options;
    if (hasPending(doc)) {
      if (fittedBefore) send(encodeSyncStep1(Y.encodeStateVector(doc)));
    } else if (this.#owesPending) {
      this.sendDifference();
    }
  }
}

/** An unknown role is taken to be able to write: the server decides, this only avoids certain refusals. */
function writes(role: string): boolean {
  return role !== 'viewer' && role !== 'commenter';
}

/** Whether the document holds anything under the client id that its next edit would be written under. */
export function hasWritten(doc: Y.Doc): boolean {
  return Y.getState(doc.store, doc.clientID) > 0;
}
