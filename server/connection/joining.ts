import { CLOSE_CODES, type CloseCode, retryAfterReason } from '../../protocol/close-codes.ts';
import { encodeWelcome, type Welcome } from '../../protocol/messages.ts';
import { siteOf } from '../limits/network-of.ts';
import type { Member } from '../room/member.ts';
import { type Lease, type Registry, RegistryFullError } from '../room/registry.ts';

/** Seconds that a client turned away because the server is full is asked to wait. */
const FULL_RETRY_AFTER = 10;

/** About what a message takes in memory beside its bytes while it waits. */
const EARLY_MESSAGE_BYTES = 128;

/** What a client sent while its document was being loaded, in order (SYN-2). */
export class EarlyFrames {
  readonly #frames: Uint8Array[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a frame; false when that is too much. */
  keep(frame: Uint8Array): boolean {
    this.#bytes += EARLY_MESSAGE_BYTES + frame.length;
    if (this.#bytes > this.#maxBytes) return false;
    this.#frames.push(frame);
    return true;
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return this.#frames[Symbol.iterator]();
  }
}

/** A document that is open, or why it is not. */
export type Opened =
  | { readonly kind: 'open'; readonly lease: Lease }
  | { readonly kind: 'refused'; readonly code: CloseCode; readonly reason: string };

/** What somebody comes with who wants to join. */
export interface Arrival {
  readonly documentName: string;
  readonly address: string;
  /** That of the copy which the client brings, if it says. */
  readonly epoch: string | null;
  /** Whether it could say: a client of y-websocket knows of no epochs. */
  readonly speaksCoscribe: boolean;
}

/** For a client that brings a copy of a deleted document, or may do so: it would come back to life with the first message. */
const DELETED = 'The document was deleted. Open its page, or create it over HTTP, to begin a new one.';

/** Opens a document for somebody; a copy of another life of it is refused (SYN-5). */
export async function openDocument(registry: Registry, arrival: Arrival): Promise<Opened> {
  const { documentName, address, epoch, speaksCoscribe } = arrival;
  let lease: Lease;
  try {
    lease = await registry.open(documentName, siteOf(address));
  } catch (error) {
    // The registry has logged any other cause.
    const reason =
      error instanceof RegistryFullError
        ? retryAfterReason(FULL_RETRY_AFTER, error.message)
        : 'The document cannot be loaded right now.';
    return { kind: 'refused', code: CLOSE_CODES.tryAgainLater, reason };
  }
  const { document } = lease.room;
  if (!speaksCoscribe && document.wasDeleted) {
    lease.release();
    return { kind: 'refused', code: CLOSE_CODES.epochChanged, reason: DELETED };
  }
  if (epoch === null || epoch === document.epoch) return { kind: 'open', lease };
  lease.release();
  return { kind: 'refused', code: CLOSE_CODES.epochChanged, reason: CLOSE_CODES.epochChanged.meaning };
}

/** The first message to a client that speaks `coscribe.1`: what the document is, and what the client may do (`told`). */
export function welcome(
  { room }: Lease,
  member: Member,
  { wantsClientId, told }: { wantsClientId: boolean; told: Pick<Welcome, 'role' | 'limits'> & Partial<Welcome> },
): Uint8Array {
  const { document } = room;
  const clientId = wantsClientId ? room.grantClientId(member) : null;
  return encodeWelcome({
    ...told,
    epoch: document.epoch,
    digest: room.digest,
    ...(clientId === null ? {} : { clientId }),
    connection: member.id,
    document: document.properties,
    ...(room.textField === null ? {} : { textField: room.textField }),
    ...(document.exists ? {} : { isNew: true }),
  });
}
