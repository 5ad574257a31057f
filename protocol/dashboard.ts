/** What the server tells the dashboard at a time: all of what is now, and what is new of what was. Times are milliseconds since 1970. */
export interface DashboardView {
  readonly overview: Overview;
  readonly series: { readonly names: readonly string[]; readonly samples: readonly Sample[] };
  readonly documents: Rows<DocumentRow>;
  readonly connections: Rows<ConnectionRow>;
  readonly events: readonly SecurityEvent[];
  readonly failures: readonly Failure[];
}

/** What those who run the server see at a glance. */
export interface Overview {
  readonly version: string;
  readonly node: string;
  readonly at: number;
  /** Milliseconds. */
  readonly uptime: number;
  readonly connections: number;
  readonly transports: Readonly<Record<string, number>>;
  readonly members: number;
  readonly documents: number;
  /** By close code, since the start. */
  readonly closes: Readonly<Record<string, number>>;
  /** By the code of the refusal, since the start. */
  readonly refused: Readonly<Record<string, number>>;
  readonly storage: {
    readonly failing: boolean;
    readonly used: number;
    readonly max: number;
    readonly waitingCommits: number;
    readonly waitingBytes: number;
    readonly failures: number;
    /** 0 before the first. */
    readonly lastBackup: number;
  };
  readonly announcement: { readonly text: string; readonly since: number; readonly until: number } | null;
}

/** The values of all series at a time, in the order of their names. */
export interface Sample {
  /** Counts up by one. */
  readonly number: number;
  readonly at: number;
  readonly values: readonly number[];
}

/** The first of a list. */
export interface Rows<Row> {
  readonly total: number;
  /** How many fit what was wished for; `rows` are the first of them. */
  readonly found: number;
  readonly rows: readonly Row[];
}

/** A document in memory. Its name stays away: anyone who has that may open the document. */
export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly people: number;
  /** Turns stored a second, since the last look. */
  readonly updates: number;
  readonly bytes: number;
  readonly logRecords: number;
  readonly isDurable: boolean;
  readonly failure: { readonly at: number; readonly message: string } | null;
}

/** A connection that is open. */
export interface ConnectionRow {
  readonly id: number;
  /** The network that it comes from, never the whole address. */
  readonly network: string | null;
  readonly person: string | null;
  readonly personId: string | null;
  readonly role: string;
  readonly through: string;
  readonly document: string;
  readonly title: string;
  readonly transport: string;
  /** Milliseconds since it began. */
  readonly age: number;
  /** Bytes that wait to be sent to it. */
  readonly backlog: number;
}

/** A security event, without what gives access to a document or tells where exactly somebody is. */
export interface SecurityEvent {
  /** Counts up with events and failures. */
  readonly number: number;
  readonly at: number;
  readonly event: string;
  /** The id of the document, not its name. */
  readonly document: string | null;
  readonly network: string | null;
  readonly person?: string | null;
  readonly connection?: number;
  readonly role?: string | null;
  readonly through?: string;
  readonly code?: string;
  readonly reason?: string;
}

/** Something that failed. */
export interface Failure {
  readonly number: number;
  readonly at: number;
  readonly message: string;
  /** What the error said; null where there was none. */
  readonly cause: string | null;
  readonly document: string | null;
}

/** By what documents and connections are put in order, the largest first. */
export const DOCUMENT_ORDERS = ['people', 'updates', 'bytes', 'failure'] as const;
export const CONNECTION_ORDERS = ['backlog', 'newest', 'oldest'] as const;

export type DocumentOrder = (typeof DOCUMENT_ORDERS)[number];
export type ConnectionOrder = (typeof CONNECTION_ORDERS)[number];

/** What somebody who looks wants to see of the lists. */
export interface Wish {
  readonly documents: DocumentOrder;
  readonly connections: ConnectionOrder;
  /** A part of a title, of a person's name or id, of a network; or a document's or connection's id. Empty for everything. */
  readonly find: string;
}
