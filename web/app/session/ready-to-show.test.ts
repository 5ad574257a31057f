import { expect, it } from 'vitest';
import { readyToShow } from './ready-to-show.ts';

const OPENING = { loaded: false, synced: false, empty: true, creates: false, serverLate: false };

it('a text is shown as soon as it is here', () => {
  expect(readyToShow(OPENING)).toBe(false);
  expect(readyToShow({ ...OPENING, synced: true })).toBe(true);
  expect(readyToShow({ ...OPENING, loaded: true, empty: false })).toBe(true);
});

it('an empty copy waits for the server, but not for one that does not come', () => {
  expect(readyToShow({ ...OPENING, loaded: true })).toBe(false);
  expect(readyToShow({ ...OPENING, loaded: true, serverLate: true })).toBe(true);
});

it('a document that is made here waits for nobody', () => {
  expect(readyToShow({ ...OPENING, loaded: true, creates: true })).toBe(true);
});

it('nothing is shown before the copy on this device has been read', () => {
  expect(readyToShow({ ...OPENING, serverLate: true, creates: true })).toBe(false);
});
