import { describe, expect, it } from 'vitest';
import { connectionAnnouncement, type StatusInput, saveKeyAnswer, statusWording } from './status-wording.ts';

const WELL: StatusInput = {
  status: 'connected',
  synced: true,
  everSynced: true,
  saved: true,
  unsavedChanges: 0,
  retryInSeconds: null,
  browserOffline: false,
  stalled: false,
  storageFailing: false,
  keptOnDevice: true,
  opensOffline: true,
  refusal: null,
};
const LOST: StatusInput = { ...WELL, status: 'disconnected', synced: false };
const REFUSAL = { name: 'forbidden', reason: '', meaning: 'No.' };

/** The whole line as somebody reads it. */
function line(input: StatusInput): string {
  const { badge, detail, canTryNow } = statusWording(input);
  return [badge, detail, canTryNow ? 'Try now' : null].filter((part) => part !== null).join(' · ');
}

describe('status line', () => {
  it.each<[string, StatusInput, string, string, string]>([
    ['well', WELL, 'Saved', 'saved', 'connected'],
    ['writing', { ...WELL, saved: false, unsavedChanges: 2 }, 'Saving…', 'saving', 'connected'],
    [
      'opening',
      { ...WELL, status: 'connecting', synced: false, everSynced: false },
      'Connecting…',
      'saved',
      'connecting',
    ],
    ['lost', { ...LOST, retryInSeconds: 4 }, 'Reconnecting in 4 s · Try now', 'saved', 'reconnecting'],
    [
      'lost with edits',
      { ...LOST, saved: false, unsavedChanges: 1, retryInSeconds: 12 },
      'Only on this device (1 edit) · Reconnecting in 12 s · Try now',
      'local',
      'reconnecting',
    ],
    ['trying again', { ...LOST, status: 'connecting' }, 'Reconnecting…', 'saved', 'reconnecting'],
    [
      'never reached',
      { ...LOST, everSynced: false, retryInSeconds: 2 },
      'Reconnecting in 2 s · Try now',
      'saved',
      'reconnecting',
    ],
    [
      'offline',
      { ...LOST, browserOffline: true, saved: false, unsavedChanges: 1200, retryInSeconds: 9 },
      'Offline: keep writing, 1,200 edits are on this device · Try now',
      'local',
      'offline',
    ],
    [
      'offline with one edit',
      { ...LOST, browserOffline: true, saved: false, unsavedChanges: 1 },
      'Offline: keep writing, 1 edit is on this device · Try now',
      'local',
      'offline',
    ],
    [
      'offline with nothing unsaved',
      { ...LOST, browserOffline: true },
      'Offline: keep writing, edits stay on this device · Try now',
      'saved',
      'offline',
    ],
    [
      'a server on this machine while there is no network',
      { ...WELL, browserOffline: true, saved: false, unsavedChanges: 1 },
      'Saving…',
      'saving',
      'connected',
    ],
    [
      'no network, and the connection is silent',
      { ...WELL, browserOffline: true, stalled: true, saved: false, unsavedChanges: 2 },
      'Offline: keep writing, 2 edits are on this device · Try now',
      'local',
      'offline',
    ],
    ['refused', { ...LOST, refusal: REFUSAL }, 'Saved · Not connected', 'saved', 'closed'],
    [
      'refused with edits',
      { ...LOST, refusal: REFUSAL, saved: false, unsavedChanges: 3 },
      'Only on this device (3 edits) · Not connected',
      'local',
      'closed',
    ],
    [
      'the disk of the server fails',
      { ...WELL, saved: false, unsavedChanges: 2, storageFailing: true },
      'Only on this device (2 edits)',
      'local',
      'connected',
    ],
    [
      'offline where the page does not open without a network',
      { ...LOST, opensOffline: false, browserOffline: true, saved: false, unsavedChanges: 2 },
      'Offline: keep writing, 2 edits are on this device, do not reload this page · Try now',
      'local',
      'offline',
    ],
    [
      'offline where nothing is kept',
      { ...LOST, keptOnDevice: false, browserOffline: true, saved: false, unsavedChanges: 2 },
      'Offline: 2 edits are only in this tab, do not close it · Try now',
      'local',
      'offline',
    ],
    [
      'offline where nothing is kept, with nothing unsaved',
      { ...LOST, keptOnDevice: false, browserOffline: true },
      'Offline: what you write is only in this tab, do not close it · Try now',
      'saved',
      'offline',
    ],
    [
      'lost with an edit where nothing is kept',
      { ...LOST, keptOnDevice: false, saved: false, unsavedChanges: 1, retryInSeconds: 12 },
      'Only in this tab (1 edit) · Reconnecting in 12 s · Try now',
      'local',
      'reconnecting',
    ],
  ])('%s', (_case, input, words, saved, connection) => {
    expect(line(input)).toBe(words);
    expect(statusWording(input)).toMatchObject({ saved, connection });
  });

  it('never says "Saved" while an edit is not', () => {
    for (const status of ['connecting', 'connected', 'disconnected'] as const) {
      for (const bits of Array.from({ length: 64 }, (_, i) => i)) {
        const input: StatusInput = {
          status,
          synced: (bits & 1) !== 0,
          everSynced: (bits & 2) !== 0,
          saved: false,
          unsavedChanges: 1,
          retryInSeconds: (bits & 4) !== 0 ? 3 : null,
          browserOffline: (bits & 8) !== 0,
          stalled: false,
          storageFailing: (bits & 16) !== 0,
          keptOnDevice: (bits & 32) !== 0,
          opensOffline: true,
          refusal: null,
        };
        expect(line(input)).not.toMatch(/Saved/);
        expect(statusWording(input).saved).not.toBe('saved');
      }
    }
  });
});

it('never promises that edits are on this device where nothing is kept', () => {
  for (const status of ['connecting', 'connected', 'disconnected'] as const) {
    for (const bits of Array.from({ length: 32 }, (_, i) => i)) {
      const input: StatusInput = {
        ...WELL,
        status,
        synced: (bits & 1) !== 0,
        saved: (bits & 2) !== 0,
        unsavedChanges: (bits & 2) !== 0 ? 0 : 3,
        browserOffline: (bits & 4) !== 0,
        storageFailing: (bits & 8) !== 0,
        refusal: (bits & 16) !== 0 ? REFUSAL : null,
        keptOnDevice: false,
      };
      expect(line(input)).not.toMatch(/on this device/);
    }
  }
  expect(connectionAnnouncement('connected', 'offline', false)).toMatch(/only in this tab: do not close it/);
  expect(connectionAnnouncement('connected', 'reconnecting', false)).toMatch(/only in this tab: do not close it/);
  expect(saveKeyAnswer('local', false)).toMatch(/only in this tab/);
});

describe('what is read out', () => {
  it('is a lost and a found connection, and not the first one', () => {
    expect(connectionAnnouncement('connecting', 'connected', true)).toBeNull();
    expect(connectionAnnouncement('connected', 'connected', true)).toBeNull();
    expect(connectionAnnouncement('connected', 'reconnecting', true)).toMatch(/^The connection was lost/);
    expect(connectionAnnouncement('reconnecting', 'connected', true)).toMatch(/^Connected again/);
    expect(connectionAnnouncement('connected', 'offline', true)).toMatch(/^You are offline/);
    expect(connectionAnnouncement('offline', 'reconnecting', true)).toBeNull();
    expect(connectionAnnouncement('connected', 'closed', true)).toMatch(/closed/);
  });

  it('answers the save key with the truth', () => {
    expect(saveKeyAnswer('saved', true)).toMatch(/^Everything is saved/);
    expect(saveKeyAnswer('saving', true)).toMatch(/^Saving/);
    expect(saveKeyAnswer('local', true)).toMatch(/only on this device/);
  });
});
