/** Why something that those who run the server asked for is not done. The message is one line for them. */
export class OperationProblem extends Error {
  override readonly name = 'OperationProblem';
  readonly kind:
    | 'no-such-document'
    | 'no-such-connection'
    | 'document-exists'
    | 'not-deleted'
    | 'frozen'
    | 'in-use'
    | 'invalid-document-name'
    | 'invalid-properties'
    | 'invalid-update'
    | 'invalid-notice'
    | 'storage-failing'
    | 'document-unavailable';

  constructor(kind: OperationProblem['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Who has something done, for the log. */
export interface Operator {
  /** Where they are; null for somebody at a command line of this machine. */
  readonly address: string | null;
  /** `command`, `admin link` or `session`. */
  readonly through: string;
  /** The id of the person, where somebody is signed in. */
  readonly person: string | null;
}
