import { nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { PageElement } from '../base/page-element.ts';
import type { DocumentSession } from './document-session.ts';
import type { SessionState } from './session-state.ts';

/** A part of the document page: renders the session's state and is rendered again whenever that changes. */
export abstract class SessionElement extends PageElement {
  static override properties: PropertyDeclarations = { session: { attribute: false } };

  /** Set once, by anyone who creates the element. */
  declare session: DocumentSession | undefined;

  #unsubscribe: (() => void) | null = null;

  protected abstract renderState(state: SessionState, session: DocumentSession): TemplateResult | typeof nothing;

  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (session === undefined) return nothing;
    this.#unsubscribe ??= session.subscribe(() => this.requestUpdate());
    return this.renderState(session.state, session);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }
}
