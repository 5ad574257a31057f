import { ElementProperties } from './element-properties.ts';

/**
 * The element as a field of a form. Its value is the text. A reset of the form leaves the text: it belongs to everybody who
 * writes in it, and forms are often reset just after they were sent.
 */
export abstract class FormElement extends ElementProperties {
  /** @internal */
  static readonly formAssociated = true;

  readonly #internals = this.attachInternals();
  /** Whether the form has turned the field off: its own `disabled`, or a fieldset's. */
  protected formDisabled = false;

  /** The text as it is here and now; '' while no document is shown. */
  abstract getText(): string;

  /** Says what is wrong with what the page did. */
  protected abstract misused(message: string): void;

  /** The text. It is shared, so it cannot be replaced from here. */
  get value(): string {
    return this.getText();
  }

  set value(_value: string) {
    this.misused('value cannot be set: the text belongs to everybody who writes in it.');
  }

  /** The form it belongs to. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get labels(): NodeList {
    return this.#internals.labels;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** What a screen reader has to know of the text field, as attributes: what other fields have from the browser. */
  protected fieldAttributes(): Record<string, string> {
    const name = Array.from(this.labels, ({ textContent }) => textContent?.trim()).join(' ');
    return {
      ...(name === '' || this.label !== '' ? {} : { 'aria-label': name }),
      ...(this.required ? { 'aria-required': 'true' } : {}),
      ...(this.formDisabled ? { 'aria-disabled': 'true', tabindex: '-1' } : {}),
    };
  }

  /**
   * Tells the form what there is to send: nothing, and that it must wait, as long as the text has not come.
   * @param length of the text; null while it is not known
   * @param anchor where the browser points to when the field is not valid
   */
  protected tellForm(length: number | null, anchor: HTMLElement): void {
    // Only inside a form, since putting a long text together costs something.
    const inForm = this.#internals.form !== null;
    if (inForm) this.#internals.setFormValue(length === null ? null : this.getText());
    if (inForm && length === null) {
      this.#internals.setValidity({ customError: true }, 'The text is still loading.', anchor);
    } else if (this.required && !length) {
      this.#internals.setValidity({ valueMissing: true }, 'Please write something.', anchor);
    } else {
      this.#internals.setValidity({});
    }
  }
}
