import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { X } from 'lucide';
import { icon } from '../base/icon.ts';
import type { SidePanelName } from '../device/side-panel-memory.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';
import { maxPanelWidth, PANEL_WIDTH, panelWidth, widthByKey } from './panel-width.ts';

/** What can stand in the panel. None of it is needed for the first keystroke, so each part comes when it is opened. */
const PARTS: Readonly<
  Record<SidePanelName, { readonly heading: string; readonly load: () => Promise<new () => SessionElement> }>
> = {
  outline: { heading: 'Outline', load: async () => (await import('./outline-part.ts')).OutlinePart },
  connection: { heading: 'Connection', load: async () => (await import('./connection-part.ts')).ConnectionPart },
};

/**
 * The one panel beside the text, on the right; on a phone a sheet over the lower half. Its edge is dragged, or moved with the
 * arrow keys. Escape closes it and gives the focus back to where it came from.
 */
export class SidePanel extends SessionElement {
  static override properties: PropertyDeclarations = { shownPart: { state: true }, drag: { state: true } };

  /** What is shown now, once it is loaded. */
  declare shownPart: { readonly name: SidePanelName; readonly element: SessionElement } | null;
  /** The width while the edge is being dragged. */
  declare drag: number | null;
  #cameFrom: HTMLElement | null = null;
  #wantsFocus = false;

  constructor() {
    super();
    this.shownPart = null;
    this.drag = null;
  }

  /** Goes into the panel as soon as it is there. What had the focus gets it back when the panel closes. */
  takeFocus(): void {
    const { activeElement } = document;
    if (activeElement instanceof HTMLElement && !this.contains(activeElement)) this.#cameFrom = activeElement;
    this.#wantsFocus = true;
    this.requestUpdate();
  }

  protected override renderState(
    { sidePanel }: SessionState,
    session: DocumentSession,
  ): TemplateResult | typeof nothing {
    if (sidePanel.open === null) return nothing;
    const { heading } = PARTS[sidePanel.open];
    const width = panelWidth(this.drag ?? sidePanel.width, this.#space);
    return html`<aside
      class="side-panel"
      aria-labelledby="side-panel-heading"
      data-testid="side-panel"
      .style=${`--panel-width: ${width}px`}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        session.closeSidePanel();
      }}
    >
      <div
        class="side-panel-edge"
        role="separator"
        tabindex="0"
        aria-label="Width of the panel"
        aria-orientation="vertical"
        aria-valuenow=${width}
        aria-valuemin=${PANEL_WIDTH.min}
        aria-valuemax=${maxPanelWidth(this.#space)}
        data-testid="side-panel-edge"
        @pointerdown=${(event: PointerEvent) => this.#startDrag(event, width)}
        @pointermove=${(event: PointerEvent) => this.#moveDrag(event)}
        @pointerup=${() => this.#endDrag(session)}
        @pointercancel=${() => {
          this.drag = null;
        }}
        @dblclick=${() => session.resizeSidePanel(PANEL_WIDTH.initial)}
        @keydown=${(event: KeyboardEvent) => {
          const next = widthByKey(event.key, width, this.#space);
          if (next === null) return;
          event.preventDefault();
          session.resizeSidePanel(next);
        }}
      ></div>
      <div class="side-panel-head">
        <h2 id="side-panel-heading">${heading}</h2>
        <button
          class="button button-quiet button-icon"
          type="button"
          aria-label="Close"
          title="Close"
          data-testid="side-panel-close"
          @click=${() => session.closeSidePanel()}
        >
          ${icon(X)}
        </button>
      </div>
      <div class="side-panel-body">${this.shownPart?.name === sidePanel.open ? this.shownPart.element : nothing}</div>
    </aside>`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { session } = this;
    if (session === undefined) return;
    const { open } = session.state.sidePanel;
    if (open === null) {
      this.shownPart = null;
      this.#giveFocusBack(session);
    } else if (this.shownPart?.name !== open) {
      void this.#load(open, session);
    }
    if (this.#wantsFocus && open !== null) void this.#giveFocus();
  }

  /** Until the part is there, the focus waits on the button above it. */
  async #giveFocus(): Promise<void> {
    const part = this.shownPart?.element;
    if (part !== undefined) {
      this.#wantsFocus = false;
      await part.updateComplete;
    }
    const target = this.querySelector<HTMLElement>('[data-panel-focus]');
    (target ?? this.querySelector<HTMLElement>('[data-testid="side-panel-close"]'))?.focus();
  }

  async #load(name: SidePanelName, session: DocumentSession): Promise<void> {
    try {
      const Part = await PARTS[name].load();
      if (session.state.sidePanel.open !== name || this.shownPart?.name === name) return;
      const element = new Part();
      element.session = session;
      this.shownPart = { name, element };
    } catch {
      void session.partFailed();
      session.closeSidePanel();
    }
  }

  /** A panel that was closed from within leaves nobody on the page's body, from where the keyboard would start over. */
  #giveFocusBack(session: DocumentSession): void {
    const cameFrom = this.#cameFrom;
    this.#cameFrom = null;
    this.#wantsFocus = false;
    if (cameFrom === null || document.activeElement !== document.body) return;
    if (cameFrom.isConnected && cameFrom.checkVisibility()) cameFrom.focus();
    else session.focusEditor();
  }

  /** Width that text and panel have together. */
  get #space(): number {
    return this.parentElement?.clientWidth ?? 0;
  }

  #startDrag(event: PointerEvent, width: number): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.drag = width;
  }

  #moveDrag({ clientX }: PointerEvent): void {
    if (this.drag === null) return;
    const { right } = this.getBoundingClientRect();
    this.drag = panelWidth(right - clientX, this.#space);
  }

  #endDrag(session: DocumentSession): void {
    if (this.drag !== null) session.resizeSidePanel(this.drag);
    this.drag = null;
  }
}

customElements.define('cs-side-panel', SidePanel);

declare global {
  interface HTMLElementTagNameMap {
    'cs-side-panel': SidePanel;
  }
}
