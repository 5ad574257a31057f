import { describe, expect, it } from 'vitest';
import { credentialLink, documentLink, documentNameFromPath, documentPath, readTypedName } from './document-link.ts';

const ORIGIN = 'https://write.example';

describe('document links', () => {
  it.each(['plan', 'team/notes', 'Año 2026?', '100%', 'a#b', '__proto__', '日記', 'a b'])(
    'lead back to "%s"',
    (name) => {
      const url = new URL(documentLink(ORIGIN, name));
      expect(url.search + url.hash).toBe('');
      expect(documentNameFromPath(url.pathname)).toBe(name);
    },
  );

  it('take a name with bare slashes', () => {
    expect(documentNameFromPath('/d/team/notes')).toBe('team/notes');
  });

  it.each(['/', '/d/', '/d/%', '/d/%00', '/x/plan', '/d/a%2F%2Fb', '/d/%20a'])('name nothing at %s', (path) => {
    expect(documentNameFromPath(path)).toBeNull();
  });

  it('percent-encode the whole name', () => {
    expect(documentPath('a/b?')).toBe('/d/a%2Fb%3F');
  });
});

describe('typed names', () => {
  it('are taken without the space around them', () => {
    expect(readTypedName('  plan ', ORIGIN)).toEqual({ name: 'plan', fragment: '' });
  });

  it('may be a link of this site', () => {
    expect(readTypedName(`${ORIGIN}/d/team%2Fnotes?x=1`, ORIGIN)).toEqual({
      name: 'team/notes',
      fragment: '',
    });
    expect(readTypedName(`${ORIGIN}/d/`, ORIGIN)).toEqual({ problem: 'This link does not name a document.' });
  });

  it('keep the secret of a share link, and no other fragment', () => {
    const credential = `link.${'a'.repeat(43)}`;
    expect(readTypedName(credentialLink(ORIGIN, 'plan', credential), ORIGIN)).toEqual({
      name: 'plan',
      fragment: `#${credential}`,
    });
    expect(readTypedName(`${ORIGIN}/d/plan#intro`, ORIGIN)).toEqual({ name: 'plan', fragment: '' });
  });

  it('are refused with a sentence', () => {
    expect(readTypedName('', ORIGIN)).toEqual({ problem: 'Type the name of a document, or paste its link.' });
    expect(readTypedName('https://elsewhere.example/d/x', ORIGIN)).toHaveProperty('problem');
    expect(readTypedName('a//b', ORIGIN)).toEqual({
      problem: 'A document name must not begin or end with a slash, or hold two in a row.',
    });
  });
});
