/** Bounds of the wire that both ends obey. What a server may lower is sent in its welcome; these are the outer limits. */
export const LIMITS = {
  /** Longest document name, in UTF-8 bytes. */
  documentNameBytes: 200,
  /** Longest title, in UTF-16 code units. */
  titleLength: 200,
  /** Longest language name, in UTF-16 code units. */
  languageLength: 40,
  /** Longest single WebSocket message, in bytes. A paste of several megabytes and a large offline merge must pass. */
  messageBytes: 16 * 1024 * 1024,
  /** Longest awareness state of one client, as JSON, in bytes. */
  awarenessStateBytes: 8 * 1024,
  /** Max awareness entries in one message of a client. */
  awarenessEntries: 4096,
  /** Deepest nesting of arrays and objects in an awareness state. */
  awarenessDepth: 16,
} as const;
