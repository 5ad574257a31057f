import { expect, it } from 'vitest';
import { documentNameProblem, isDocumentName } from './document-name.ts';

it.each([
  'notes',
  'a/b/c',
  '__proto__',
  'constructor',
  'hello world',
  '😀',
  'ü',
  '日本語',
  'a.b',
  '...',
  '-',
  'x'.repeat(200),
])('[SEC-5] takes %j as a document name', (name) => expect(documentNameProblem(name)).toBeNull());

it.each([
  '',
  '.',
  '..',
  'a/../b',
  '/a',
  'a/',
  'a//b',
  'a\0b',
  'a\nb',
  '\u007f',
  ' a',
  'a ',
  'x'.repeat(201),
  '😀'.repeat(51),
  'x'.repeat(4_096),
  '\ud800',
  'a\u202eb',
  '\u2028',
])('[SEC-5] refuses %j as a document name, with a sentence', (name) => {
  expect(documentNameProblem(name)).toMatch(/^A document name .+\.$/);
  expect(isDocumentName(name)).toBe(false);
});
