/** Somebody whom the server knows. */
export interface Person {
  /** The same for the same person for ever; a token's subject. Others in a document see it. */
  readonly id: string;
  /** What others see; null leaves the choice to the person. */
  readonly name: string | null;
  /** `#rrggbb`; null leaves the choice to the person. */
  readonly color: string | null;
  /** Address of a picture; null for none. */
  readonly avatar: string | null;
}
