import { html, nothing, type TemplateResult } from 'lit';
import { PageElement } from '../base/page-element.ts';

/** Something to be done that is asked about first. */
export interface Question {
  readonly heading: string;
  /** What will happen. */
  readonly says: string;
  /** What the button says. */
  readonly act: string;
  readonly isDangerous: boolean;
  /** Asks for a text too, such as a title. */
  readonly field?: { readonly label: string; readonly value: string };
  /** Does it. Rejects with a sentence when it cannot be done. */
  readonly do: (text: string) => Promise<void>;
}

/** Asks before anything is done, does it, and says what came of it. */
export class ConfirmDialog extends PageElement {
  static override properties = { question: { state: true }, problem: { state: true }, isBusy: { state: true } };

  declare question: Question | null;
  declare problem: string;
  declare isBusy: boolean;

  constructor() {
    super();
    this.question = null;
    this.problem = '';
    this.isBusy = false;
  }

  async ask(question: Question): Promise<void> {
    this.question = question;
    this.problem = '';
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
    this.querySelector<HTMLElement>('.field, [data-testid="cancel"]')?.focus();
  }

  protected override render(): TemplateResult {
    const { question } = this;
    return html`<dialog
      class="dialog"
      aria-labelledby="confirm-heading"
      aria-describedby="confirm-says"
      @close=${() => {
        this.question = null;
      }}
    >
      ${question === null ? nothing : this.#renderQuestion(question)}
    </dialog>`;
  }

  #renderQuestion(question: Question): TemplateResult {
    const { heading, says, act, isDangerous, field } = question;
    return html`<form
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#do(question);
      }}
    >
      <div class="dialog-head"><h2 id="confirm-heading">${heading}</h2></div>
      <div class="dialog-body">
        <p id="confirm-says">${says}</p>
        ${
          field === undefined
            ? nothing
            : html`<div>
                <label class="label" for="confirm-field">${field.label}</label>
                <input class="field admin-wide" id="confirm-field" .value=${field.value} />
              </div>`
        }
        <p class="problem" role="alert">${this.problem}</p>
        <div class="dialog-actions">
          <button class="button" type="button" data-testid="cancel" @click=${() => this.#close()}>Cancel</button>
          <button
            class="button ${isDangerous ? 'button-danger' : 'button-primary'}"
            type="submit"
            data-testid="confirm"
            ?disabled=${this.isBusy}
          >
            ${act}
          </button>
        </div>
      </div>
    </form>`;
  }

  async #do(question: Question): Promise<void> {
    this.isBusy = true;
    this.problem = '';
    try {
      await question.do(this.querySelector<HTMLInputElement>('#confirm-field')?.value ?? '');
      this.#close();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.isBusy = false;
    }
  }

  #close(): void {
    this.querySelector('dialog')?.close();
  }
}

customElements.define('cs-confirm-dialog', ConfirmDialog);
