/** What another server, or a folder of files, has under one name. */
export type ForeignDocument =
  /** Yjs updates in V1 or V2 encoding; together they are the document. */
  | { readonly kind: 'yjs'; readonly name: string; readonly updates: readonly Uint8Array[] }
  /** The bytes of a text file, and what it is called. */
  | { readonly kind: 'text'; readonly name: string; readonly content: Uint8Array; readonly title: string };

/** Where documents come from cannot be read. The message says what is wrong and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
