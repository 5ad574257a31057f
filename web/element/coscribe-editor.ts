import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { TEXT_FIELD } from '../../protocol/version.ts';
import { FrameSchedule } from '../editor/binding/frame-schedule.ts';
import { checkContent } from '../editor/binding/shown-text.ts';
import {
  type CoscribeEditor,
  createEditor,
  type EditorSettings,
  ShownTextError,
  watchPeople,
} from '../editor/index.ts';
import { NotPlainTextError, type ProviderOptions, type Refusal } from '../provider/index.ts';
import { ADDRESS_ATTRIBUTES, ATTRIBUTES, AttributeError, type AttributeName, readServer } from './attributes.ts';
import type { ElementErrorCode, ElementEventDetails } from './element-events.ts';
import { FormElement } from './form-element.ts';
import { makeFrame } from './frame.ts';
import { type DocumentSource, hostDocument, leaseDocument } from './shared-document.ts';
import { unreachableDetails, unreachableSentence } from './status-line.ts';
import { type ProviderWatcher, watchProvider } from './watch-provider.ts';
import { type Wishes, wishedSettings } from './wished-settings.ts';

/** A document that is being shown, with everything that has to end with it. */
interface Shown {
  readonly source: DocumentSource;
  readonly editor: CoscribeEditor;
  readonly stops: (() => void)[];
}

/**
 * `<coscribe-editor>`: a shared text in any page.
 *
 * ```html
 * <coscribe-editor server="https://notes.example" document="minutes" user-name="Ada"></coscribe-editor>
 * ```
 *
 * docs/embedding.md lists the attributes; each works while the element runs, and is a property too. `token`, `extensions`,
 * `doc` and `awareness` are richer as properties than attributes can be.
 */
export class CoscribeEditorElement extends FormElement {
  /** @internal */
  static readonly observedAttributes = ATTRIBUTES;

  readonly #frame = makeFrame(this.attachShadow({ mode: 'open', delegatesFocus: true }));
  readonly #problems = this.#frame.problems;
  readonly #changed: FrameSchedule;
  #shown: Shown | null = null;
  #token: ProviderOptions['token'];
  #extensions: Extension = [];
  #hostDoc: Y.Doc | null = null;
  #hostAwareness: Awareness | null = null;
  #updateAsked = false;
  /** Whether the document has to be opened again, because what it is made of changed. */
  #addressChanged = false;

  constructor() {
    super();
    // A click on its label arrives here; one into the text has a part of the text as its target.
    this.addEventListener('click', (event: Event) => {
      if (event.composedPath()[0] === this) this.focus();
    });
    const getText = () => this.getText();
    this.#changed = new FrameSchedule(window, () =>
      // A long text is put together only for anyone who looks at it.
      this.#tell('change', {
        get text() {
          return getText();
        },
      }),
    );
  }

  // --- what the host can do

  /** The editor, while a document is shown. */
  get editor(): CoscribeEditor | null {
    return this.#shown?.editor ?? null;
  }

  override focus(options?: FocusOptions): void {
    if (this.#shown === null) super.focus(options);
    else this.#shown.editor.focus();
  }

  /** The text as it is here and now; '' while no document is shown. */
  override getText(): string {
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

  /** Scrolls to the caret of a person of the `people` event, or of a client id. @returns false when they have none */
  jumpTo(person: number | { readonly clientId: number }): boolean {
    const clientId = typeof person === 'number' ? person : person.clientId;
    return this.#shown?.editor.jumpTo(clientId) ?? false;
  }

  /**
   * The access token, or a function that gets one, asked at every connection. A new token goes on with the document that
   * is shown, unless another element shows the same one with the token before.
   */
  get token(): ProviderOptions['token'] {
    return this.#token ?? this.getAttribute('token') ?? undefined;
  }

  set token(token: ProviderOptions['token'] | null) {
    this.#token = token ?? undefined;
    this.#tokenChanged();
  }

  /** CodeMirror extensions of the page, of the same copy of CodeMirror. Setting them opens the editor again. */
  get extensions(): Extension {
    return this.#extensions;
  }

  set extensions(extensions: Extension | null) {
    this.#extensions = extensions ?? [];
    this.#reopen();
  }

  /**
   * The document that is shown. A page that connects its documents itself, with whatever provider, sets one, of the same
   * copy of Yjs, and gives no `document`; null takes it back.
   */
  get doc(): Y.Doc | null {
    return this.#shown?.source.doc ?? this.#hostDoc;
  }

  set doc(doc: Y.Doc | null) {
    this.#hostDoc = doc ?? null;
    this.#reopen();
  }

  /** The presence of everybody in the document; to be set together with `doc`. */
  get awareness(): Awareness | null {
    return this.#shown?.source.awareness ?? this.#hostAwareness;
  }

  set awareness(awareness: Awareness | null) {
    this.#hostAwareness = awareness ?? null;
    this.#reopen();
  }

  // --- what the page tells the element

  /** @internal */
  connectedCallback(): void {
    this.adoptEarlyProperties();
    this.#askUpdate();
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#askUpdate();
  }

  /** @internal */
  attributeChangedCallback(name: AttributeName, before: string | null, value: string | null): void {
    if (before === value) return;
    if (ADDRESS_ATTRIBUTES.has(name)) this.#reopen();
    else if (name === 'token') this.#tokenChanged();
    else this.#fieldChanged();
  }

  /** @internal */
  formAssociatedCallback(): void {
    this.#takeText();
  }

  /** @internal */
  formDisabledCallback(disabled: boolean): void {
    this.formDisabled = disabled;
    this.#fieldChanged();
  }

  /** What the field is like has changed, for the editor, for screen readers, or for the form. */
  #fieldChanged(): void {
    if (this.#shown === null) return;
    this.#configure(this.#shown);
    this.#shown.editor.view.dispatch({});
    this.#takeText();
  }

  #tokenChanged(): void {
    const { token } = this;
    if (this.#shown?.source.changeToken(token)) this.#problems.clear('connection');
    else this.#reopen();
  }

  #reopen(): void {
    this.#addressChanged = true;
    this.#askUpdate();
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

  /** Shows below the text how the connection works, with controls that disturb it; shown already, hides it. Loaded on demand. */
  async inspect(): Promise<void> {
    const { toggleInspector } = await import('./inspector-below.ts');
    await toggleInspector(this, this.#shown?.source.provider ?? null);
  }

  // --- opening and closing

  #open(): void {
    this.#problems.clear();
    let source: DocumentSource | null = null;
    try {
      source = this.#source();
      const editor = this.#createEditor(source);
      this.#shown = { source, editor, stops: [] };
    } catch (error) {
      source?.release();
      this.#cannotShow(error);
      return;
    }
    const shown = this.#shown;
    this.#takeText();
    this.#showStatus();
    const { doc, provider, awareness } = source;
    this.#tell('ready', { editor: shown.editor, doc, provider });
    // The host may have changed its mind in a listener; what it asked for is done in a moment.
    if (awareness !== null) shown.stops.push(watchPeople(awareness, (people) => this.#tell('people', { people })));
    if (provider === null) return;
    shown.stops.push(watchProvider(provider, this.#watcher(shown)));
    // Another element may have been told of a refusal before this one came.
    if (provider.closed !== null) this.#refused(provider.closed);
  }

  /** @throws AttributeError, ShownTextError */
  #source(): DocumentSource {
    const name = this.getAttribute('document') ?? '';
    if (name === '' && this.#hostDoc !== null) return hostDocument(this.#hostDoc, this.#hostAwareness);
    if (name === '') {
      throw new ShownTextError(
        'no-document',
        'No document to show: give the element a document attribute, such as document="minutes".',
      );
    }
    if (this.#hostDoc !== null) {
      const message = 'The element has a document attribute and a doc property: it shows the one of the attribute.';
      this.#problems.set('doc', message);
      this.#tellError('invalid-attribute', message);
    }
    const url = readServer(this.getAttribute('server'), globalThis.location.href);
    return leaseDocument({ url, name, token: this.token, offline: this.offline ?? true });
  }

  #createEditor(source: DocumentSource): CoscribeEditor {
    const { doc, awareness } = source;
    const changed = EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      this.#takeText();
      this.#changed.request();
    });
    return createEditor(this.#frame.box, {
      doc,
      field: this.#fieldName,
      awareness,
      ...this.#settings(source),
      // Asked again at every change of the view: a label may be there later than its field.
      extensions: [changed, EditorView.contentAttributes.of(() => this.fieldAttributes()), this.#extensions],
      onError: (error) => this.#tellError('internal', 'A part of the editor failed; the rest goes on.', error),
    });
  }

  #watcher(shown: Shown): ProviderWatcher {
    const { editor } = shown;
    const { provider } = shown.source;
    let told = '';
    return {
      connectionChanged: () => {
        this.#configure(shown);
        this.#showStatus();
        this.#takeText();
        const { status = 'disconnected', retryAt = null } = provider ?? {};
        const before = told;
        told = `${status} ${retryAt}`;
        if (told !== before) this.#tell('status', { status, retryAt });
      },
      reached: () => this.#problems.clear('connection'),
      synced: () => this.#checkContent(editor.text),
      savedChanged: () => {
        this.#showStatus();
        this.#tell('saved', { saved: provider?.saved ?? false, unsavedChanges: provider?.unsavedChanges ?? 0 });
      },
      propertiesChanged: () => {
        if (this.#shown !== null) this.#configure(this.#shown);
      },
      unreachable: () => {
        const message = unreachableDetails(this.getAttribute('server'));
        this.#problems.set('connection', unreachableSentence(provider?.keptOnDevice ?? false), message);
        this.#tellError('unreachable', message);
      },
      noToken: (error) => {
        // Renewing has time while the connection lives: no words yet.
        const isNews = provider?.status === 'connected' || this.#problems.set('connection', error.message);
        if (isNews) this.#tellError('no-token', error.message, error.cause ?? error);
      },
      closed: (refusal) => this.#refused(refusal),
      failed: (error) => {
        if (error instanceof NotPlainTextError) this.#tellError('not-plain-text', error.message);
        else this.#tellError('internal', 'Something on the connection failed and was dealt with.', error);
      },
    };
  }

  #refused(refusal: Refusal): void {
    // With the token of somebody else it is another copy, and another text until the server's has come.
    if (refusal.name === CLOSE_CODES.otherPerson.name) {
      this.#reopen();
      return;
    }
    const message = refusal.reason === '' ? refusal.meaning : `${refusal.reason.replace(/\.?$/, '.')}`;
    this.#showStatus();
    this.#problems.set('connection', message);
    this.#tellError('refused', message);
    this.#tell('closed', refusal);
  }

  /** The text may have come with something in it that is not text. */
  #checkContent(text: Y.Text): void {
    try {
      checkContent(text, this.#fieldName);
    } catch (error) {
      this.#close();
      this.#cannotShow(error);
    }
  }

  #cannotShow(error: unknown): void {
    const code =
      error instanceof ShownTextError
        ? error.code
        : error instanceof AttributeError
          ? 'invalid-attribute'
          : ('internal' as const);
    const message = error instanceof Error ? error.message : String(error);
    this.#problems.set('document', message);
    this.#tellError(code, message, error);
  }

  #close(): void {
    const shown = this.#shown;
    if (shown === null) return;
    this.#shown = null;
    this.#changed.cancel();
    for (const stop of shown.stops) stop();
    shown.editor.destroy();
    shown.source.release();
    this.#showStatus();
    this.#takeText();
  }

  // --- attributes

  get #fieldName(): string {
    return this.field === '' ? TEXT_FIELD : this.field;
  }

  /** Gives the editor what attributes and connection say, as they are now. */
  #configure({ editor, source }: Shown): void {
    void editor.configure(this.#settings(source));
  }

  #settings(source: DocumentSource): Partial<EditorSettings> {
    const { placeholder, label, userName, userColor } = this;
    const lockedByPage = this.formDisabled || this.readOnly;
    const wishes: Wishes = { placeholder, label, userName, userColor, lockedByPage, read: this.#read };
    return wishedSettings(wishes, source);
  }

  /** An attribute's value; null when it is none it can have, which is said. */
  readonly #read = <T>(name: AttributeName, read: (value: string | null) => T): T | null => {
    try {
      const value = read(this.getAttribute(name));
      this.#problems.clear(name);
      return value;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#problems.set(name, message)) this.#tellError('invalid-attribute', message, error);
      return null;
    }
  };

  #takeText(): void {
    const shown = this.#shown;
    this.tellForm(shown?.source.isKnown() ? shown.editor.view.state.doc.length : null, this.#frame.box);
  }

  // --- telling

  #showStatus(): void {
    this.#frame.status.show(this.#shown?.source.provider ?? null);
  }

  protected override misused(message: string): void {
    this.#tellError('invalid-attribute', message);
  }

  #tellError(code: ElementErrorCode, message: string, cause?: unknown): void {
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
