import { expect, it } from 'vitest';
import type { SessionState } from '../session/session-state.ts';
import { availableCommands, COMMANDS, isAvailable } from './commands.ts';

/** As much of a state as commands ask for. */
function state(change: Partial<SessionState>): SessionState {
  const known: Partial<SessionState> = { mayWrite: true, following: null, people: [], marksGuests: false, ...change };
  return known as SessionState;
}

const labels = (shown: SessionState) => availableCommands(shown).map(({ label }) => label);

it('every command has an id of its own, and no key means two things in one place', () => {
  const ids = COMMANDS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const keys = COMMANDS.flatMap((command) => (command.keys ?? []).map(({ shortcut, scope }) => `${shortcut} ${scope}`));
  expect(new Set(keys).size).toBe(keys.length);
});

it('no key is Ctrl and Alt with a letter, which many keyboards write letters with', () => {
  for (const { keys = [] } of COMMANDS) {
    for (const { shortcut } of keys) expect(shortcut).not.toMatch(/Mod.*Alt|Alt.*Mod/);
  }
});

it('somebody who only reads is offered nothing that writes', () => {
  const reader = labels(state({ mayWrite: false }));
  const writer = labels(state({}));
  for (const label of ['Undo', 'Rename the document', 'Syntax', 'Move the line up']) {
    expect(writer).toContain(label);
    expect(reader).not.toContain(label);
  }
  for (const label of ['Find and replace', 'Download as a file', 'Outline', 'Share']) expect(reader).toContain(label);
});

it('bold, italic and links are for Markdown', () => {
  const shown = (resolvedLanguage: string) => labels(state({ resolvedLanguage }));
  expect(shown('Markdown')).toEqual(expect.arrayContaining(['Bold', 'Italic', 'Link']));
  for (const label of ['Bold', 'Italic', 'Link']) expect(shown('Rust')).not.toContain(label);
});

it('following can be stopped only while somebody is followed', () => {
  const ada = { clientId: 7, name: 'Ada', color: '#123456', known: false, isSelf: false, following: null };
  expect(labels(state({ people: [ada] }))).not.toContain('Stop following');
  expect(labels(state({ people: [ada], following: ada }))).toContain('Stop following');
});

it('everybody else can be gone to and followed, with what stands behind their name', () => {
  const ada = { clientId: 7, name: 'Ada', color: '#123456', known: true, isSelf: false, following: null };
  const self = { ...ada, clientId: 1, name: 'Me', isSelf: true };
  const shown = labels(state({ people: [self, ada], marksGuests: true }));
  expect(shown).toContain('Go to Ada (verified)');
  expect(shown).toContain('Follow Ada (verified)');
  expect(shown.filter((label) => label.includes('Me'))).toEqual([]);
});

it('what is not available has no place in the menu either', () => {
  const syntax = COMMANDS.find(({ id }) => id === 'language');
  expect(syntax?.menu).toBeDefined();
  expect(syntax !== undefined && isAvailable(syntax, state({ mayWrite: false }))).toBe(false);
});
