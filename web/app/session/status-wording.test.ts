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
  ])('%s', (_case, input, words, saved, connection) => {
    expect(line(input)).toBe(words);
    expect(statusWording(input)).toMatchObject({ saved, connection });
  });

  it('never says "Saved" while an edit is not', () => {
    for (const status of ['connecting', 'connected', 'disconnected'] as const) {
      for (const bits of Array.from({ length: 32 }, (_, i) => i)) {
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
          refusal: null,
        };
        expect(line(input)).not.toMatch(/Saved/);
        expect(statusWording(input).saved).not.toBe('saved');
      }
    }
  });
});

describe('what is read out', () => {
  it('is a lost and a found connection, and not the first one', () => {
    expect(connectionAnnouncement('connecting', 'connected')).toBeNull();
    expect(connectionAnnouncement('connected', 'connected')).toBeNull();
    expect(connectionAnnouncement('connected', 'reconnecting')).toMatch(/^The connection was lost/);
    expect(connectionAnnouncement('reconnecting', 'connected')).toMatch(/^Connected again/);
    expect(connectionAnnouncement('connected', 'offline')).toMatch(/^You are offline/);
    expect(connectionAnnouncement('offline', 'reconnecting')).toBeNull();
    expect(connectionAnnouncement('connected', 'closed')).toMatch(/closed/);
  });

  it('answers the save key with the truth', () => {
    expect(saveKeyAnswer('saved')).toMatch(/^Everything is saved/);
    expect(saveKeyAnswer('saving')).toMatch(/^Saving/);
    expect(saveKeyAnswer('local')).toMatch(/only on this device/);
  });
});
