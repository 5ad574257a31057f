import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ProxyTrust } from './visitor.ts';

function request(near: string, headers: Record<string, string>, encrypted = false): IncomingMessage {
  return { socket: { remoteAddress: near, encrypted }, headers } as unknown as IncomingMessage;
}

describe('an address', () => {
  const trust = new ProxyTrust(['loopback', '10.0.0.0/8', 'fd00::/16', '192.0.2.7']);
  it.each([
    ['of a stranger is that of the socket, whatever the header says', '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['behind one proxy is what the proxy saw', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['in IPv6 form is known all the same', '::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    [
      'behind a chain of proxies is the last that one of them vouches for',
      '10.0.0.1',
      '203.0.113.9, 192.0.2.7',
      '203.0.113.9',
    ],
    [
      'that a client made up before the first proxy does not count',
      '10.0.0.1',
      '1.2.3.4, 203.0.113.9, fd00::1',
      '203.0.113.9',
    ],
    ['that is none ends the list', '10.0.0.1', '1.2.3.4, nonsense, 10.0.0.2', '10.0.0.2'],
    ['with a port loses it', '10.0.0.1', '203.0.113.9:5555', '203.0.113.9'],
    ['in brackets loses them', '10.0.0.1', '[2001:db8::1]:5555', '2001:db8::1'],
    ['of a proxy that says nothing is its own', '10.0.0.1', '', '10.0.0.1'],
  ])('[SEC-4] %s', (_title, near, forwarded, address) => {
    expect(trust.visitor(request(near, { 'x-forwarded-for': forwarded })).address).toBe(address);
  });

  it('[SEC-4] comes from the socket when no proxy is trusted, even from this machine', () => {
    const visitor = new ProxyTrust([]).visitor(
      request('127.0.0.1', {
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example',
      }),
    );
    expect(visitor).toEqual({ address: '127.0.0.1', host: null, isSecure: false, isProxied: false });
  });
});

it('[SEC-4] protocol and host are those that the nearest proxy names, when it is trusted', () => {
  const headers = {
    host: '127.0.0.1:1234',
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'http, https',
    'x-forwarded-host': 'made-up.example, notes.example',
  };
  expect(new ProxyTrust(['loopback']).visitor(request('::1', headers))).toEqual({
    address: '203.0.113.9',
    host: 'notes.example',
    isSecure: true,
    isProxied: true,
  });
  expect(new ProxyTrust(['10.0.0.0/8']).visitor(request('::1', headers, true))).toMatchObject({
    host: '127.0.0.1:1234',
    isSecure: true,
    isProxied: false,
  });
});
