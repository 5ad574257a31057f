import { isIPv6 } from 'node:net';

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

/** What counts as one address. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':');
    while (groups.length + behind.length < 8) groups.push('0');
    groups.push(...behind);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
