/** What the server tells the dashboard (server/http/dashboard-view.ts). Times are milliseconds since 1970, lengths milliseconds. */
export interface DashboardView {
  readonly overview: Overview;
  readonly series: { readonly names: readonly string[]; readonly samples: readonly Sample[] };
  readonly documents: Rows<DocumentRow>;
  readonly connections: Rows<ConnectionRow>;
  readonly events: readonly SecurityEvent[];
  readonly failures: readonly Failure[];
}

export interface Overview {
  readonly version: string;
  readonly node: string;
  readonly at: number;
  readonly uptime: number;
  readonly connections: number;
  readonly transports: Readonly<Record<string, number>>;
  readonly members: number;
  readonly documents: number;
  readonly closes: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly storage: {
    readonly failing: boolean;
    readonly used: number;
    readonly max: number;
    readonly waitingCommits: number;
    readonly waitingBytes: number;
    readonly failures: number;
    readonly lastBackup: number;
  };
  readonly announcement: { readonly text: string; readonly since: number; readonly until: number } | null;
}

export interface Sample {
  readonly number: number;
  readonly at: number;
  readonly values: readonly number[];
}

export interface Rows<Row> {
  readonly total: number;
  readonly found: number;
  readonly rows: readonly Row[];
}

export interface DocumentRow {
  readonly id: string;
  readonly title: string;
  readonly people: number;
  readonly updates: number;
  readonly bytes: number;
  readonly logRecords: number;
  readonly isDurable: boolean;
  readonly failure: { readonly at: number; readonly message: string } | null;
}

export interface ConnectionRow {
  readonly id: number;
  readonly network: string | null;
  readonly person: string | null;
  readonly personId: string | null;
  readonly role: string;
  readonly through: string;
  readonly document: string;
  readonly title: string;
  readonly transport: string;
  readonly age: number;
  readonly backlog: number;
}

export interface SecurityEvent {
  readonly number: number;
  readonly at: number;
  readonly event: string;
  readonly document: string | null;
  readonly network: string | null;
  readonly person?: string | null;
  readonly code?: string;
  readonly reason?: string;
}

export interface Failure {
  readonly number: number;
  readonly at: number;
  readonly message: string;
  readonly cause: string | null;
  readonly document: string | null;
}

/** What of the lists is wanted. */
export interface Wish {
  readonly documents: 'people' | 'updates' | 'bytes' | 'failure';
  readonly connections: 'backlog' | 'newest' | 'oldest';
  readonly find: string;
}

/** What there is to know of one document (`GET /api/admin/documents/<name>`). */
export interface ShownDocument {
  readonly name: string;
  readonly title: string;
  readonly language: string;
  readonly createdAt: string | null;
  readonly bytes: number;
  readonly logRecords: number;
  readonly characters: number;
  readonly people: number;
  readonly anyone: string | null;
  readonly owners: number;
  readonly links: number;
  readonly frozen: boolean;
}

export interface DeletedDocument {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly deletedAt: string;
  readonly bytes: number;
}
