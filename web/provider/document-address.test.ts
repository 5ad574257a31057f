import { expect, test } from 'vitest';
import { DocumentAddress } from './document-address.ts';

const socketUrl = (url: string, name = 'a', base?: string, epoch: string | null = null) =>
  new DocumentAddress(url, name, base).socketUrl(epoch);

test('any usual address of a server becomes that of a document', () => {
  expect(socketUrl('ws://host/sync')).toBe('ws://host/sync/a');
  expect(socketUrl('wss://host/sync/')).toBe('wss://host/sync/a');
  expect(socketUrl('http://host:1234/sync')).toBe('ws://host:1234/sync/a');
  expect(socketUrl('https://host/deep/sync')).toBe('wss://host/deep/sync/a');
  expect(socketUrl('/sync', 'a', 'https://host/some/page?x#y')).toBe('wss://host/sync/a');
  expect(socketUrl('ws://host')).toBe('ws://host/a');
});

test('names are escaped part by part', () => {
  expect(socketUrl('ws://host/sync', 'notes/Übung #1?')).toBe('ws://host/sync/notes/%C3%9Cbung%20%231%3F');
});

test('[SYN-5] the epoch travels beside what the address had', () => {
  expect(socketUrl('ws://host/sync?x=1', 'a', undefined, 'e 1')).toBe('ws://host/sync/a?x=1&epoch=e+1');
});

test('the name on this device has no query, where a token may be', () => {
  expect(new DocumentAddress('ws://host/sync?token=secret', 'a/b', undefined).key(null)).toBe(
    'coscribe:ws://host/sync/a/b',
  );
});

test('what is no address of a server is refused by name', () => {
  expect(() => socketUrl('/sync')).toThrow(TypeError);
  expect(() => socketUrl('ftp://host/sync')).toThrow(/ftp:/);
});
