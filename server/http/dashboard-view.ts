import {
  CONNECTION_ORDERS,
  type DashboardView,
  DOCUMENT_ORDERS,
  type Failure,
  type SecurityEvent,
  type Wish,
} from '../../protocol/dashboard.ts';
import { networkShown } from '../limits/networks.ts';
import { documentId } from '../operations/live-view.ts';
import type { Operations } from '../operations/operations.ts';
import type { RecentEvent, RecentFailure } from '../operations/recent-trouble.ts';
import { SERIES } from '../operations/series.ts';

/** How far somebody has read. */
export interface Read {
  /** The number of the last sample. */
  readonly samples: number;
  /** The number of the last event or failure. */
  readonly events: number;
}

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

function showEvent({ document, address, ...event }: RecentEvent): SecurityEvent {
  return {
    ...event,
    document: shownDocument(document),
    network: typeof address === 'string' ? networkShown(address) : null,
  };
}

function showFailure({ document, ...failure }: RecentFailure): Failure {
  return { ...failure, document: shownDocument(document) };
}

function shownDocument(name: string | null | undefined): string | null {
  return typeof name === 'string' ? documentId(name) : null;
}
