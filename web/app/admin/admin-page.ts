import { html, nothing, type TemplateResult } from 'lit';
import { PageElement } from '../base/page-element.ts';
import { adminApi } from './admin-api.ts';
import './confirm-dialog.ts';
import type {
  ConnectionRow,
  DashboardView,
  Failure,
  Overview,
  SecurityEvent,
  Wish,
} from '../../../protocol/dashboard.ts';
import type { Question } from './confirm-dialog.ts';
import type { DeletedDocument } from './shown-document.ts';
import './document-panel.ts';
import { openStream } from './event-source-stream.ts';
import { Feed, type FeedState } from './feed.ts';
import './graph.ts';
import type { Line } from './graph.ts';
import { History } from './history.ts';
import {
  connectionTable,
  countLine,
  countList,
  deletedTable,
  documentTable,
  eventTable,
  failureTable,
} from './tables.ts';
import { bytes, duration, latency, percent, short, timeOfDay } from './units.ts';

/** Max events and failures that the page keeps. */
const MAX_KEPT = 200;

const GRAPHS: readonly { heading: string; lines: readonly Line[]; unit: (value: number) => string }[] = [
  {
    heading: 'Who is here',
    unit: short,
    lines: [
      { name: 'connections', label: 'Connections', color: '--accent' },
      { name: 'documents', label: 'Documents', color: '--attention' },
    ],
  },
  { heading: 'Edits', unit: short, lines: [{ name: 'updates', label: 'Updates a second', color: '--accent' }] },
  {
    heading: 'Until saved, and the event loop',
    unit: latency,
    lines: [
      { name: 'acknowledged', label: 'Saved within (99 of 100)', color: '--accent' },
      { name: 'loopDelay', label: 'Event loop late by', color: '--attention' },
    ],
  },
  {
    heading: 'Network',
    unit: (value) => `${bytes(value)}/s`,
    lines: [
      { name: 'sent', label: 'Sent', color: '--accent' },
      { name: 'received', label: 'Received', color: '--attention' },
    ],
  },
  {
    heading: 'Processor',
    unit: percent,
    lines: [
      { name: 'cpu', label: 'Of a core', color: '--accent' },
      { name: 'loopBusy', label: 'Event loop busy', color: '--attention' },
    ],
  },
  {
    heading: 'Memory',
    unit: bytes,
    lines: [
      { name: 'memory', label: 'Process', color: '--accent' },
      { name: 'heap', label: 'JavaScript', color: '--attention' },
    ],
  },
];

const DOCUMENT_ORDERS = {
  people: 'Most people',
  updates: 'Most edits',
  bytes: 'Largest',
  failure: 'Last failure',
} as const;
const CONNECTION_ORDERS = { backlog: 'Most waiting', newest: 'Newest', oldest: 'Oldest' } as const;

/** The dashboard of those who run the server. */
export class AdminPage extends PageElement {
  static override properties = {
    feedState: { state: true },
    view: { state: true },
    deleted: { state: true },
    problem: { state: true },
    version: { state: true },
    age: { state: true },
  };

  declare feedState: FeedState;
  declare view: DashboardView | null;
  declare deleted: readonly DeletedDocument[];
  declare problem: string;
  declare version: number;
  declare age: number;
  readonly #history = new History();
  #events: readonly SecurityEvent[] = [];
  #failures: readonly Failure[] = [];
  #ageTimer: ReturnType<typeof setInterval> | undefined;
  readonly #feed = new Feed({
    openStream,
    ask: (query) => adminApi.view(query),
    clock: {
      now: () => Date.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
    },
    onView: (view) => this.#take(view),
    onState: (state) => {
      this.feedState = state;
      this.age = 0;
    },
  });

  constructor() {
    super();
    this.feedState = { kind: 'starting' };
    this.view = null;
    this.deleted = [];
    this.problem = '';
    this.version = 0;
    this.age = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#feed.start();
    void this.#readDeleted();
    this.#ageTimer = setInterval(() => {
      this.age += 1;
    }, 1_000);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#ageTimer);
    this.#feed.stop();
    super.disconnectedCallback();
  }

  #take(view: DashboardView): void {
    this.#history.add(view.series.names, view.series.samples);
    this.#events = [...view.events.toReversed(), ...this.#events].slice(0, MAX_KEPT);
    this.#failures = [...view.failures.toReversed(), ...this.#failures].slice(0, MAX_KEPT);
    this.version += 1;
    this.view = view;
  }

  protected override render(): TemplateResult {
    const { view } = this;
    return html`
      <div class="admin-title">
        <h1>Operations</h1>
        ${this.#renderFeed()}
        <button class="button" type="button" data-testid="leave" @click=${() => void this.#leave()}>Leave</button>
      </div>
      ${view === null ? html`<p class="tool-wait">Waiting for the first figures…</p>` : this.#renderView(view)}
      <cs-confirm-dialog></cs-confirm-dialog>
      <cs-document-panel
        .ask=${(question: Question) => this.#ask(question)}
        @deleted=${() => void this.#readDeleted()}
      ></cs-document-panel>
    `;
  }

  #renderFeed(): TemplateResult {
    const state = this.feedState;
    return html`<p class="admin-feed" data-kind=${state.kind} data-testid="feed" role="status">${this.#feedWords(state)}</p>`;
  }

  #feedWords(state: FeedState): string {
    switch (state.kind) {
      case 'starting':
        return 'Connecting';
      case 'live':
        return 'Live';
      case 'polling':
        return 'Every 5 s';
      case 'stale':
        return state.since === null ? 'No answer from the server' : `Stale since ${timeOfDay(state.since)}`;
      case 'ended':
        return 'Ended: open a new link';
      default:
        return state satisfies never;
    }
  }

  #renderView(view: DashboardView): TemplateResult {
    const { overview } = view;
    return html`
      <p class="tool-lead" data-testid="age">
        Coscribe ${overview.version} on Node.js ${overview.node}, running for ${duration(overview.uptime)}. These figures are
        ${this.age <= 2 ? 'of now' : `${this.age} s old`}.
      </p>
      ${
        overview.storage.failing
          ? html`<p class="admin-alarm" role="alert">
              <strong>The disk refuses writes.</strong> Nothing is called saved until it works; the failures below say why.
            </p>`
          : nothing
      }
      ${this.#renderTiles(overview)}
      <section aria-labelledby="admin-graphs">
        <h2 id="admin-graphs">The last hour</h2>
        <div class="admin-graphs">
          ${GRAPHS.map(
            ({ heading, lines, unit }) => html`<cs-graph
              .heading=${heading}
              .lines=${lines}
              .unit=${unit}
              .history=${this.#history}
              .version=${this.version}
            ></cs-graph>`,
          )}
        </div>
      </section>
      ${this.#renderAnnouncement(overview)} ${this.#renderLists(view)}
      <section aria-labelledby="admin-deleted">
        <h2 id="admin-deleted">Deleted documents</h2>
        ${deletedTable(this.deleted, (one) => this.#askRestore(one))}
      </section>
      <div class="admin-pair">
        <section aria-labelledby="admin-closes">
          <h2 id="admin-closes">Connections closed, by code</h2>
          ${countList(overview.closes, 'None since the start.')}
        </section>
        <section aria-labelledby="admin-refused">
          <h2 id="admin-refused">Updates refused, by reason</h2>
          ${countList(overview.refused, 'None since the start.')}
        </section>
      </div>
      <section aria-labelledby="admin-events">
        <h2 id="admin-events">Security events</h2>
        ${eventTable(this.#events)}
      </section>
      <section aria-labelledby="admin-failures">
        <h2 id="admin-failures">Failures</h2>
        ${failureTable(this.#failures)}
      </section>
    `;
  }

  #renderTiles({ connections, transports, members, documents, storage }: Overview): TemplateResult {
    const latest = (name: string, unit: (value: number) => string) => {
      const value = this.#history.latest(name);
      return value === null ? '–' : unit(value);
    };
    const carried = Object.entries(transports).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
    const tiles: readonly (readonly [string, string, string])[] = [
      ['Connections', connections.toLocaleString('en'), carried.join(', ')],
      ['In documents', members.toLocaleString('en'), `${documents.toLocaleString('en')} documents open`],
      ['Edits', latest('updates', short), 'updates a second'],
      ['Saved within', latest('acknowledged', latency), '99 of 100 turns'],
      ['Event loop', latest('loopBusy', percent), `late by ${latest('loopDelay', latency)}`],
      ['Memory', latest('memory', bytes), 'of the process'],
      ['Storage', bytes(storage.used), `of ${bytes(storage.max)}`],
      [
        'Waits for the disk',
        bytes(storage.waitingBytes),
        storage.lastBackup === 0 ? 'no backup since the start' : `backup at ${timeOfDay(storage.lastBackup)}`,
      ],
    ];
    return html`<dl class="admin-tiles">
      ${tiles.map(
        ([label, value, detail]) => html`<div data-testid="tile">
          <dt>${label}</dt>
          <dd><b>${value}</b> <span>${detail}</span></dd>
        </div>`,
      )}
    </dl>`;
  }

  #renderAnnouncement({ announcement }: Overview): TemplateResult {
    return html`<section aria-labelledby="admin-announcement">
      <h2 id="admin-announcement">Tell everybody</h2>
      ${
        announcement === null
          ? html`<p class="tool-lead">One line for everybody who has a document open, such as “Restart at 18:00”.</p>`
          : html`<p class="admin-announced">
              <span>“${announcement.text}”, until ${new Date(announcement.until).toLocaleString('en-GB')}</span>
              <button class="button" type="button" data-testid="take-back" @click=${() => this.#askTakeBack()}>Take back…</button>
            </p>`
      }
      <form
        class="admin-row"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          this.#askAnnounce(event.target as HTMLFormElement);
        }}
      >
        <div class="admin-grow">
          <label class="label" for="announcement-text">What they read</label>
          <input class="field admin-wide" id="announcement-text" name="text" maxlength="200" required autocomplete="off" />
        </div>
        <div>
          <label class="label" for="announcement-hours">For</label>
          <select class="field" id="announcement-hours" name="hours">
            <option value="1">an hour</option>
            <option value="4">four hours</option>
            <option value="24">a day</option>
            <option value="168">a week</option>
          </select>
        </div>
        <button class="button" type="submit">Tell…</button>
      </form>
    </section>`;
  }

  #renderLists({ documents, connections }: DashboardView): TemplateResult {
    const { wish } = this.#feed;
    return html`
      <div class="admin-row">
        <div class="admin-grow">
          <label class="label" for="admin-find">Find documents and connections</label>
          <input
            class="field admin-wide"
            id="admin-find"
            type="search"
            autocomplete="off"
            placeholder="Title, person, network or id"
            .value=${wish.find}
            @change=${(event: Event) => this.#feed.wants({ find: (event.target as HTMLInputElement).value })}
          />
        </div>
        <form
          class="admin-row admin-by-name"
          @submit=${(event: SubmitEvent) => {
            event.preventDefault();
            const field = (event.target as HTMLFormElement).elements.namedItem('name');
            if (field instanceof HTMLInputElement && field.value !== '') {
              void this.querySelector('cs-document-panel')?.openByName(field.value);
            }
          }}
        >
          <div class="admin-grow">
            <label class="label" for="admin-name">Any document, by its name</label>
            <input class="field admin-wide" id="admin-name" name="name" autocomplete="off" spellcheck="false" />
          </div>
          <button class="button" type="submit">Show</button>
        </form>
      </div>
      <section aria-labelledby="admin-documents">
        <div class="admin-heading">
          <h2 id="admin-documents">Documents in memory</h2>
          <span class="tool-lead">${countLine(documents, 'documents')}</span>
          ${this.#orderChoice('documents', DOCUMENT_ORDERS, wish.documents)}
        </div>
        ${documentTable(documents.rows, (row) => void this.querySelector('cs-document-panel')?.openById(row.id))}
      </section>
      <section aria-labelledby="admin-connections">
        <div class="admin-heading">
          <h2 id="admin-connections">Connections</h2>
          <span class="tool-lead">${countLine(connections, 'connections')}</span>
          ${this.#orderChoice('connections', CONNECTION_ORDERS, wish.connections)}
        </div>
        ${connectionTable(connections.rows, {
          close: (row) => this.#askClose(row),
          signOut: (row) => this.#askSignOut(row),
          lookUp: (row) => this.#askAddress(row),
        })}
        <p class="problem" role="alert">${this.problem}</p>
      </section>
    `;
  }

  #orderChoice(
    list: 'documents' | 'connections',
    orders: Readonly<Record<string, string>>,
    chosen: string,
  ): TemplateResult {
    return html`<select
      class="field admin-order"
      aria-label="Order of ${list}"
      @change=${(event: Event) =>
        this.#feed.wants({ [list]: (event.target as HTMLSelectElement).value } as Partial<Wish>)}
    >
      ${Object.entries(orders).map(
        ([order, label]) => html`<option value=${order} ?selected=${order === chosen}>${label}</option>`,
      )}
    </select>`;
  }

  #ask(question: Question): void {
    void this.querySelector('cs-confirm-dialog')?.ask({
      ...question,
      do: async (text) => {
        await question.do(text);
        this.#feed.refresh();
      },
    });
  }

  #askClose({ id, person, title }: ConnectionRow): void {
    this.#ask({
      heading: 'Close the connection?',
      says: `Connection ${id} of ${person ?? 'a guest'} to “${title === '' ? 'Untitled' : title}” ends. The page comes back by itself.`,
      act: 'Close the connection',
      isDangerous: false,
      do: () => adminApi.closeConnection(id),
    });
  }

  #askSignOut({ person, personId }: ConnectionRow): void {
    if (personId === null) return;
    this.#ask({
      heading: `Sign ${person ?? personId} out everywhere?`,
      says: 'All sessions and tokens that they have until now are void, at once. They can sign in again.',
      act: 'Sign out',
      isDangerous: true,
      do: () => adminApi.signOut(personId),
    });
  }

  #askAddress({ id }: ConnectionRow): void {
    this.#ask({
      heading: 'Look the address up?',
      says: 'It is shown in full. That you looked is in the server’s log.',
      act: 'Look up',
      isDangerous: false,
      do: async () => {
        const address = await adminApi.addressOf(id);
        this.problem = `Connection ${id} comes from ${address}.`;
      },
    });
  }

  #askAnnounce(form: HTMLFormElement): void {
    const data = new FormData(form);
    const [text, hours] = [String(data.get('text') ?? ''), Number(data.get('hours'))];
    this.#ask({
      heading: 'Tell everybody?',
      says: `Everybody who has a document open reads: “${text}”.`,
      act: 'Tell everybody',
      isDangerous: false,
      do: async () => {
        await adminApi.announce(text, new Date(Date.now() + hours * 3_600_000).toISOString());
        form.reset();
      },
    });
  }

  #askTakeBack(): void {
    this.#ask({
      heading: 'Take it back?',
      says: 'The line goes away from all pages.',
      act: 'Take back',
      isDangerous: false,
      do: () => adminApi.takeBack(),
    });
  }

  #askRestore({ id, name, title }: DeletedDocument): void {
    this.#ask({
      heading: `Bring “${title === '' ? 'Untitled' : title}” back?`,
      says: 'It comes back with its links and owners, under its old name unless you give another.',
      act: 'Bring back',
      isDangerous: false,
      field: { label: 'Name', value: name },
      do: async (text) => {
        await adminApi.restore(id, text);
        await this.#readDeleted();
      },
    });
  }

  async #readDeleted(): Promise<void> {
    try {
      this.deleted = await adminApi.deleted();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  async #leave(): Promise<void> {
    await adminApi.leave().catch(() => undefined);
    location.assign(document.querySelector<HTMLAnchorElement>('.home')?.href ?? '/');
  }
}

customElements.define('cs-admin-page', AdminPage);

declare global {
  interface HTMLElementTagNameMap {
    'cs-confirm-dialog': import('./confirm-dialog.ts').ConfirmDialog;
    'cs-document-panel': import('./document-panel.ts').DocumentPanel;
  }
}
