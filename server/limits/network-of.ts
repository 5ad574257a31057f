import { isIPv6 } from 'node:net';

/**
 * What counts as one address for limits: an IPv4 address, also in its IPv6 form, or an IPv6 network of 64 bits, which one
 * household gets.
 */
export function networkOf(address: string): string {
  return networksOf(address)[0];
}

/** The largest network that one customer gets: an IPv4 address, or an IPv6 network of 48 bits. */
export function siteOf(address: string): string {
  return networksOf(address).at(-1) ?? address;
}

/** Lengths of IPv6 networks, in bits, and how many times what one address may all of such a network may together. */
const IPV6_SHARES = [
  [64, 1],
  [56, 2],
  [48, 4],
] as const;

/**
 * The networks that an address counts for, the smallest first. Many providers give a household 56 bits and an office 48, so
 * that one machine has as many networks of 64 bits as it likes.
 */
export function networksOf(address: string): [string, ...string[]] {
  const plain = withoutMapping(address);
  if (!isIPv6(plain)) return [plain];
  const groups = groupsOf(plain);
  const [smallest, ...others] = IPV6_SHARES.map(([bits]) => `${prefixOf(groups, bits)}::/${bits}`);
  return [smallest ?? plain, ...others];
}

/** How many times what one address may all of `network`, one of `networksOf`, may together. */
export function sharesOf(network: string): number {
  return IPV6_SHARES.find(([bits]) => network.endsWith(`::/${bits}`))?.[1] ?? 1;
}

/** The eight groups of an IPv6 address. */
export function groupsOf(address: string): number[] {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':');
    while (groups.length + behind.length < 8) groups.push('0');
    groups.push(...behind);
  }
  return groups.map((group) => Number.parseInt(group, 16));
}

/** The first four groups, with nothing behind the given number of bits; of 48 bits three. */
function prefixOf(groups: readonly number[], bits: number): string {
  return groups
    .slice(0, Math.ceil(bits / 16))
    .map((group, i) => (group & (0xffff << Math.max(0, 16 * (i + 1) - bits)) & 0xffff).toString(16))
    .join(':');
}

/** `::ffff:10.0.0.1` as `10.0.0.1`; any other address as it is. */
export function withoutMapping(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
