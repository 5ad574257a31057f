import { networkShown } from '../limits/networks.ts';
import {
  CONNECTION_ORDERS,
  type ConnectionRow,
  DOCUMENT_ORDERS,
  type DocumentRow,
  documentId,
  type Rows,
  type Wish,
} from '../operations/live-view.ts';
import type { Operations, Overview } from '../operations/operations.ts';
import type { RecentEvent, RecentFailure } from '../operations/recent-trouble.ts';
import { type Sample, SERIES } from '../operations/series.ts';

/** How far somebody has read. */
export interface Read {
  /** The number of the last sample. */
  readonly samples: number;
  /** The number of the last event or failure. */
  readonly events: number;
}

/** What the dashboard is told at a time: all of what is now, and what is new of what was. */
export interface DashboardView {
  readonly overview: Overview;
  readonly series: { readonly names: typeof SERIES; readonly samples: readonly Sample[] };
  readonly documents: Rows<DocumentRow>;
  readonly connections: Rows<ConnectionRow>;
  readonly events: readonly ShownEvent[];
  readonly failures: readonly ShownFailure[];
}

/** An event without what gives access to a document, or tells where exactly somebody is. */
export interface ShownEvent extends Omit<RecentEvent, 'document' | 'address'> {
  /** The id of the document, not its name. */
  readonly document: string | null;
  readonly network: string | null;
}

export type ShownFailure = Omit<RecentFailure, 'document'> & { readonly document: string | null };

export function dashboardView(operations: Operations, wish: Wish, read: Read): DashboardView {
  return {
    overview: operations.overview(),
    series: { names: SERIES, samples: operations.series.after(read.samples) },
    documents: operations.view.documents(wish),
    connections: operations.view.connections(wish),
    events: operations.trouble.events(read.events).map(showEvent),
    failures: operations.trouble.failures(read.events).map(showFailure),
  };
}

/** How far somebody has read who was given a view. */
export function readAfter({ series, events, failures }: DashboardView, before: Read): Read {
  return {
    samples: series.samples.at(-1)?.number ?? before.samples,
    events: Math.max(before.events, events.at(-1)?.number ?? 0, failures.at(-1)?.number ?? 0),
  };
}

/** What a query asks for, with what it does not say. */
export function readWish(query: { documents?: string; connections?: string; find?: string }): Wish {
  return {
    documents: DOCUMENT_ORDERS.find((order) => order === query.documents) ?? 'people',
    connections: CONNECTION_ORDERS.find((order) => order === query.connections) ?? 'backlog',
    find: query.find ?? '',
  };
}

export function readProgress(query: { samples?: string; events?: string }): Read {
  const number = (text: string | undefined) => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0);
  return { samples: number(query.samples), events: number(query.events) };
}

function showEvent({ document, address, ...event }: RecentEvent): ShownEvent {
  return {
    ...event,
    document: shownDocument(document),
    network: typeof address === 'string' ? networkShown(address) : null,
  };
}

function showFailure({ document, ...failure }: RecentFailure): ShownFailure {
  return { ...failure, document: shownDocument(document) };
}

function shownDocument(name: string | null | undefined): string | null {
  return typeof name === 'string' ? documentId(name) : null;
}
