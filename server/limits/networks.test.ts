import { expect, it } from 'vitest';
import { NetworkMap, parseNetwork } from './networks.ts';

it.each([
  ['192.0.2.7', '192.0.2.7/32'],
  [' 192.0.2.7/24 ', '192.0.2.0/24'],
  ['::ffff:192.0.2.7', '192.0.2.7/32'],
  ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::/48', '2001:db8:1::/48'],
  ['2001:db8:1:2fe::1/56', '2001:db8:1:200::/56'],
  ['2001:db8::1/128', '2001:db8:0:0:0:0:0:1/128'],
  ['::1', '::/64'],
])('reads %s', (text, network) => {
  expect(parseNetwork(text)).toBe(network);
  expect(parseNetwork(network)).toBe(network);
});

it.each([
  '',
  'example.org',
  '192.0.2',
  '192.0.2.7/33',
  '10.0.0.0/7',
  '::/0',
  '2001::/15',
  '2001:db8::/129',
  '192.0.2.7/24/1',
  '192.0.2.7/x',
  '192.0.2.7/',
])('takes no %j for a network', (text) => expect(parseNetwork(text)).toBe(null));

it('finds the smallest network that an address is in, in whatever form the address comes', () => {
  const map = new NetworkMap<string>();
  for (const network of ['192.0.2.0/24', '192.0.2.7/32', '2001:db8:1:2::/64', '2001:db8:1::/48'])
    map.set(network, network);
  expect(map.find('192.0.2.7')).toBe('192.0.2.7/32');
  expect(map.find('::ffff:192.0.2.8')).toBe('192.0.2.0/24');
  expect(map.find('2001:db8:1:2:9::')).toBe('2001:db8:1:2::/64');
  expect(map.find('2001:0db8:0001:ffff::1%eth0')).toBe('2001:db8:1::/48');
  expect([map.find('192.0.3.7'), map.find('2001:db8:2::1'), map.find('unknown')]).toEqual([null, null, null]);
  map.delete('192.0.2.7/32');
  expect([map.find('192.0.2.7'), map.get('192.0.2.7/32')]).toEqual(['192.0.2.0/24', null]);
});
