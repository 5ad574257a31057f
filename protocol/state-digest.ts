/** As much of a Yjs struct as the digest looks at. */
export interface DigestedStruct {
  readonly id: { readonly clock: number };
  readonly length: number;
  readonly deleted: boolean;
}

/**
 * A short name for the state of a Yjs document: two documents with the same structs and the same deletions have the same one,
 * whatever their history of merging and collecting, and others have, but for one chance in 2^64, not. A client that
 * reconnects with what the server has is found by it, where state vectors would still send every deletion there ever was.
 *
 * The structs of each client come as `doc.store.clients` holds them: by client id, in the order of their clocks.
 */
export function stateDigest(clients: ReadonlyMap<number, readonly DigestedStruct[]>): string {
  const hash = new RunningHash();
  for (const clientId of [...clients.keys()].sort((a, b) => a - b)) {
    const structs = clients.get(clientId) ?? [];
    // How content is cut into structs differs between replicas; where deleted stretches begin and end does not.
    let wasDeleted = false;
    let end = 0;
    hash.add(clientId);
    for (const { id, length, deleted } of structs) {
      if (deleted !== wasDeleted) {
        hash.add(id.clock);
        wasDeleted = deleted;
      }
      end = id.clock + length;
    }
    // No clock is that high, so that what follows a client's stretches cannot be taken for one of them.
    hash.add(NO_CLOCK);
    hash.add(end);
  }
  return hash.hex;
}

const NO_CLOCK = 0xffffffff;

/** Two 32-bit lanes, mixed as MurmurHash3 does, with different constants. */
class RunningHash {
  #first = 0x9747b28c;
  #second = 0x3c6ef372;
  #count = 0;

  add(value: number): void {
    this.#count += 1;
    this.#first = mix(this.#first, value >>> 0, 0xcc9e2d51, 0x1b873593);
    this.#second = mix(this.#second, value >>> 0, 0x239b961b, 0x38b34ae5);
  }

  get hex(): string {
    return finish(this.#first ^ this.#count) + finish(this.#second ^ this.#first);
  }
}

function mix(hash: number, value: number, one: number, two: number): number {
  let mixed = Math.imul(value, one);
  mixed = (mixed << 15) | (mixed >>> 17);
  mixed = hash ^ Math.imul(mixed, two);
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe6546b64) | 0;
}

function finish(hash: number): string {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return (mixed >>> 0).toString(16).padStart(8, '0');
}
