import { ApiError } from '../api/api-request.ts';
import type { DocumentApi } from '../api/document-api.ts';
import { type KeptStrings, readJson, siteKey } from '../device/local-store.ts';

/** What everybody in a document sees of it beside its text. */
export interface Properties {
  readonly title: string;
  /** Empty means by the title's ending, else Markdown. */
  readonly language: string;
}

/** What this person asked for and the server has not answered yet. */
interface Wish {
  readonly change: Partial<Properties>;
  /** What stood there before. Somebody else who has changed it since has the last word. */
  readonly base: Properties;
}

export interface SharedPropertiesOptions {
  readonly documentName: string;
  readonly api: Pick<DocumentApi, 'changeProperties'>;
  readonly store: KeptStrings;
  /** Shown until somebody knows better. */
  readonly initial: Properties;
  readonly toast: (sentence: string) => void;
  /** Called after every change of `shown`. */
  readonly changed: () => void;
}

/** What a failure of each is called. */
const NAMES = { title: 'title', language: 'syntax' } as const;

/**
 * Title and language of a document. A change is shown at once. It waits on this device, over reloads too, while the server
 * cannot be reached, and is taken back with a sentence when the server refuses it.
 */
export class SharedProperties {
  readonly #options: SharedPropertiesOptions;
  readonly #key: string;
  #known: Properties;
  #wish: Wish | null;
  #sending = false;

  constructor(options: SharedPropertiesOptions) {
    this.#options = options;
    this.#key = siteKey(`coscribe.wish.${options.documentName}`);
    this.#known = options.initial;
    this.#wish = readWish(options.store, this.#key);
  }

  /** As this person should see them. */
  get shown(): Properties {
    return { ...this.#known, ...this.#wish?.change };
  }

  /** Whether a change waits for the server. */
  get isWaiting(): boolean {
    return this.#wish !== null;
  }

  /** The server has said what they are. */
  take(told: Properties): void {
    this.#known = told;
    const wish = this.#wish;
    if (wish === null || this.#sending) return;
    const overtaken = keysOf(wish.change).filter(
      (key) => told[key] !== wish.base[key] && told[key] !== wish.change[key],
    );
    if (overtaken.length === 0) return;
    this.#setWish(null);
    const [first = 'title'] = overtaken;
    this.#options.toast(
      `Somebody changed the ${NAMES[first]} while you were offline: it stays “${told[first]}”, not “${wish.change[first]}”.`,
    );
  }

  /** Changes them for everybody. */
  async change(change: Partial<Properties>): Promise<void> {
    const base = this.#wish?.base ?? this.#known;
    this.#setWish({ change: { ...this.#wish?.change, ...change }, base });
    this.#options.changed();
    await this.#send(change);
  }

  /** The server can be reached: what waits is sent. */
  async sendWaiting(): Promise<void> {
    if (this.#wish !== null && !this.#sending) await this.#send(this.#wish.change);
  }

  async #send(change: Partial<Properties>): Promise<void> {
    const { api, toast, changed } = this.#options;
    const mine = this.#wish;
    this.#sending = true;
    try {
      const { title, language } = await api.changeProperties(change);
      this.#known = { title, language };
      // A later wish stands until its own answer.
      if (this.#wish === mine) this.#setWish(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const what = NAMES[keysOf(change)[0] ?? 'title'];
      if (error.isPassing) {
        toast(`The new ${what} is kept on this device. Everybody sees it once the server can be reached.`);
      } else {
        if (this.#wish === mine) this.#setWish(null);
        toast(`The ${what} was not changed. ${error.message}`);
      }
    } finally {
      this.#sending = false;
      changed();
    }
  }

  #setWish(wish: Wish | null): void {
    this.#wish = wish;
    const { store } = this.#options;
    if (wish === null) store.removeItem(this.#key);
    else store.setItem(this.#key, JSON.stringify(wish));
  }
}

function keysOf(change: Partial<Properties>): (keyof Properties)[] {
  return (['title', 'language'] as const).filter((key) => change[key] !== undefined);
}

function readWish(store: KeptStrings, key: string): Wish | null {
  const { change, base } = Object(readJson(store, key)) as { change?: unknown; base?: unknown };
  const known = readProperties(base);
  const wanted = readProperties(change);
  if (known?.title === undefined || known.language === undefined || wanted === null) return null;
  return { change: wanted, base: { title: known.title, language: known.language } };
}

/** The properties in a value that this site wrote earlier; null when there is none. */
function readProperties(value: unknown): Partial<Properties> | null {
  const { title, language } = Object(value) as Partial<Record<keyof Properties, unknown>>;
  const properties = {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof language === 'string' ? { language } : {}),
  };
  return Object.keys(properties).length === 0 ? null : properties;
}
