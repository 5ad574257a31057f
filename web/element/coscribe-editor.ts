import * as Y from 'yjs';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { type CoscribeEditor, createEditor, PEOPLE_COLORS } from '../editor/index.ts';
import type { ProviderOptions, Refusal } from '../provider/index.ts';
import {
  ADDRESS_ATTRIBUTES,
  ATTRIBUTES,
  AttributeError,
  type AttributeName,
  isOn,
  readColor,
  readLineNumbers,
  readServer,
  readTheme,
} from './attributes.ts';
import type { ElementError, ElementEventDetails, ElementEventMap } from './element-events.ts';
import { adoptStyle } from './element-style.ts';
import { type DocumentLease, leaseDocument } from './shared-document.ts';
import { connectionSentence, savedSentence } from './status-line.ts';
import { type DocumentWatcher, watchDocument } from './watch-document.ts';

/** On a server there are no elements: importing this must still work, to be rendered in the browser later. */
const ElementBase = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** A document that is being shown, with everything that has to end with it. */
interface Shown {
  readonly lease: DocumentLease;
  readonly editor: CoscribeEditor;
  readonly stop: () => void;
}

/**
 * `<coscribe-editor>`: a shared text in any page.
 *
 * ```html
 * <coscribe-editor server="https://notes.example" document="minutes" user-name="Ada"></coscribe-editor>
 * ```
 *
 * Attributes (docs/embedding.md): `server`, `document`, `token`, `field`, `language`, `theme`, `readonly`, `disabled`,
 * `placeholder`, `line-numbers`, `required`, `user-name`, `user-color`, `label`, `name`; each works while the element runs. Properties of
 * the same names in camel case reflect them; `token` as a property may also be a function.
 */
export class CoscribeEditorElement extends ElementBase {
  static readonly formAssociated = true;
  static readonly observedAttributes = ATTRIBUTES;

  readonly #internals: ElementInternals;
  readonly #frame: HTMLElement;
  readonly #message: HTMLElement;
  readonly #saved: HTMLElement;
  readonly #connection: HTMLElement;
  #shown: Shown | null = null;
  #token: ProviderOptions['token'];
  #formDisabled = false;
  #updateAsked = false;
  /** Whether the document has to be opened anew, because its address or token changed. */
  #addressChanged = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    adoptStyle(root);
    this.#frame = part('div', 'editor');
    this.#message = part('p', 'message');
    this.#message.setAttribute('role', 'alert');
    this.#saved = document.createElement('span');
    this.#connection = document.createElement('span');
    const status = part('div', 'status');
    status.setAttribute('role', 'status');
    status.append(this.#saved, this.#connection);
    root.append(this.#message, this.#frame, status);
    this.#internals = this.attachInternals();
  }

  // --- what the host can do

  /** The editor, while a document is shown. */
  get editor(): CoscribeEditor | null {
    return this.#shown?.editor ?? null;
  }

  /** The document, while one is shown. */
  get doc(): Y.Doc | null {
    return this.#shown?.lease.doc ?? null;
  }

  override focus(options?: FocusOptions): void {
    if (this.#shown === null) super.focus(options);
    else this.#shown.editor.focus();
  }

  /** The text as it is here and now; '' while no document is shown. */
  getText(): string {
    return this.#shown?.editor.getText() ?? '';
  }

  /** Undoes the own latest step. @returns whether there was one */
  undo(): boolean {
    return this.#shown?.editor.undo() ?? false;
  }

  /** Does the own step undone last again. @returns whether there was one */
  redo(): boolean {
    return this.#shown?.editor.redo() ?? false;
  }

  /** The main selection, in UTF-16 units. */
  getSelection(): { from: number; to: number; text: string } {
    return this.#shown?.editor.getSelection() ?? { from: 0, to: 0, text: '' };
  }

  /** Scrolls to a person's caret (`clientId` of the `people` event). @returns false when they have none */
  jumpTo(clientId: number): boolean {
    return this.#shown?.editor.jumpTo(clientId) ?? false;
  }

  /** The access token, or what gets one; asked again before the access runs out. */
  get token(): ProviderOptions['token'] {
    return this.#token ?? this.getAttribute('token') ?? undefined;
  }

  set token(token: ProviderOptions['token'] | null) {
    this.#token = token ?? undefined;
    this.#addressChanged = true;
    this.#askUpdate();
  }

  /** As a form field: the text. */
  get value(): string {
    return this.getText();
  }

  /** As a form field: the form it belongs to. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
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

  override addEventListener<Name extends keyof ElementEventMap>(
    name: Name,
    listener: (event: ElementEventMap[Name]) => void,
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

  // --- what the page tells the element

  connectedCallback(): void {
    this.#adoptEarlyToken();
    this.#askUpdate();
  }

  disconnectedCallback(): void {
    this.#askUpdate();
  }

  attributeChangedCallback(name: AttributeName, before: string | null, value: string | null): void {
    if (before === value) return;
    if (ADDRESS_ATTRIBUTES.has(name) || (name === 'token' && this.#token === undefined)) {
      this.#addressChanged = true;
      this.#askUpdate();
    } else {
      this.#applyAttribute(name);
    }
  }

  formDisabledCallback(disabled: boolean): void {
    this.#formDisabled = disabled;
    this.#applyAttribute('readonly');
  }

  /** A property that was set before the element was defined hides the accessor of the class. */
  #adoptEarlyToken(): void {
    if (!Object.hasOwn(this, 'token')) return;
    const { token } = this;
    Reflect.deleteProperty(this, 'token');
    this.token = token;
  }

  /**
   * Changes of one task count as one, so that an element that is moved in the page keeps its document, and one that is made
   * and thrown away at once opens none.
   */
  #askUpdate(): void {
    if (this.#updateAsked) return;
    this.#updateAsked = true;
    queueMicrotask(() => {
      this.#updateAsked = false;
      this.#update();
    });
  }

  #update(): void {
    if (!this.isConnected || this.#addressChanged) this.#close();
    this.#addressChanged = false;
    if (this.isConnected && this.#shown === null) this.#open();
  }

  // --- opening and closing

  #open(): void {
    const name = this.getAttribute('document');
    if (name === null || name === '') {
      this.#fail(
        'no-document',
        'No document to show: give the element a document attribute, such as document="minutes".',
      );
      return;
    }
    let lease: DocumentLease | null = null;
    try {
      const url = readServer(this.getAttribute('server'), globalThis.location.href);
      lease = leaseDocument({ url, name, token: this.token });
      this.#shown = this.#show(lease);
    } catch (error) {
      lease?.release();
      if (error instanceof AttributeError) this.#fail('invalid-attribute', error.message, error);
      else this.#fail('internal', 'The editor could not be started.', error);
      return;
    }
    const { editor } = this.#shown;
    const { doc, provider } = lease;
    this.#say('');
    this.#takeText();
    this.#showStatus();
    this.#tell('ready', { editor, doc, provider });
    // Another element may have been told of a refusal before this one came.
    if (provider.closed !== null) this.#refused(provider.closed);
  }

  #show(lease: DocumentLease): Shown {
    const { doc, awareness, provider } = lease;
    const text = this.#textOf(doc);
    const color = this.#read('user-color', readColor) ?? PEOPLE_COLORS[doc.clientID % PEOPLE_COLORS.length];
    const editor = createEditor(this.#frame, {
      doc,
      text,
      awareness,
      user: { name: this.getAttribute('user-name') ?? 'Guest', color: color ?? PEOPLE_COLORS[0] },
      language: this.getAttribute('language') ?? '',
      fileName: provider.properties?.title ?? '',
      theme: this.#read('theme', readTheme) ?? 'system',
      readOnly: this.#isReadOnly(provider.role),
      placeholder: this.getAttribute('placeholder') ?? '',
      lineNumbers: this.#read('line-numbers', readLineNumbers) ?? true,
      label: this.getAttribute('label') ?? 'Document text',
      onError: (error) => this.#fail('internal', 'A part of the editor failed and goes on without.', error, false),
    });

    const stopWatching = watchDocument(lease, text, this.#watcher(lease, editor));
    const stop = () => {
      stopWatching();
      editor.destroy();
      lease.release();
    };
    return { lease, editor, stop };
  }

  #watcher({ provider }: DocumentLease, editor: CoscribeEditor): DocumentWatcher {
    return {
      textChanged: () => {
        this.#takeText();
        this.#tell('change', { text: this.getText() });
      },
      connectionChanged: (synced) => {
        if (synced) this.#say('');
        editor.setReadOnly(this.#isReadOnly(provider.role));
        this.#showStatus();
        this.#tell('status', { status: provider.status, retryAt: provider.retryAt });
      },
      savedChanged: () => {
        this.#showStatus();
        this.#tell('saved', { saved: provider.saved, unsavedChanges: provider.unsavedChanges });
      },
      propertiesChanged: () => this.#applyAttribute('language'),
      peopleChanged: (people) => this.#tell('people', { people }),
      unreachable: () =>
        this.#fail(
          'unreachable',
          'The server cannot be reached. What you write stays on this device; the editor goes on trying.',
        ),
      closed: (refusal) => this.#refused(refusal),
      failed: (error) => this.#fail('internal', 'Something failed and was dealt with.', error, false),
    };
  }

  #refused(refusal: Refusal): void {
    this.#showStatus();
    this.#fail('refused', refusal.reason || refusal.meaning);
    this.#tell('closed', refusal);
  }

  #close(): void {
    this.#shown?.stop();
    this.#shown = null;
    this.#showStatus();
  }

  /** The text to show. @throws AttributeError when the document holds something else under that name */
  #textOf(doc: Y.Doc): Y.Text {
    const field = this.getAttribute('field') || TEXT_FIELD;
    const held = doc.share.get(field);
    if (held === undefined || held.constructor === Y.AbstractType || held instanceof Y.Text) return doc.getText(field);
    throw new AttributeError(`field is "${field}", but the document holds no text under that name.`);
  }

  // --- attributes that change while a document is shown

  #applyAttribute(name: AttributeName): void {
    if (this.#shown === null) return;
    const { editor, lease } = this.#shown;
    switch (name) {
      case 'language':
        void editor.setLanguage(
          this.getAttribute('language') ?? lease.provider.properties?.language ?? '',
          lease.provider.properties?.title,
        );
        return;
      case 'theme':
        editor.setTheme(this.#read('theme', readTheme) ?? 'system');
        return;
      case 'readonly':
      case 'disabled':
        editor.setReadOnly(this.#isReadOnly(lease.provider.role));
        return;
      case 'placeholder':
        editor.setPlaceholder(this.getAttribute('placeholder') ?? '');
        return;
      case 'line-numbers':
        editor.setLineNumbers(this.#read('line-numbers', readLineNumbers) ?? true);
        return;
      case 'user-name':
      case 'user-color': {
        const color = this.#read('user-color', readColor) ?? PEOPLE_COLORS[lease.doc.clientID % PEOPLE_COLORS.length];
        editor.setUser({ name: this.getAttribute('user-name') ?? 'Guest', color: color ?? PEOPLE_COLORS[0] });
        return;
      }
      case 'required':
        this.#takeText();
        return;
      case 'label':
        editor.view.contentDOM.setAttribute('aria-label', this.getAttribute('label') ?? 'Document text');
        return;
      case 'server':
      case 'document':
      case 'field':
      case 'token':
        return;
      default:
        name satisfies never;
    }
  }

  #isReadOnly(role: string | null): boolean {
    const mayWrite = role === null || role === 'editor' || role === 'owner';
    return !mayWrite || this.#formDisabled || isOn(this.getAttribute('readonly'));
  }

  /** An attribute's value; null, and an `error` event, when it is not one it can have. */
  #read<T>(name: AttributeName, read: (value: string | null) => T): T | null {
    try {
      return read(this.getAttribute(name));
    } catch (error) {
      this.#fail('invalid-attribute', error instanceof Error ? error.message : String(error), error, false);
      return null;
    }
  }

  /** Gives the form what there is to send. */
  #takeText(): void {
    const text = this.getText();
    this.#internals.setFormValue(text);
    if (isOn(this.getAttribute('required')) && text === '') {
      this.#internals.setValidity({ valueMissing: true }, 'Please write something.', this.#frame);
    } else {
      this.#internals.setValidity({});
    }
  }

  // --- telling

  #showStatus(): void {
    const provider = this.#shown?.lease.provider;
    this.#saved.textContent = provider === undefined ? '' : savedSentence(provider);
    this.#connection.textContent = provider === undefined ? '' : connectionSentence(provider);
  }

  #say(sentence: string): void {
    if (this.#message.textContent !== sentence) this.#message.textContent = sentence;
  }

  /** Says what is wrong, in the element where the person should know, and as an event. */
  #fail(code: ElementError['code'], message: string, cause?: unknown, say = true): void {
    if (say) this.#say(message);
    this.#tell('error', { code, message, ...(cause === undefined ? {} : { cause }) });
  }

  #tell<Name extends keyof ElementEventDetails>(name: Name, detail: ElementEventDetails[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'coscribe-editor': CoscribeEditorElement;
  }
}

/** Makes `<coscribe-editor>` known to the page. Does nothing on a server, or when the page knows it already. */
export function defineElement(): void {
  const elements = globalThis.customElements;
  if (elements !== undefined && elements.get('coscribe-editor') === undefined) {
    elements.define('coscribe-editor', CoscribeEditorElement);
  }
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.setAttribute('part', name);
  return element;
}
