import { ApiError } from '../api/api-request.ts';
import type { SignedInPerson, SiteSession } from '../api/site-session.ts';
import { siteRoot } from '../base/site-root.ts';
import type { KeptStrings } from '../device/local-store.ts';
import { forgetPerson } from '../device/person-store.ts';
import { deleteCopies, type LeftHere, leftHere } from './left-here.ts';
import { keepSignedOut } from './person-here.ts';
import { SignOutDialog } from './sign-out-dialog.ts';

/** How long writing or deleting copies may take before the page goes on, in milliseconds: a tab that hangs must not hold it. */
const PATIENCE = 5_000;

export interface SignOutOptions {
  readonly session: SiteSession;
  readonly person: SignedInPerson;
  readonly signIn: string | null;
  /** The browser's, of everybody. */
  readonly store: KeptStrings;
  /** The person's. */
  readonly own: KeptStrings;
  /** Fulfilled when the copy of this page's document knows which edits the server has. */
  readonly kept: () => Promise<void>;
  /** Edits of this page that are in no copy, as a document; null for none. */
  readonly onlyInPage: () => LeftHere['unsent'][number] | null;
  /** Ends what the page shows, and takes it off the screen. */
  readonly end: () => void;
  /** Tells the person that they are still signed in, and why. */
  readonly failed: (sentence: string) => void;
  /** Signs the person out everywhere else, before here; null or left out where that is not meant. */
  readonly others?: (() => Promise<void>) | null;
}

/** Signs somebody out, and asks first when something of theirs is on this device and nowhere else. */
export async function signOut(options: SignOutOptions): Promise<void> {
  const left = await look(options);
  if (left.unsent.length === 0 && left.ownerKeys === 0) {
    await leave(options).catch((error: unknown) => options.failed(sentenceOf(error)));
    return;
  }
  const dialog = new SignOutDialog();
  dialog.left = left;
  dialog.everywhere = (options.others ?? null) !== null;
  dialog.lookAgain = () => look(options);
  dialog.send = async (name) => {
    const { sendUnsent } = await import('./send-unsent.ts');
    return sendUnsent(name, options.person.id, options.own, options.session);
  };
  dialog.leave = () => leave(options);
  dialog.sentenceOf = sentenceOf;
  await dialog.open();
}

async function look({ own, person, kept, onlyInPage }: SignOutOptions): Promise<LeftHere> {
  // It hears a moment later than the page says "Saved".
  await within(PATIENCE, kept());
  const left = await leftHere(own, person.id);
  const here = onlyInPage();
  if (here === null) return left;
  return { ...left, unsent: [...left.unsent.filter(({ name }) => name !== here.name), here] };
}

/**
 * Ends the session first: if that fails, nothing is lost. Then other tabs hear that nobody is here, before what is theirs is
 * deleted, so that none of them writes it again.
 * @throws ApiError when the session could not be ended
 */
async function leave({ session, person, signIn, store, own, end, others }: SignOutOptions): Promise<void> {
  await others?.();
  const continueAt = await session.signOut();
  keepSignedOut(store, signIn);
  end();
  await within(PATIENCE, deleteCopies(own, person.id));
  forgetPerson(person.id);
  location.assign(continueAt ?? siteRoot());
}

/** Waits for `work`, but no longer than `ms` milliseconds. */
function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms))]);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) throw error;
  return `You are still signed in. ${error.message}`;
}
