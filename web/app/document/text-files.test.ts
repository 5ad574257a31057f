import { expect, it } from 'vitest';
import { type DroppedFile, readTextFile, takeFiles } from './text-files.ts';

function file(name: string, type: string, bytes: Uint8Array): DroppedFile {
  return { name, type, arrayBuffer: async () => new Uint8Array(bytes).buffer };
}

const utf8 = (text: string) => new TextEncoder().encode(text);

it.each<[string, DroppedFile, string | null]>([
  ['a text', file('a.md', 'text/markdown', utf8('# Grüße\r\n')), '# Grüße\r\n'],
  ['one without a type', file('Makefile', '', utf8('all:\n')), 'all:\n'],
  ['an empty one', file('empty.txt', 'text/plain', utf8('')), ''],
  ['a picture', file('a.png', 'image/png', utf8('x')), null],
  ['a drawing that is text', file('a.svg', 'image/svg+xml', utf8('<svg/>')), null],
  ['a text in Latin-1', file('a.txt', 'text/plain', Uint8Array.from([0x47, 0xfc])), null],
  ['a program', file('a.out', '', Uint8Array.from([0x7f, 0x45, 0x00, 0x01])), null],
])('%s', async (_what, given, text) => {
  expect(await readTextFile(given)).toBe(text);
});

it('a file that is no text is named in a sentence, and nothing is opened', async () => {
  const said: string[] = [];
  const opened: string[] = [];
  await takeFiles([file('cat.png', 'image/png', utf8('x'))], {
    toast: (sentence) => said.push(sentence),
    open: (address) => opened.push(address),
    origin: 'https://write.example',
  });
  expect(said).toEqual(['“cat.png” is not a text. Documents hold text only, no pictures or other files.']);
  expect(opened).toEqual([]);
});
