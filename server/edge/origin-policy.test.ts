import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { OriginPolicy, type OriginPolicySettings } from './origin-policy.ts';

const DEFAULTS: OriginPolicySettings = { host: '0.0.0.0', trustProxy: null, origins: null, publicUrl: null };

function answer(settings: Partial<OriginPolicySettings>, headers: Record<string, string>, changes = true): string {
  const originPolicy = new OriginPolicy({ ...DEFAULTS, ...settings });
  const request = { socket: { remoteAddress: '127.0.0.1' }, headers, rawHeaders: [] } as unknown as IncomingMessage;
  return originPolicy.refusal(request, originPolicy.visitor(request), { changes })?.code ?? 'in';
}

describe('a page', () => {
  it.each([
    ['of the server itself', {}, 'http://notes.example:1234', 'notes.example:1234', 'in'],
    ['of the server, its default port left out', {}, 'https://notes.example', 'notes.example:443', 'in'],
    ['of the server, with a proxy that speaks TLS', {}, 'https://notes.example', 'notes.example', 'in'],
    ['of another site', {}, 'https://evil.example', 'notes.example', 'foreign-origin'],
    ['of another port', {}, 'http://notes.example:81', 'notes.example', 'foreign-origin'],
    ['of a name that begins alike', {}, 'https://notes.example.evil.example', 'notes.example', 'foreign-origin'],
    ['without an origin (a file, a sandboxed frame)', {}, 'null', 'notes.example', 'foreign-origin'],
    ['with nonsense as its origin', {}, 'notes.example', 'notes.example', 'foreign-origin'],
    ['on the list', { origins: ['https://app.example'] }, 'https://app.example', 'notes.example', 'in'],
    ['on the list, but unencrypted', { origins: ['https://app.example'] }, 'http://app.example', 'x', 'foreign-origin'],
    ['of any site, when all are let in', { origins: 'any' as const }, 'null', 'notes.example', 'in'],
    ['of the public address', { publicUrl: 'https://n.example/sub' }, 'https://n.example', '10.0.0.1:1234', 'in'],
  ])('[SEC-3] %s', (_title, settings, origin, host, expected) => {
    expect(answer(settings, { origin, host })).toBe(expected);
  });

  it('[SEC-3] of another site may send what changes nothing; the browser does not let it read the answer', () => {
    expect(answer({}, { origin: 'https://evil.example', host: 'notes.example' }, false)).toBe('in');
  });

  it('[SEC-3] is not needed: programs send no origin', () => {
    expect(answer({}, { host: 'notes.example' })).toBe('in');
  });
});

describe('a proxy that the settings do not name', () => {
  const pass = (
    originPolicy: OriginPolicy,
    near: string,
    headers: Record<string, string> = { 'x-forwarded-for': '203.0.113.9' },
  ) => originPolicy.visitor({ socket: { remoteAddress: near }, headers } as unknown as IncomingMessage);

  it('[SEC-4] is told of once, when it is near', () => {
    const told: string[] = [];
    const originPolicy = new OriginPolicy({ ...DEFAULTS, trustProxy: ['10.0.0.1'] }, (address) => told.push(address));
    pass(originPolicy, '10.0.0.1');
    pass(originPolicy, '127.0.0.1', {});
    pass(originPolicy, '198.51.100.7');
    expect(told).toEqual([]);
    expect(pass(originPolicy, '::ffff:172.17.0.2').address).toBe('::ffff:172.17.0.2');
    pass(originPolicy, '127.0.0.1');
    expect(told).toEqual(['::ffff:172.17.0.2']);
  });
});

describe('a server that knows its public address', () => {
  const PUBLIC = { publicUrl: 'https://notes.example', origins: ['https://app.example:8443'] };

  it.each([
    ['notes.example', 'in'],
    ['NOTES.example:443', 'in'],
    ['app.example', 'in'],
    ['127.0.0.1:1234', 'in'],
    ['192.168.1.4:1234', 'in'],
    ['[fd00::1]:1234', 'in'],
    ['localhost', 'in'],
    ['rebound.example', 'unknown-host'],
    ['notes.example.rebound.example', 'unknown-host'],
    ['192.168.1.4.rebound.example', 'unknown-host'],
    ['coscribe:1234', 'unknown-host'],
    ['', 'unknown-host'],
  ])('[SEC-3] asked for %s, by a client or a proxy: %s', (host, expected) => {
    expect(answer({ ...PUBLIC, host: '0.0.0.0' }, { host }, false)).toBe(expected);
    const proxied = { host, 'x-forwarded-for': '203.0.113.9' };
    for (const bound of ['0.0.0.0', '127.0.0.1']) {
      expect(answer({ ...PUBLIC, host: bound, trustProxy: ['loopback'] }, proxied, false)).toBe(expected);
    }
  });

  it('[SEC-3] is not deceived by a page that says what a proxy would say', () => {
    const settings = { ...PUBLIC, host: '127.0.0.1', trustProxy: ['loopback'] };
    const forwarded = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'notes.example' };
    expect(answer(settings, { ...forwarded, host: 'rebound.example:1234' }, false)).toBe('unknown-host');
    for (const host of ['127.0.0.1:1234', 'coscribe:1234']) expect(answer(settings, { ...forwarded, host })).toBe('in');
  });
});

describe('a server for this machine only', () => {
  it.each([
    ['http://localhost:5173', 'in'],
    ['http://127.0.0.1:8080', 'in'],
    ['http://app.localhost', 'in'],
    ['https://evil.example', 'foreign-origin'],
    ['http://localhost.evil.example', 'foreign-origin'],
    ['http://192.168.1.4:5173', 'foreign-origin'],
    ['null', 'foreign-origin'],
    ['file://', 'foreign-origin'],
  ])('[SEC-3] used by a page of %s: %s', (origin, expected) => {
    const headers = { origin, host: '127.0.0.1:1234' };
    expect(answer({ host: '127.0.0.1' }, headers)).toBe(expected);
    // A server that others reach must not go by what a page of their machine is called.
    expect(answer({ host: '0.0.0.0' }, headers)).toBe('foreign-origin');
    const proxied = { ...headers, 'x-forwarded-for': '203.0.113.9' };
    expect(answer({ host: '127.0.0.1', trustProxy: ['loopback'] }, proxied)).toBe('foreign-origin');
  });

  it.each([
    ['localhost:1234', 'in'],
    ['LOCALHOST', 'in'],
    ['notes.localhost', 'in'],
    ['127.0.0.1:1234', 'in'],
    ['[::1]:1234', 'in'],
    ['rebound.example:1234', 'unknown-host'],
    ['127.0.0.1.evil.example', 'unknown-host'],
    ['localhost.evil.example', 'unknown-host'],
    ['', 'unknown-host'],
  ])('[SEC-3] asked for %s: %s', (host, expected) => {
    expect(answer({ host: '127.0.0.1' }, { host }, false)).toBe(expected);
  });

  it('[SEC-3] answers to names that the settings know, and to what a trusted proxy passes on', () => {
    const headers = { host: 'notes.example' };
    expect(answer({ host: 'localhost', publicUrl: 'https://notes.example' }, headers)).toBe('in');
    expect(answer({ host: '::1', origins: ['https://notes.example'] }, headers)).toBe('in');
    expect(answer({ host: '127.0.0.1', trustProxy: ['loopback'] }, headers)).toBe('unknown-host');
    const proxied = { ...headers, 'x-forwarded-for': '203.0.113.9' };
    expect(answer({ host: '127.0.0.1', trustProxy: ['loopback'] }, proxied)).toBe('in');
    expect(answer({ host: '127.0.0.1' }, proxied)).toBe('unknown-host');
  });
});

it('[SEC-3] a request with two Host headers is refused: a proxy may go by the other one', () => {
  const policy = new OriginPolicy(DEFAULTS);
  const ask = (rawHeaders: string[]) => {
    const request = { socket: { remoteAddress: '127.0.0.1' }, headers: { host: 'a.example' }, rawHeaders };
    const incoming = request as unknown as IncomingMessage;
    return policy.refusal(incoming, policy.visitor(incoming), { changes: false })?.code ?? 'in';
  };
  expect(ask(['Host', 'a.example', 'Accept', 'host'])).toBe('in');
  expect(ask(['Host', 'a.example', 'HOST', 'a.example'])).toBe('several-hosts');
});
