import { html, nothing, render } from 'lit';
import { House, LogIn, UserRound } from 'lucide';
import { signInAddress } from '../api/sign-in-address.ts';
import { icon } from '../base/icon.ts';
import { siteRoot } from '../base/site-root.ts';
import type { Ended } from './document-connection.ts';

const WORDS = {
  'signed-out': {
    heading: 'You signed out',
    text: 'What this browser kept of your documents has been deleted from this device.',
  },
  ended: {
    heading: 'You are no longer signed in',
    text: 'Your sign-in has come to its end. What you wrote here and did not reach the server is kept on this device for you: sign in again to go on with it.',
  },
  other: {
    heading: 'Somebody else is signed in now',
    text: 'This tab was opened by the person before, so what it showed is gone. It is kept on this device for them.',
  },
} as const satisfies Record<Ended, { heading: string; text: string }>;

/** Takes everything off the page that is somebody's, its title too, and says why. */
export function coverPage(ended: Ended, signIn: string | null): void {
  const { heading, text } = WORDS[ended];
  document.title = `${heading} · Coscribe`;
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  document.body.replaceChildren();
  document.body.className = '';
  const address = signIn === null ? null : signInAddress(signIn, location);
  render(
    html`<main class="cover" data-testid="cover" data-ended=${ended}>
      <div class="cover-card">
        <h1 tabindex="-1">${heading}</h1>
        <p role="status">${text}</p>
        <div class="cover-ways">
          ${
            address === null || ended === 'other'
              ? nothing
              : html`<a class="button button-primary" href=${address} data-testid="cover-sign-in">${icon(LogIn)} Sign in</a>`
          }
          <button class="button" type="button" data-testid="cover-go-on" @click=${() => location.reload()}>
            ${icon(UserRound)} ${ended === 'other' ? 'Open it as who is signed in' : 'Go on as a guest'}
          </button>
          <a class="button button-quiet" href=${siteRoot()}>${icon(House)} Start page</a>
        </div>
      </div>
    </main>`,
    document.body,
  );
  document.querySelector<HTMLElement>('.cover h1')?.focus();
}
