import { networkOf } from './network-of.ts';

/**
 * How many sockets each client address has, counted over those that are open. Addresses of one IPv6 network of 64 bits,
 * which one household gets, count as one; IPv4 addresses count as what they are, also in their IPv6 form.
 */
export class AddressBook {
  readonly #counts = new Map<string, number>();

  /** How many addresses have a socket. */
  get size(): number {
    return this.#counts.size;
  }

  /** How many sockets `address` has. */
  count(address: string): number {
    return this.#counts.get(networkOf(address)) ?? 0;
  }

  /** Counts a socket of `address`; returns the function that ends that, to be called once. */
  add(address: string): () => void {
    const network = networkOf(address);
    this.#counts.set(network, (this.#counts.get(network) ?? 0) + 1);
    return () => {
      const left = (this.#counts.get(network) ?? 0) - 1;
      if (left > 0) this.#counts.set(network, left);
      else this.#counts.delete(network);
    };
  }
}
