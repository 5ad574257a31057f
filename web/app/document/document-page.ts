import { html, type TemplateResult } from 'lit';
import { Share2 } from 'lucide';
import '../access/access-gate.ts';
import '../access/role-badge.ts';
import './missing-document.ts';
import './name-card.ts';
import type { Announcer } from '../base/announcer.ts';
import { icon } from '../base/icon.ts';
import { mark } from '../base/mark.ts';
import { siteRoot } from '../base/site-root.ts';
import '../base/announcer.ts';
import './document-menu.ts';
import type { DocumentSession } from '../session/document-session.ts';
import '../panel/side-panel.ts';
import type { SidePanel } from '../panel/side-panel.ts';
import './notice-strip.ts';
import './people-list.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';
import './status-line.ts';
import './title-field.ts';

/** A document's page: the bar, the strip for what needs a sentence, and the pane with the text. */
export class DocumentPage extends SessionElement {
  /** Called once, when the text may be shown, with the element to show it in. */
  mountEditor: ((parent: HTMLElement) => void) | null = null;

  /** Tells a screen reader, once the page is there. */
  announce(sentence: string): void {
    void this.#withAnnouncer((announcer) => announcer.announce(sentence));
  }

  /** Shows a sentence for some seconds, once the page is there. */
  toast(sentence: string): void {
    void this.#withAnnouncer((announcer) => announcer.toast(sentence));
  }

  /** Nothing of the page is there before its first render, and what is said by then must not be lost. */
  async #withAnnouncer(tell: (announcer: Announcer) => void): Promise<void> {
    if (this.querySelector('cs-announcer') === null) await this.updateComplete;
    const announcer = this.querySelector('cs-announcer');
    if (announcer !== null) tell(announcer);
  }

  /** The panel beside the text; null before the first render. */
  get sidePanel(): SidePanel | null {
    return this.querySelector('cs-side-panel');
  }

  /** Puts the focus on the first thing in the bar that can be worked with. */
  focusBar(): void {
    this.querySelector<HTMLElement>(
      '.bar cs-title-field button:enabled, .bar cs-title-field input, .bar-share',
    )?.focus();
  }

  /** Opens the title for renaming. */
  startRenaming(): void {
    this.querySelector('cs-title-field')?.start();
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    return html`
      <header
        class="bar"
        @mousedown=${keepFocusInText}
        @keydown=${(event: KeyboardEvent) => {
          // A popover or the title's field takes its own Escape.
          if (event.key === 'Escape' && !event.defaultPrevented && !takesEscape(event)) session.focusEditor();
        }}
      >
        <a class="bar-home" href=${siteRoot()} title="Start page"><span class="visually-hidden">Coscribe, start page</span>${mark()}</a>
        <cs-title-field .session=${session}></cs-title-field>
        <div class="bar-state">
          <cs-role-badge .session=${session}></cs-role-badge>
          <cs-status-line .session=${session}></cs-status-line>
        </div>
        <nav class="bar-people" aria-label="People"><cs-people-list .session=${session}></cs-people-list></nav>
        <button
          class="button button-primary bar-share"
          type="button"
          aria-haspopup="dialog"
          data-testid="share"
          ?disabled=${state.missing !== null}
          @click=${() => session.ui.openDialog('share')}
        >
          ${icon(Share2)} <span>Share</span>
        </button>
        <cs-document-menu .session=${session}></cs-document-menu>
      </header>
      <cs-notice-strip .session=${session} role="alert"></cs-notice-strip>
      <main class="pane">
        <div class="editor" data-testid="editor" ?hidden=${state.gateCovers || state.missing !== null}></div>
        ${state.gateCovers ? html`<cs-access-gate .session=${session}></cs-access-gate>` : ''}
        ${state.missing === null ? '' : html`<cs-missing-document .session=${session}></cs-missing-document>`}
        ${state.ready || state.gateCovers ? '' : html`<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i></div>`}
      </main>
      <cs-side-panel .session=${session}></cs-side-panel>
      <cs-text-strip .session=${session}></cs-text-strip>
      <cs-name-card .session=${session}></cs-name-card>
      <cs-announcer></cs-announcer>
    `;
  }

  protected override updated(): void {
    const parent = this.querySelector<HTMLElement>('.editor');
    const state = this.session?.state;
    if (this.mountEditor === null || parent === null || state?.ready !== true) return;
    if (state.gateCovers || state.missing !== null) return;
    const mount = this.mountEditor;
    this.mountEditor = null;
    mount(parent);
  }
}

/** A button pressed with the pointer leaves the focus in the text: what it opens gives it back there, and typing goes on. */
function keepFocusInText(event: MouseEvent): void {
  const isButton = event.target instanceof Element && event.target.closest('button') !== null;
  if (isButton && document.activeElement?.closest('.editor') !== null) event.preventDefault();
}

/** Whether something in the bar closes with this Escape. A popover does also while the focus is still on its button. */
function takesEscape({ currentTarget, target }: KeyboardEvent): boolean {
  const hasPopover = currentTarget instanceof Element && currentTarget.querySelector('[popover]:popover-open') !== null;
  return hasPopover || (target instanceof Element && target.closest('input') !== null);
}

customElements.define('cs-document-page', DocumentPage);

declare global {
  interface HTMLElementTagNameMap {
    'cs-document-page': DocumentPage;
  }
}
