/** A document of another server. */
export interface ForeignDocument {
  readonly name: string;
  /** Yjs updates in V1 encoding; together they are the document. */
  readonly updates: readonly Uint8Array[];
}

/** Where documents come from cannot be read. The message says what is wrong and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
