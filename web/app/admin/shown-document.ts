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
