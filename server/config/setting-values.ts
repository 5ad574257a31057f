import { isIP } from 'node:net';

// How settings that are lists are read. Each throws an Error that says what was expected.

/** Addresses, networks and `loopback`, with commas between. */
export function proxyList(text: string): readonly string[] {
  const entries = list(text);
  if (entries.length === 0 || !entries.every(isProxy)) {
    throw new Error('addresses and networks of proxies, such as loopback,10.0.0.0/8');
  }
  return entries;
}

/** `any`, or origins such as `https://app.example` with commas between. */
export function originList(text: string): readonly string[] | 'any' {
  if (text === 'any') return text;
  const entries = list(text);
  if (entries.length === 0 || !entries.every(isOrigin)) {
    throw new Error('any, or origins such as https://app.example,http://localhost:3000');
  }
  return entries.map((entry) => new URL(entry).origin);
}

/** Ids of people, with commas between. */
export function personList(text: string): readonly string[] {
  const entries = list(text);
  if (entries.length === 0) throw new Error('ids of people, such as https://id.example.org|248289761001');
  return entries;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function isProxy(entry: string): boolean {
  if (entry === 'loopback') return true;
  const [address = '', bits, ...more] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** An address with nothing behind the host and port. */
function isOrigin(entry: string): boolean {
  return /^https?:\/\/[^/?#@]+\/?$/i.test(entry) && URL.canParse(entry);
}
