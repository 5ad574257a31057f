import { html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { indentationLabel } from '../../editor/code/indentation.ts';
import { type Place, placeSentence, watchPlace } from '../../editor/code/place.ts';
import { goToLine } from '../../editor/search/search-keys.ts';
import type { DocumentSession } from '../session/document-session.ts';
import { SessionElement } from '../session/session-element.ts';
import type { SessionState } from '../session/session-state.ts';

/**
 * The strip below the text: where one is, indentation and syntax, each a button that changes it. Not a live region: it would speak
 * at every key. Who does not see it has the command "Where is my cursor?".
 */
export class TextStrip extends SessionElement {
  static override properties: PropertyDeclarations = { place: { state: true } };

  declare place: Place | null;
  #stopWatching: (() => void) | null = null;

  constructor() {
    super();
    this.place = null;
  }

  protected override willUpdate(): void {
    const editor = this.session?.editor ?? null;
    if (editor === null || !this.isConnected) return;
    this.#stopWatching ??= watchPlace(editor.view, (place) => {
      this.place = place;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  protected override renderState(state: SessionState, session: DocumentSession): TemplateResult {
    const { place } = this;
    if (place === null || state.missing !== null || state.gateCovers) return html``;
    return html`<div
      class="text-strip"
      role="group"
      aria-label="Position, indentation and syntax"
      data-testid="text-strip"
      @mousedown=${(event: MouseEvent) => event.preventDefault()}
    >
      <button
        type="button"
        title="Go to line"
        aria-label=${`${placeSentence(place)}. Go to line`}
        data-testid="strip-place"
        @click=${() => session.inText(goToLine)}
      >
        ${placeLabel(place)}
      </button>
      ${
        state.mayWrite
          ? html`<button
                type="button"
                title="Indentation"
                aria-label=${`Indentation: ${indentationLabel(place.indentation)}`}
                aria-haspopup="dialog"
                data-testid="strip-indentation"
                @click=${() => session.ui.openDialog('indentation')}
              >
                ${indentationLabel(place.indentation)}
              </button>
              <button
                type="button"
                title="Syntax"
                aria-label=${`Syntax: ${state.resolvedLanguage}`}
                aria-haspopup="dialog"
                data-testid="strip-syntax"
                @click=${() => session.ui.openDialog('language')}
              >
                ${state.resolvedLanguage}
              </button>`
          : html`<span data-testid="strip-syntax">${state.resolvedLanguage}</span>`
      }
    </div>`;
  }
}

function placeLabel({ line, column, selected, carets }: Place): string {
  const size = selected > 0 ? ` (${selected.toLocaleString('en-US')} selected)` : '';
  return carets > 1 ? `${carets} cursors${size}` : `Line ${line}, column ${column}${size}`;
}

customElements.define('cs-text-strip', TextStrip);
