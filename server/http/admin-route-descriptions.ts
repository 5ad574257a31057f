import Type from 'typebox';
import { DONE, nullable, type RouteDescription, Time } from './route-description.ts';

const Text = Type.String();
const Count = Type.Integer();

const Deleted = Type.Object({ id: Text, name: Text, title: Text, deletedAt: Time, bytes: Count });

const Failure = Type.Object({ at: Type.Number(), message: Text });

const DocumentRow = Type.Object({
  id: Text,
  title: Text,
  people: Count,
  updates: Type.Number(),
  bytes: Count,
  logRecords: Count,
  isDurable: Type.Boolean(),
  failure: nullable(Failure),
});

const ConnectionRow = Type.Object({
  id: Count,
  network: nullable(Text),
  person: nullable(Text),
  personId: nullable(Text),
  role: Text,
  through: Text,
  document: Text,
  title: Text,
  transport: Text,
  age: Count,
  backlog: Count,
});

const Announced = Type.Object({ text: Text, since: Type.Number(), until: Type.Number() });
const Counts = Type.Record(Text, Count);

const View = Type.Object({
  overview: Type.Object({
    version: Text,
    node: Text,
    at: Type.Number(),
    uptime: Type.Number(),
    connections: Count,
    transports: Counts,
    members: Count,
    documents: Count,
    closes: Counts,
    refused: Counts,
    storage: Type.Object({
      failing: Type.Boolean(),
      used: Count,
      max: Count,
      waitingCommits: Count,
      waitingBytes: Count,
      failures: Count,
      lastBackup: Type.Number(),
    }),
    announcement: nullable(Announced),
  }),
  series: Type.Object({
    names: Type.Array(Text),
    samples: Type.Array(Type.Object({ number: Count, at: Type.Number(), values: Type.Array(Type.Number()) })),
  }),
  documents: Type.Object({ total: Count, found: Count, rows: Type.Array(DocumentRow) }),
  connections: Type.Object({ total: Count, found: Count, rows: Type.Array(ConnectionRow) }),
  events: Type.Array(
    Type.Object({
      number: Count,
      at: Type.Number(),
      event: Text,
      document: nullable(Text),
      network: nullable(Text),
      person: Type.Optional(nullable(Text)),
      connection: Type.Optional(Count),
      role: Type.Optional(nullable(Text)),
      through: Type.Optional(Text),
      code: Type.Optional(Text),
      reason: Type.Optional(Text),
    }),
  ),
  failures: Type.Array(
    Type.Object({ number: Count, at: Type.Number(), message: Text, cause: nullable(Text), document: nullable(Text) }),
  ),
});

const administration = { group: 'administration', credential: 'administrator' } as const;

/** The routes of the dashboard and of commands, which nobody else finds. */
export const ADMIN_ROUTE_DESCRIPTIONS: Readonly<Record<string, RouteDescription>> = {
  'POST /api/admin/keys': {
    group: 'administration',
    summary: 'Makes a link that opens the dashboard once.',
    credential: 'api key',
    answers: {
      201: {
        says: 'The link, its path for those who know the server by another address, and how long it can be opened, in milliseconds.',
        body: Type.Object({ address: Text, path: Text, expiresIn: Type.Number() }),
      },
    },
  },
  'DELETE /api/admin/session': {
    ...administration,
    summary: 'Ends what such a link opened in this browser.',
    answers: DONE,
  },
  'GET /api/admin/view': {
    ...administration,
    summary: 'What the dashboard shows: figures, documents in memory, connections, and what happened.',
    answers: { 200: { says: 'All of now, and what is new of the past.', body: View } },
  },
  'GET /api/admin/stream': {
    ...administration,
    summary: 'The same every two seconds, as server-sent events.',
    answers: { 200: { says: 'The stream.', body: Text, type: 'text/event-stream' } },
  },
  'POST /api/admin/names': {
    ...administration,
    summary: 'Tells the name of a document in memory by its id.',
    answers: { 200: { says: 'The name, by which it can be opened.', body: Type.Object({ name: Text }) } },
  },
  'GET /api/admin/documents/:name': {
    ...administration,
    summary: 'Tells all that there is to know of a document beside its text.',
    answers: {
      200: {
        says: 'The document.',
        body: Type.Object({
          name: Text,
          title: Text,
          language: Text,
          createdAt: nullable(Time),
          bytes: Count,
          logRecords: Count,
          characters: Count,
          people: Count,
          anyone: nullable(Text),
          owners: Count,
          links: Count,
          frozen: Type.Boolean(),
          epoch: Text,
        }),
      },
    },
  },
  'GET /api/admin/documents/:name/export': {
    ...administration,
    summary: 'Reads the text, or with `format=yjs` the whole state as a Yjs update.',
    answers: { 200: { says: 'The content.', body: Text, type: 'text/plain' } },
  },
  'PUT /api/admin/documents/:name': {
    ...administration,
    summary: 'Makes a document of a Yjs update (V1). It must not exist.',
    takes: ['application/octet-stream'],
    body: Type.String({ format: 'binary' }),
    answers: { 201: { says: 'It is there.', body: Type.Object({ name: Text }) } },
  },
  'PATCH /api/admin/documents/:name': { ...administration, summary: 'Gives a document another title.', answers: DONE },
  'DELETE /api/admin/documents/:name': {
    ...administration,
    summary: 'Deletes a document, at once for everybody who is in it.',
    answers: { 200: { says: 'It can be had back for 30 days.', body: Deleted } },
  },
  'POST /api/admin/documents/:name/unload': {
    ...administration,
    summary: 'Drops a document from memory; its people come back by themselves.',
    answers: DONE,
  },
  'GET /api/admin/deleted': {
    ...administration,
    summary: 'Lists the documents that can be had back, the latest first.',
    answers: { 200: { says: 'All of them.', body: Type.Object({ deleted: Type.Array(Deleted) }) } },
  },
  'POST /api/admin/deleted/:id': {
    ...administration,
    summary: 'Brings a document back, by the id of its deletion or its name.',
    answers: { 201: { says: 'It is there again.', body: Type.Object({ name: Text, title: Text }) } },
  },
  'GET /api/admin/connections/:id': {
    ...administration,
    summary: 'Tells where a connection comes from.',
    answers: { 200: { says: 'Its whole address.', body: Type.Object({ address: Text }) } },
  },
  'DELETE /api/admin/connections/:id': { ...administration, summary: 'Closes a connection.', answers: DONE },
  'POST /api/admin/sign-outs': {
    ...administration,
    summary: 'Ends all sessions and tokens that a person has until now.',
    answers: DONE,
  },
  'PUT /api/admin/announcement': {
    ...administration,
    summary: 'Tells everybody who has a document open something.',
    answers: { 200: { says: 'What they are told.', body: Type.Object({ text: Text, since: Time, until: Time }) } },
  },
  'DELETE /api/admin/announcement': { ...administration, summary: 'Takes that back.', answers: DONE },
};
