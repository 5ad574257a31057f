import { expect, test } from 'vitest';
import { readCommand } from './config.ts';

test.each([
  [['ban'], /^Say whom: coscribe ban --person ID, or --address ADDRESS\./],
  [['ban', '--person', 'a', '--address', '::1'], /^--person and --address are two bans/],
  [['ban', '--person', ''], /^--person needs a text/],
  [['ban', '--person', 'a', '--expires-in', 'soon'], /^--expires-in is "soon", but must be a time such as/],
  [['bans', '--reason', 'why'], /^--reason belongs to coscribe ban, freeze\./],
  [['bans', 'mallory'], /^Unexpected argument "mallory"/],
  [['bans', '--server', 'write.example.org'], /^--server is "write\.example\.org", but must be an address/],
  [['bans', '--server', 'https://key@write.example.org'], /^--server is /],
  [['unban'], /^Say whom: coscribe unban BAN/],
  [['unban', 'x', '--person', 'y'], /^Say whom: coscribe unban BAN/],
  [['revoke'], /^Say whose/],
  [['freeze'], /^Say which document: coscribe freeze DOCUMENT/],
  [['events'], /^Say which document: coscribe events DOCUMENT/],
  [['serve', '--json'], /^--json belongs to coscribe import, ban, /],
])('[SEC-12] %j is refused in one line', (argv, message) => {
  expect(() => readCommand(argv, {})).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
});

test('a command is for the server of the data folder, or for the one at an address', () => {
  const at = (argv: string[], environment = {}) => {
    const command = readCommand(['bans', ...argv], environment);
    return command.kind === 'administer' ? command.at : null;
  };
  expect(at(['--data', '/var/lib/coscribe'])).toEqual({ server: null, apiKey: null, data: '/var/lib/coscribe' });
  const environment = { COSCRIBE_SERVER: 'https://example.org/notes/', COSCRIBE_API_KEY: 'k'.repeat(32) };
  expect(at([], environment)).toMatchObject({ server: 'https://example.org/notes', apiKey: 'k'.repeat(32) });
  expect(at(['--server', 'http://127.0.0.1:4000'], environment)?.server).toBe('http://127.0.0.1:4000');
});
