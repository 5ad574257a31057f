import { networkOf, networksOf, sharesOf } from './network-of.ts';

/**
 * How many sockets each client address has, counted over those that are open. Addresses of one IPv6 network of 64 bits,
 * which one household gets, count as one, and those of 56 and of 48 bits have a few times as much together; IPv4 addresses
 * count as what they are, also in their IPv6 form.
 */
export class AddressBook {
  readonly #counts = new Map<string, number>();

  /** How many networks have a socket. */
  get size(): number {
    return this.#counts.size;
  }

  /** How many sockets `address` has. */
  count(address: string): number {
    return this.#counts.get(networkOf(address)) ?? 0;
  }

  /** Whether `address` has as many sockets as it may, of which one network may have `max`. */
  isFull(address: string, max: number): boolean {
    return networksOf(address).some((network) => (this.#counts.get(network) ?? 0) >= max * sharesOf(network));
  }

  /** Counts a socket of `address`; returns the function that ends that, to be called once. */
  add(address: string): () => void {
    const networks = networksOf(address);
    for (const network of networks) this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
    return () => {
      for (const network of networks) {
        const left = (this.#counts.get(network) ?? 0) - 1;
        if (left > 0) this.#counts.set(network, left);
        else this.#counts.delete(network);
      }
    };
  }
}
