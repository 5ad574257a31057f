import { isIP } from 'node:net';

/** Whether a host name or address, in brackets or not, is this very machine and no other can be meant by it. */
export function isLoopbackName(name: string): boolean {
  const bare = name.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true;
  return /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}

/**
 * Whether a host as a request names it, with a port or not, is an address or a name of this very machine. Under any other
 * name a page may have come that gave that name this server's address (DNS rebinding).
 */
export function isAddressOrLoopback(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return isLoopbackName(hostname) || isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
