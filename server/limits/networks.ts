import { isIPv4, isIPv6 } from 'node:net';
import { groupsOf, withoutMapping } from './network-of.ts';

/** An address or a network of addresses. */
interface Network {
  readonly bits: 32 | 128;
  /** How many of the first bits all of its addresses share. */
  readonly prefix: number;
  readonly value: bigint;
}

/** The widest networks that may be named, by the bits of their addresses: wider ones are a good part of all people. */
const MIN_PREFIX = { 32: 8, 128: 16 } as const;

/** What an IPv6 address without a prefix stands for: one household has all of it. */
const IPV6_PREFIX = 64;

/**
 * A network in the one way in which it is written here, such as `192.0.2.7/32` or `2001:db8:1:2::/64`; null when the text is none
 * or holds too many addresses. An IPv4 address alone is a network of one, an IPv6 address alone stands for its 64 bits.
 */
export function parseNetwork(text: string): string | null {
  const [address = '', length, ...rest] = text.trim().split('/');
  const whole = readAddress(withoutMapping(address));
  if (whole === null || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const prefix = length === undefined ? (whole.bits === 32 ? 32 : IPV6_PREFIX) : Number(length);
  if (prefix < MIN_PREFIX[whole.bits] || prefix > whole.bits) return null;
  return write({ ...whole, prefix });
}

/** The first 24 bits of an IPv4 address, the first 48 of an IPv6 one: enough to tell a neighbour from another country. */
export function networkShown(address: string): string | null {
  const plain = withoutMapping(address);
  if (isIPv4(plain)) return parseNetwork(`${plain}/24`);
  return isIPv6(plain) ? parseNetwork(`${plain}/48`) : null;
}

/** Something for each of many networks, found by an address in it. */
export class NetworkMap<T> {
  readonly #byNetwork = new Map<string, T>();
  /** The lengths of prefixes that there are, by the bits of an address. */
  #prefixes: Readonly<Record<32 | 128, readonly number[]>> = { 32: [], 128: [] };

  /** @param network as `parseNetwork` writes it */
  set(network: string, value: T): void {
    this.#byNetwork.set(network, value);
    this.#countPrefixes();
  }

  get(network: string): T | null {
    return this.#byNetwork.get(network) ?? null;
  }

  delete(network: string): void {
    this.#byNetwork.delete(network);
    this.#countPrefixes();
  }

  /** What there is for an address: of the smallest network first. */
  find(address: string): T | null {
    if (this.#byNetwork.size === 0) return null;
    const whole = readAddress(withoutMapping(address));
    if (whole === null) return null;
    for (const prefix of this.#prefixes[whole.bits]) {
      const found = this.#byNetwork.get(write({ ...whole, prefix }));
      if (found !== undefined) return found;
    }
    return null;
  }

  #countPrefixes(): void {
    const prefixes = { 32: new Set<number>(), 128: new Set<number>() };
    for (const network of this.#byNetwork.keys()) {
      const [address = '', prefix] = network.split('/');
      prefixes[isIPv4(address) ? 32 : 128].add(Number(prefix));
    }
    const longestFirst = (lengths: ReadonlySet<number>) => [...lengths].sort((a, b) => b - a);
    this.#prefixes = { 32: longestFirst(prefixes[32]), 128: longestFirst(prefixes[128]) };
  }
}

function readAddress(address: string): Omit<Network, 'prefix'> | null {
  if (isIPv4(address)) return { bits: 32, value: join(address.split('.').map(Number), 8n) };
  if (!isIPv6(address)) return null;
  return { bits: 128, value: join(groupsOf(address), 16n) };
}

function join(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}

function write({ bits, prefix, value }: Network): string {
  const rest = BigInt(bits - prefix);
  const first = (value >> rest) << rest;
  if (bits === 32) return `${[24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 0xffn).join('.')}/${prefix}`;
  const groups = Array.from({ length: 8 }, (_, i) => (first >> BigInt(16 * (7 - i))) & 0xffffn);
  while (groups.length > 0 && groups.at(-1) === 0n) groups.pop();
  const shown = groups.map((group) => group.toString(16)).join(':');
  return `${shown}${groups.length === 8 ? '' : '::'}/${prefix}`;
}
