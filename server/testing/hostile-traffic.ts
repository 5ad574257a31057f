import * as Y from 'yjs';
import { encodeAwarenessEntries } from '../../protocol/awareness-entries.ts';
import {
  encodeAwareness,
  encodeNotice,
  encodeQueryAwareness,
  encodeStored,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
} from '../../protocol/messages.ts';
import { SUBPROTOCOL } from '../../protocol/version.ts';
import { RawClient } from './raw-client.ts';
import { craftFrame, rawAttack } from './raw-frames.ts';
import { SeededRandom } from './seeded-random.ts';
import { forge, mutate } from './update-mutants.ts';
import { WireClient } from './wire-client.ts';

/*
 * Strangers who send what they like to a real server while people write in the same document. What is sent follows from
 * the seed; when it arrives is up to the network. Each run throws when it touched anybody but the strangers.
 */

/** Attackers on their way at a time. */
const AT_A_TIME = 8;

/** Messages of one hostile socket before another takes over: the server closes it only after a second at the soonest. */
const MESSAGES_A_SOCKET = 6;

const WORDS = ['a', 'bc ', '\n', '😀', 'שלום'];

/** People who write in a document, and notice when something happens to them that should not. */
class People {
  readonly clients: readonly WireClient[];
  readonly #url: string;
  readonly #path: string;
  readonly #random: SeededRandom;

  private constructor(url: string, path: string, random: SeededRandom, clients: readonly WireClient[]) {
    this.#url = url;
    this.#path = path;
    this.#random = random;
    this.clients = clients;
  }

  /** Two people with a client of ours, one with a stock client. */
  static async join(url: string, path: string, random: SeededRandom): Promise<People> {
    const clients = await Promise.all([
      WireClient.join(url, path),
      WireClient.join(url, path),
      WireClient.join(url, path, { protocols: [] }),
    ]);
    return new People(url, path, random, clients);
  }

  /** One of them writes or deletes something; returns the update. */
  write(): Uint8Array {
    const client = this.#random.pick(this.clients);
    const text = client.doc.getText('content');
    const at = this.#random.below(text.length + 1);
    const update = client.edit(() => {
      if (this.#random.chance(0.7) || text.length === 0) text.insert(at, this.#random.pick(WORDS));
      else text.delete(Math.min(at, text.length - 1), 1);
    });
    client.sendUpdate(update);
    return update;
  }

  /** Checks that all are still connected, have what the server has, and that it is stored; then they leave. */
  async leaveInAgreement(): Promise<void> {
    for (const client of this.clients) {
      if (client.closed !== null) throw new Error(`somebody honest was closed: ${JSON.stringify(client.closed)}`);
    }
    await Promise.all(this.clients.slice(0, 2).map((client) => client.untilStored()));
    const late = await WireClient.join(this.#url, this.#path);
    for (const client of this.clients) {
      await client.until(() => client.text === late.text, `the text of a late comer (${late.text.length} long)`);
    }
    await Promise.all([...this.clients, late].map((client) => client.leave()));
  }
}

/** Every kind of message, right ones and such that only a server sends, about the document of `doc`. */
function messageOf(doc: Y.Doc, updates: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  const lot = new SeededRandom(random.below(2 ** 32));
  const update = updates.length === 0 ? new Uint8Array([0, 0]) : random.pick(updates);
  const state = new TextEncoder().encode(JSON.stringify({ cursor: { anchor: random.below(9) }, user: { name: 'é' } }));
  const entry = { clientId: random.below(2 ** 32), clock: random.below(100), state };
  switch (random.below(9)) {
    case 0:
      return encodeSyncStep1(Y.encodeStateVector(doc));
    case 1:
      return encodeSyncStep2(Y.encodeStateAsUpdate(doc));
    case 2:
      return encodeUpdate(update);
    case 3:
      return encodeUpdate(forge(doc, lot));
    case 4:
      return encodeSyncStep2(forge(doc, lot));
    case 5:
      return encodeAwareness(encodeAwarenessEntries([entry], 1));
    case 6:
      return encodeQueryAwareness();
    case 7:
      return encodeStored(random.below(100));
    default:
      return encodeNotice({ type: 'storage', state: 'failing' });
  }
}

/**
 * Sends `count` messages, max of them changed in some bytes, cut, or joined from parts of others, from sockets with and
 * without our subprotocol, among the edits of people.
 * @throws Error when somebody honest was closed or ends with another text.
 */
export async function runMessageFuzz(url: string, seed: number, count: number): Promise<void> {
  const random = new SeededRandom(seed);
  const path = `messages-${seed}`;
  const people = await People.join(url, path, random);
  const doc = people.clients[0]?.doc ?? new Y.Doc();
  const updates: Uint8Array[] = [];
  const past: Uint8Array[] = [];
  let sent = 0;
  const sockets = new Set<RawClient>();
  while (sent < count) {
    const socket = await RawClient.upgrade(url, path, random.chance(0.5) ? SUBPROTOCOL : null);
    sockets.add(socket);
    for (let left = MESSAGES_A_SOCKET; left > 0 && !socket.closed; left--) {
      updates.push(people.write());
      const message = messageOf(doc, updates, random);
      past.push(message);
      const lot = new SeededRandom(random.below(2 ** 32));
      const bytes = random.chance(0.8) ? mutate(message, past.slice(-50), lot) : message;
      socket.write(craftFrame({ payload: bytes }));
      sent += 1;
    }
    for (const old of sockets) {
      if (sockets.size <= AT_A_TIME) break;
      old.destroy();
      sockets.delete(old);
    }
    // The people's sockets need their turns too.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const socket of sockets) socket.destroy();
  await people.leaveInAgreement();
}

/**
 * Makes `count` sockets break the WebSocket protocol, some of them a few bytes at a time, among the edits of people.
 * @throws Error when a socket that must end does not, or somebody honest was closed or ends with another text.
 */
export async function runRawFuzz(url: string, seed: number, count: number): Promise<void> {
  const random = new SeededRandom(seed);
  const path = `frames-${seed}`;
  const people = await People.join(url, path, random);
  for (let done = 0; done < count; done += AT_A_TIME) {
    const attacks = Array.from({ length: AT_A_TIME }, () => ({
      ...rawAttack(random),
      step: random.chance(0.2) ? 16 : Number.POSITIVE_INFINITY,
      subprotocol: random.chance(0.7) ? SUBPROTOCOL : null,
    }));
    people.write();
    await Promise.all(
      attacks.map(async ({ what, bytes, ends, step, subprotocol }) => {
        const client = await RawClient.upgrade(url, path, subprotocol);
        if (step === Number.POSITIVE_INFINITY || bytes.length > 2_000) client.write(bytes);
        else await client.drip(bytes, step);
        if (ends && subprotocol !== null) {
          await client.untilEnded().catch((cause: unknown) => {
            throw new Error(`the server does not end a socket that sends ${what}`, { cause });
          });
        }
        client.destroy();
      }),
    );
  }
  await people.leaveInAgreement();
}
