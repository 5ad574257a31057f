import { isRole, may, type Role } from '../../../protocol/roles.ts';
import type { Person } from '../../editor/carets/people.ts';
import type { Indentation } from '../../editor/code/indentation.ts';
import { statusWording } from '../../wording/status-wording.ts';
import type { SessionInfo } from '../api/site-session.ts';
import { type EditorSettings, settingsFor } from '../device/editor-settings.ts';
import type { Guest } from '../device/guest.ts';
import type { SidePanelMemory } from '../device/side-panel-memory.ts';
import type { ThemeChoice } from '../theme/theme-choice.ts';
import { type AccessAdvice, accessAdvice } from './access-advice.ts';
import { onePerBrowser } from './people-shown.ts';
import { readyToShow } from './ready-to-show.ts';
import type { LanguagePort, SyncFacts } from './session-ports.ts';
import type { SessionState } from './session-state.ts';
import type { Properties } from './shared-properties.ts';

/** An edit that is not confirmed for this long means, without a network, that nobody hears it, in milliseconds. */
export const STALLED = 2_000;

/** Everything that is known about the document on the page, each by the one who knows it. */
export interface SessionFacts {
  readonly name: string;
  /** As the provider says. */
  readonly sync: SyncFacts;
  /** As the session's clock counts. */
  readonly now: number;
  readonly isEmpty: boolean;
  readonly outdated: boolean;
  /** The page opens without a network. */
  readonly opensOffline: boolean;
  /** The browser itself knows that there is no network. */
  readonly browserOffline: boolean;
  /** The server has had its moment to answer first. */
  readonly serverLate: boolean;
  /** Since when some edit has been unconfirmed; null while all are. */
  readonly unsavedSince: number | null;
  readonly properties: Properties;
  readonly people: readonly Person[];
  /** The client id of the person followed. */
  readonly following: number | null;
  readonly guest: Guest;
  /** The guest was made by chance, and nobody has been asked for a name. */
  readonly asksName: boolean;
  readonly settings: EditorSettings;
  /** Chosen for this text in this tab. */
  readonly indentation: Indentation | 'auto';
  readonly theme: ThemeChoice;
  readonly sidePanel: SidePanelMemory;
  readonly access: {
    readonly info: SessionInfo;
    readonly wasIn: boolean;
    readonly usesLink: boolean;
    readonly usesOwnerKey: boolean;
    readonly holdsKey: boolean;
    readonly creates: boolean;
    readonly createRefused: boolean;
    readonly lastRole: Role | null;
  };
}

/**
 * What the page shows, from what is known.
 * @param before the state until now, of which some things stay true; null at the beginning
 */
export function computeState(facts: SessionFacts, before: SessionState | null, languages: LanguagePort): SessionState {
  const { sync, isEmpty, browserOffline, properties, settings } = facts;
  const people = onePerBrowser(facts.people);
  const { info } = facts.access;
  const everSynced = before?.everSynced === true || sync.synced;
  const gate = gateOf(facts);
  const gateCovers = gate !== null && isEmpty;
  const role = roleOf(facts);
  const mayWriteByRole = (role === null || may(role, 'write')) && sync.closed?.name !== 'forbidden' && !gateCovers;
  const missing =
    gate === null && isMissing(facts, everSynced) ? { mayCreate: mayWriteByRole && !facts.access.createRefused } : null;
  const mayWrite = mayWriteByRole && missing === null;
  const resolvedLanguage = languages.resolve(properties.language, properties.title);
  const serverLate = facts.serverLate || browserOffline || sync.retryAt !== null || sync.closed !== null;
  return {
    name: facts.name,
    ...properties,
    resolvedLanguage,
    shown: settingsFor(settings, languages.isProse(resolvedLanguage)),
    ready:
      before?.ready === true ||
      readyToShow({
        loaded: sync.loaded,
        synced: sync.synced,
        empty: isEmpty,
        creates: facts.access.creates,
        serverLate,
      }),
    everSynced,
    status: statusWording({
      status: sync.status,
      synced: sync.synced,
      everSynced,
      saved: sync.saved,
      unsavedChanges: sync.unsavedChanges,
      retryInSeconds: secondsUntil(sync.retryAt, facts.now),
      browserOffline,
      stalled: facts.unsavedSince !== null && facts.now - facts.unsavedSince >= STALLED,
      storageFailing: sync.storageFailing,
      keptOnDevice: sync.keptOnDevice,
      opensOffline: facts.opensOffline,
      refusal: sync.closed,
    }),
    refusal: sync.closed,
    gate,
    gateCovers,
    missing,
    storageFailing: sync.storageFailing,
    announcement: sync.announcement,
    keptOnDevice: sync.keptOnDevice,
    outdated: facts.outdated,
    role,
    mayWrite,
    frozen: sync.frozen,
    stranded: mayWrite || gate !== null ? 0 : sync.unsavedChanges,
    placeholder: mayWrite
      ? 'Start writing. Everybody who may edit can write here with you.'
      : 'Nothing is written here yet.',
    people,
    // Stays when somebody known leaves: that is when another could take their name.
    marksGuests:
      before?.marksGuests === true || info.signIn !== null || info.person !== null || people.some(({ known }) => known),
    guest: facts.guest,
    person: info.person,
    signIn: info.signIn,
    settings,
    indentation: facts.indentation,
    theme: facts.theme,
    sidePanel: facts.sidePanel,
    following: facts.people.find(({ clientId }) => clientId === facts.following) ?? null,
    asksName: facts.asksName && before?.ready === true && mayWrite && info.person === null,
  };
}

/** Nobody has made the document, and nobody here is about to: most likely the link is mistyped. */
function isMissing({ sync, isEmpty, access }: SessionFacts, everSynced: boolean): boolean {
  const isUntouched = everSynced && sync.isNew && isEmpty && sync.unsavedChanges === 0;
  return isUntouched && (!access.holdsKey || access.createRefused);
}

function secondsUntil(time: number | null, now: number): number | null {
  return time === null ? null : Math.max(0, Math.ceil((time - now) / 1_000));
}

function roleOf({ sync, access }: SessionFacts): Role | null {
  // A role that this version does not know: the server decides, so nothing is forbidden here.
  return sync.role === null ? access.lastRole : isRole(sync.role) ? sync.role : null;
}

function gateOf({ sync, access }: SessionFacts): AccessAdvice | null {
  if (sync.closed === null) return null;
  const { info, wasIn, usesLink, usesOwnerKey, createRefused } = access;
  const { name: code, reason } = sync.closed;
  return accessAdvice({ code, reason, wasIn, usesLink, usesOwnerKey, createRefused, ...info });
}
