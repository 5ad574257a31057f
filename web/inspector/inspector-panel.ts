import type { Inspector, LogEntry } from '../provider/inspector.ts';
import { panelStyle } from './panel-style.ts';

/** Ways to hold messages back, in milliseconds. */
const DELAYS = [0, 200, 1_000, 2_000] as const;

const STATES: Readonly<Record<string, string>> = {
  idle: 'offline, until you reconnect',
  preparing: 'getting ready to connect',
  opening: 'opening',
  greeting: 'open, waits for the welcome',
  connected: 'connected',
  waiting: 'waits for the next attempt',
  refused: 'refused by the server',
  destroyed: 'over',
  connecting: 'connecting',
  disconnected: 'not connected',
};

const TRANSPORTS = { websocket: 'WebSocket', http: 'HTTP requests (slow connection)' } as const;

/** How often figures that pass by themselves are shown again, in milliseconds. */
const TICK = 500;

/**
 * `<coscribe-inspector>`: what a page and its server say to each other, as it happens, with controls that disturb it. Give it an
 * `inspector`; it starts to show when it is in the page.
 */
export class InspectorPanel extends HTMLElement {
  #inspector: Inspector | null = null;
  #stop: () => void = () => undefined;
  #frame = 0;
  #tick = 0;
  /** The entries that are shown while the log is paused. */
  #paused: readonly LogEntry[] | null = null;
  #shownThrough = 0;
  readonly #facts = new Map<string, HTMLElement>();
  readonly #log = make('ol', { className: 'log', tabIndex: 0, ariaLabel: 'Activity' });
  readonly #pause = button('Pause', () => this.#togglePause());
  readonly #offline = button('Go offline', () => this.#toggleOffline());

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [panelStyle()];
    const facts = make('dl', { className: 'facts' });
    for (const name of ['State', 'Transport', 'Round trip', 'Unsaved edits']) {
      const value = make('dd', {});
      this.#facts.set(name, value);
      facts.append(make('dt', { textContent: name }), value);
    }
    const slow = make('select', {});
    for (const delay of DELAYS) {
      slow.append(make('option', { value: String(delay), textContent: delay === 0 ? 'no' : `${delay} ms` }));
    }
    slow.addEventListener('change', () => this.#inspector?.slow(Number(slow.value)));
    const delay = make('label', { className: 'delay', textContent: 'Delay ' });
    delay.append(slow);
    const controls = make('div', { className: 'controls', role: 'group', ariaLabel: 'Disturb the connection' });
    controls.append(
      button('Cut', () => this.#inspector?.cut()),
      this.#offline,
      delay,
    );
    const head = make('div', { className: 'controls' });
    head.append(
      make('h3', { textContent: 'Activity' }),
      this.#pause,
      button('Copy', (target) => void this.#copy(target)),
    );
    root.append(facts, controls, head, this.#log);
  }

  get inspector(): Inspector | null {
    return this.#inspector;
  }

  set inspector(inspector: Inspector | null) {
    this.#end();
    this.#inspector = inspector;
    this.#log.replaceChildren();
    this.#shownThrough = 0;
    if (this.isConnected) this.#begin();
  }

  connectedCallback(): void {
    this.#begin();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  #begin(): void {
    if (this.#inspector === null) return;
    this.#end();
    this.#stop = this.#inspector.onEntry(() => this.#renderSoon());
    this.#tick = window.setInterval(() => this.#renderFacts(), TICK);
    this.#renderSoon();
  }

  #end(): void {
    this.#stop();
    window.clearInterval(this.#tick);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** Hundreds of messages may come between two frames. */
  #renderSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#renderFacts();
      this.#renderLog();
    });
  }

  #renderFacts(): void {
    const inspector = this.#inspector;
    if (inspector === null) return;
    const { state, transport, roundTrip, unsavedChanges, retryIn } = inspector;
    const wait = retryIn === null ? '' : ` in ${(retryIn / 1000).toFixed(1)} s`;
    this.#show('State', `${STATES[state] ?? state}${wait}`);
    this.#show('Transport', transport === null ? 'none' : TRANSPORTS[transport]);
    this.#show('Round trip', roundTrip === null ? 'not measured yet' : `${Math.round(roundTrip)} ms`);
    this.#show('Unsaved edits', String(unsavedChanges));
    this.dataset['state'] = state;
    this.dataset['transport'] = transport ?? 'none';
    this.#offline.textContent = isAway(state) ? 'Reconnect' : 'Go offline';
  }

  #show(name: string, value: string): void {
    const place = this.#facts.get(name);
    if (place !== undefined && place.textContent !== value) place.textContent = value;
  }

  #renderLog(): void {
    const entries = this.#paused ?? this.#inspector?.entries ?? [];
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    for (const entry of entries) if (entry.id > this.#shownThrough) log.append(line(entry));
    this.#shownThrough = entries.at(-1)?.id ?? 0;
    while (log.childElementCount > entries.length) log.firstElementChild?.remove();
    // Anyone who has scrolled up reads there.
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  #togglePause(): void {
    this.#paused = this.#paused === null ? (this.#inspector?.entries ?? []) : null;
    this.#pause.textContent = this.#paused === null ? 'Pause' : 'Go on';
    this.#pause.ariaPressed = String(this.#paused !== null);
    if (this.#paused === null) this.#renderSoon();
  }

  #toggleOffline(): void {
    const inspector = this.#inspector;
    if (inspector === null) return;
    if (isAway(inspector.state)) inspector.reconnect();
    else inspector.goOffline();
    this.#renderFacts();
  }

  async #copy(target: HTMLElement): Promise<void> {
    const isCopied = await navigator.clipboard.writeText(this.#inspector?.text ?? '').then(
      () => true,
      () => false,
    );
    target.textContent = isCopied ? 'Copied' : 'Not copied';
    target.addEventListener('blur', () => (target.textContent = 'Copy'), { once: true });
  }
}

/** States from which "Reconnect" leads. */
function isAway(state: string): boolean {
  return state === 'idle' || state === 'waiting' || state === 'refused' || state === 'disconnected';
}

function line(entry: LogEntry): HTMLElement {
  const { kind, name, bytes, detail, at } = entry;
  const item = make('li', { className: kind });
  const cell = (className: string, textContent: string) => make('span', { className, textContent });
  item.append(
    cell('time', new Date(at).toLocaleTimeString(undefined, { hour12: false })),
    cell('name', `${{ in: '↓ ', out: '↑ ', state: '' }[kind]}${name}`),
    cell('size', bytes === null ? '' : `${bytes} B`),
    cell('detail', detail),
  );
  return item;
}

function button(textContent: string, act: (target: HTMLElement) => void): HTMLButtonElement {
  const made = make('button', { textContent, type: 'button' });
  made.addEventListener('click', () => act(made));
  return made;
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties);
}

if (customElements.get('coscribe-inspector') === undefined) customElements.define('coscribe-inspector', InspectorPanel);

declare global {
  interface HTMLElementTagNameMap {
    'coscribe-inspector': InspectorPanel;
  }
}
