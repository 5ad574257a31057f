import Type, { type TSchema } from 'typebox';

/** What somebody has to show for a request. */
export type Credential = 'nothing' | 'token' | 'owner' | 'api key' | 'administrator' | 'session';

/** What a route is for and answers: what its own schemas do not say. The HTTP status of each answer that is no refusal, with its body. */
export interface RouteDescription {
  readonly group: Group;
  readonly summary: string;
  readonly credential: Credential;
  readonly answers: Readonly<
    Record<number, { readonly says: string; readonly body?: TSchema; readonly type?: string }>
  >;
  /** Types of the body that it takes, where that is not JSON alone. */
  readonly takes?: readonly string[];
  /** A body that no schema checks, because others say what is in it. */
  readonly body?: TSchema;
}

export type Group = keyof typeof GROUPS;

/** The parts that a list of all routes has, in this order. */
export const GROUPS = {
  documents: 'Documents: what there is, their text, their creation, their names.',
  access: 'Who has access to a document, and what happened to it.',
  administration: 'What those who run the server do.',
  sessions: 'Who is signed in, and where.',
  'sign-in': 'Where browsers and the OpenID provider go; no program calls these.',
  server: 'How the server is.',
} as const;

/** A time as ISO 8601 has it. */
export const Time = Type.String({ format: 'date-time' });

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** An answer without a body. */
export const DONE = { 204: { says: 'Done.' } } as const;
