import type { ThemeChoice } from '../editor/index.ts';
import { isOn } from './attributes.ts';
import type { ElementEventMap } from './element-events.ts';

/** On a server there are no elements: importing this must still work, to be rendered in the browser later. */
const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * The properties of `<coscribe-editor>` that are its attributes under another name, and its events by name. Null takes an
 * attribute away.
 */
export class ElementProperties extends ElementBase {
  /** The address of the Coscribe server, such as `https://notes.example`; '' is the server of the page. */
  get server(): string {
    return this.#text('server');
  }
  set server(value: string | null) {
    this.#setText('server', value);
  }

  /** The name of the document to show. */
  get document(): string {
    return this.#text('document');
  }
  set document(value: string | null) {
    this.#setText('document', value);
  }

  /** The name of the Y.Text within the document; '' is the usual one, `content`. */
  get field(): string {
    return this.#text('field');
  }
  set field(value: string | null) {
    this.#setText('field', value);
  }

  /** A language by name or alias (`rust`, `js`); '' goes by the document's own language and title, else Markdown. */
  get language(): string {
    return this.#text('language');
  }
  set language(value: string | null) {
    this.#setText('language', value);
  }

  /** `system` follows the operating system. */
  get theme(): ThemeChoice {
    const value = this.getAttribute('theme');
    return value === 'light' || value === 'dark' ? value : 'system';
  }
  set theme(value: ThemeChoice | null) {
    this.#setText('theme', value);
  }

  /** Whether the page wants the text to be read only. A person who may not write reads only in any case. */
  get readOnly(): boolean {
    return this.#flag('readonly');
  }
  set readOnly(value: boolean | null) {
    this.#setFlag('readonly', value);
  }

  /** As of any form field: it cannot be written in and is not sent with its form. Whatever the attribute says. */
  get disabled(): boolean {
    return this.hasAttribute('disabled');
  }
  set disabled(value: boolean | null) {
    this.#setFlag('disabled', value);
  }

  /** Whether its form needs text in it. */
  get required(): boolean {
    return this.#flag('required');
  }
  set required(value: boolean | null) {
    this.#setFlag('required', value);
  }

  /** Shown while there is no text. */
  get placeholder(): string {
    return this.#text('placeholder');
  }
  set placeholder(value: string | null) {
    this.#setText('placeholder', value);
  }

  /** Whether lines are numbered; null goes by the kind of text: code has numbers, prose does not. */
  get lineNumbers(): boolean | null {
    const value = this.getAttribute('line-numbers');
    return value === null ? null : value !== 'off' && value !== 'false';
  }
  set lineNumbers(value: boolean | null) {
    this.#setSwitch('line-numbers', value);
  }

  /** Whether a copy of the document is kept on this device; null is yes. Any word but `on` keeps none. */
  get offline(): boolean | null {
    const value = this.getAttribute('offline');
    return value === null ? null : /^(on|true)?$/.test(value);
  }
  set offline(value: boolean | null) {
    this.#setSwitch('offline', value);
  }

  /** How others see this person. */
  get userName(): string {
    return this.#text('user-name');
  }
  set userName(value: string | null) {
    this.#setText('user-name', value);
  }

  /** The colour of this person's caret, as #rrggbb; '' takes one. */
  get userColor(): string {
    return this.#text('user-color');
  }
  set userColor(value: string | null) {
    this.#setText('user-color', value);
  }

  /** What a screen reader calls the text field. */
  get label(): string {
    return this.#text('label');
  }
  set label(value: string | null) {
    this.#setText('label', value);
  }

  /** As of any form field: the name that the text is sent under. */
  get name(): string {
    return this.#text('name');
  }
  set name(value: string | null) {
    this.#setText('name', value);
  }

  override addEventListener<Name extends keyof ElementEventMap>(
    name: Name,
    listener: (event: ElementEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener<Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(name, listener, options);
  }

  override removeEventListener<Name extends keyof ElementEventMap>(
    name: Name,
    listener: (event: ElementEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener<Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(name, listener, options);
  }

  /**
   * Takes over what was set before the element was defined: a script may have run first, and its values then hide the
   * accessors of the class.
   */
  protected adoptEarlyProperties(): void {
    for (const [name, value] of Object.entries(this)) {
      if (!(name in Object.getPrototypeOf(this))) continue;
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }

  #text(name: string): string {
    return this.getAttribute(name) ?? '';
  }

  #setText(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  #setSwitch(name: string, value: boolean | null | undefined): void {
    this.#setText(name, value === null || value === undefined ? null : value ? 'on' : 'off');
  }

  #flag(name: string): boolean {
    return isOn(this.getAttribute(name));
  }

  #setFlag(name: string, value: boolean | null): void {
    this.toggleAttribute(name, value === true);
  }
}
