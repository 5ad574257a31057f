import { createHash } from 'node:crypto';
import { unpackMessages } from '../../protocol/http-transport.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/**
 * The messages that one client has sent in bodies of requests, each taken once and in its order, however often and late a network
 * brings a request (CON-10).
 */
export class ReceivedMessages {
  #count = 0;
  #last: { readonly first: number; readonly digest: Buffer } | null = null;

  /** How many were taken. */
  get count(): number {
    return this.#count;
  }

  /**
   * What is new in a body whose first message has this number; nothing when it was here before.
   * @throws ProtocolError when it cannot be from the client that sent the ones before
   */
  take(first: number, body: Uint8Array): readonly Uint8Array[] {
    // A request that a proxy sends again long after; what it holds was taken.
    if (first < (this.#last?.first ?? 1)) return [];
    const digest = createHash('sha256').update(body).digest();
    if (first === this.#last?.first) {
      if (digest.equals(this.#last.digest)) return [];
      throw new ProtocolError(`message ${first} came twice, with another content`);
    }
    if (first !== this.#count + 1) throw new ProtocolError(`message ${this.#count + 1} was to come, ${first} came`);
    const messages = unpackMessages(body);
    if (messages.length === 0) return [];
    this.#last = { first, digest };
    this.#count += messages.length;
    return messages;
  }
}
