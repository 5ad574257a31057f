import Type, { type TSchema } from 'typebox';
import { ROLES } from '../../protocol/roles.ts';
import { ADMIN_ROUTE_DESCRIPTIONS } from './admin-route-descriptions.ts';
import { DONE, nullable, type RouteDescription, Time } from './route-description.ts';

const Text = Type.String();
const Role = Type.Union(ROLES.map((role) => Type.Literal(role)));

/** Bodies that several routes answer with. */
export const BODIES = {
  Error: Type.Object({ error: Type.Object({ code: Text, message: Text }) }),
  Document: Type.Object({ name: Text, title: Text, language: Text, createdAt: Time }),
  Properties: Type.Object({ name: Text, title: Text, language: Text }),
  Link: Type.Object({
    id: Text,
    link: Text,
    role: Role,
    label: Text,
    expiresAt: nullable(Time),
    hasPassword: Type.Boolean(),
    createdAt: Time,
  }),
  Owner: Type.Union([
    Type.Object({ kind: Type.Literal('person'), id: Text, name: nullable(Text) }),
    Type.Object({ kind: Type.Literal('key'), id: Text }),
  ]),
  Person: Type.Object({
    id: Text,
    name: nullable(Text),
    color: nullable(Text),
    avatar: nullable(Text),
  }),
  Ban: Type.Object({
    id: Text,
    person: Type.Optional(Text),
    address: Type.Optional(Text),
    reason: Text,
    createdAt: Time,
    expiresAt: nullable(Time),
  }),
  Freeze: Type.Object({ document: Text, reason: Text, frozenAt: Time }),
} as const;

/** Stands for one of BODIES, by its name. */
function body(name: keyof typeof BODIES): TSchema {
  return Type.Unsafe({ $ref: `#/components/schemas/${name}` });
}

const Access = Type.Object({
  role: Role,
  person: nullable(body('Person')),
  anyone: nullable(Role),
  owners: Type.Optional(Type.Array(body('Owner'))),
  links: Type.Optional(Type.Array(body('Link'))),
});

const Event = Type.Object({
  event: Text,
  firstAt: Time,
  lastAt: Time,
  count: Type.Integer(),
  person: nullable(Text),
  role: nullable(Text),
  through: nullable(Text),
  reason: nullable(Text),
  from: nullable(Text),
});

const KnownSession = Type.Object({
  id: Text,
  current: Type.Boolean(),
  signedInAt: Time,
  lastUsedAt: Time,
  address: Text,
  browser: nullable(Text),
});

const Status = Type.Object({ status: Text });

/** Every route of the API, by its method and its address as Fastify writes it. A test compares them with the server and with docs/http-api.md. */
export const ROUTE_DESCRIPTIONS: Readonly<Record<string, RouteDescription>> = {
  ...ADMIN_ROUTE_DESCRIPTIONS,
  'GET /api/documents': {
    group: 'documents',
    summary: 'Lists the documents that exist, by the bytes of their names.',
    credential: 'api key',
    answers: {
      200: {
        says: 'A page of the list, and the name to give as `after` for the next one.',
        body: Type.Object({
          documents: Type.Array(
            Type.Union([body('Document'), Type.Object({ name: Text, damaged: Type.Literal(true) })]),
          ),
          next: nullable(Text),
        }),
      },
    },
  },
  'GET /api/documents/:name': {
    group: 'documents',
    summary: 'Tells title, language and age of a document.',
    credential: 'token',
    answers: { 200: { says: 'The document.', body: body('Document') } },
  },
  'GET /api/documents/:name/text': {
    group: 'documents',
    summary: 'Reads the current text.',
    credential: 'token',
    answers: { 200: { says: 'The text.', body: Text, type: 'text/plain' } },
  },
  'PUT /api/documents/:name': {
    group: 'documents',
    summary: 'Creates a document.',
    credential: 'token',
    takes: ['application/json', 'text/plain'],
    answers: { 201: { says: 'It is created, and on the disk.', body: body('Properties') } },
  },
  'PATCH /api/documents/:name': {
    group: 'documents',
    summary: 'Changes title or language.',
    credential: 'token',
    answers: { 200: { says: 'As it is now on the disk.', body: body('Properties') } },
  },
  'GET /api/documents/:name/access': {
    group: 'access',
    summary: 'Tells who you are in a document, and owners all that there is.',
    credential: 'token',
    answers: { 200: { says: 'Your access; owners and links for an owner.', body: Access } },
  },
  'PATCH /api/documents/:name/access': {
    group: 'access',
    summary: 'Says what somebody without a token is.',
    credential: 'owner',
    answers: { 200: { says: 'The access as it is now.', body: Access } },
  },
  'POST /api/documents/:name/links': {
    group: 'access',
    summary: 'Makes a share link.',
    credential: 'owner',
    answers: { 201: { says: 'The link.', body: body('Link') } },
  },
  'PATCH /api/documents/:name/links/:id': {
    group: 'access',
    summary: 'Changes a share link.',
    credential: 'owner',
    answers: { 200: { says: 'The link as it is now.', body: body('Link') } },
  },
  'DELETE /api/documents/:name/links/:id': {
    group: 'access',
    summary: 'Revokes a share link; who came through it is out at once.',
    credential: 'owner',
    answers: DONE,
  },
  'POST /api/documents/:name/owners': {
    group: 'access',
    summary: 'Makes somebody an owner.',
    credential: 'owner',
    answers: { 201: { says: 'The owner.', body: body('Owner') } },
  },
  'DELETE /api/documents/:name/owners/:kind/:id': {
    group: 'access',
    summary: 'Takes the ownership from somebody.',
    credential: 'owner',
    answers: DONE,
  },
  'GET /api/documents/:name/events': {
    group: 'access',
    summary: 'Tells what happened to the access, the newest first.',
    credential: 'owner',
    answers: { 200: { says: 'The events.', body: Type.Object({ events: Type.Array(Event) }) } },
  },
  'POST /api/documents/:name/ticket': {
    group: 'access',
    summary: 'Exchanges a link and its password for a ticket.',
    credential: 'nothing',
    answers: {
      200: {
        says: 'The ticket, a token, and how long it is good, in milliseconds.',
        body: Type.Object({ token: Text, expiresIn: Type.Number() }),
      },
    },
  },
  'PUT /api/documents/:name/frozen': {
    group: 'administration',
    summary: 'Lets nobody write in a document.',
    credential: 'api key',
    answers: { 200: { says: 'The document is frozen.', body: body('Freeze') } },
  },
  'DELETE /api/documents/:name/frozen': {
    group: 'administration',
    summary: 'Lets people write in a document again.',
    credential: 'api key',
    answers: DONE,
  },
  'GET /api/admin/frozen': {
    group: 'administration',
    summary: 'Lists the frozen documents.',
    credential: 'api key',
    answers: { 200: { says: 'All of them.', body: Type.Object({ frozen: Type.Array(body('Freeze')) }) } },
  },
  'GET /api/admin/bans': {
    group: 'administration',
    summary: 'Lists whom the server keeps out.',
    credential: 'api key',
    answers: { 200: { says: 'All bans.', body: Type.Object({ bans: Type.Array(body('Ban')) }) } },
  },
  'POST /api/admin/bans': {
    group: 'administration',
    summary: 'Keeps a person or a network out of all documents, at once.',
    credential: 'api key',
    answers: { 201: { says: 'The ban.', body: body('Ban') } },
  },
  'DELETE /api/admin/bans/:id': {
    group: 'administration',
    summary: 'Lifts a ban.',
    credential: 'api key',
    answers: DONE,
  },
  'POST /api/admin/revocations': {
    group: 'administration',
    summary: 'Makes tokens and sessions void that a person was given before a time.',
    credential: 'api key',
    answers: { 201: { says: 'The person, and the time.', body: Type.Object({ person: Text, before: Time }) } },
  },
  'GET /api/openapi.json': {
    group: 'server',
    summary: 'This description of all routes.',
    credential: 'nothing',
    answers: { 200: { says: 'OpenAPI 3.1.', body: Type.Object({}) } },
  },
  'GET /.well-known/security.txt': {
    group: 'server',
    summary: 'Where weaknesses of this server are reported.',
    credential: 'nothing',
    answers: { 200: { says: 'As RFC 9116 has it.', body: Text, type: 'text/plain' } },
  },
  'GET /api/session': {
    group: 'sessions',
    summary: 'Tells who is signed in in this browser.',
    credential: 'nothing',
    answers: {
      200: {
        says: 'The person, or null; and where to sign in, or null where nobody can.',
        body: Type.Object({
          access: Type.Union([Type.Literal('open'), Type.Literal('private')]),
          person: nullable(body('Person')),
          signIn: nullable(Text),
        }),
      },
    },
  },
  'POST /api/session/token': {
    group: 'sessions',
    summary: 'Gives a token that says who is signed in.',
    credential: 'session',
    answers: {
      200: {
        says: 'The token, how long it is good in milliseconds, and the id of the person.',
        body: Type.Object({ token: Text, expiresIn: Type.Number(), person: Text }),
      },
    },
  },
  'GET /api/sessions': {
    group: 'sessions',
    summary: 'Lists where the person of this browser is signed in.',
    credential: 'session',
    answers: { 200: { says: 'Their sessions.', body: Type.Object({ sessions: Type.Array(KnownSession) }) } },
  },
  'DELETE /api/sessions/:id': {
    group: 'sessions',
    summary: 'Signs the person out of one browser.',
    credential: 'session',
    answers: DONE,
  },
  'DELETE /api/sessions': {
    group: 'sessions',
    summary: 'Signs the person out everywhere, or everywhere else.',
    credential: 'session',
    answers: DONE,
  },
  'GET /auth/sign-in': {
    group: 'sign-in',
    summary: 'Sends a browser to the OpenID provider.',
    credential: 'nothing',
    answers: { 303: { says: 'To the provider.' } },
  },
  'GET /auth/callback': {
    group: 'sign-in',
    summary: 'Takes a browser back from the OpenID provider.',
    credential: 'nothing',
    answers: { 303: { says: 'Where the sign-in began, with the cookie.' } },
  },
  'POST /auth/sign-out': {
    group: 'sign-in',
    summary: 'Signs a browser out.',
    credential: 'session',
    answers: {
      200: {
        says: 'Where the session at the provider ends, or null.',
        body: Type.Object({ continueAt: nullable(Text) }),
      },
    },
  },
  'POST /auth/back-channel-logout': {
    group: 'sign-in',
    summary: 'Takes from the OpenID provider that somebody signed out there.',
    credential: 'nothing',
    takes: ['application/x-www-form-urlencoded'],
    body: Type.Object({ logout_token: Text }),
    answers: { 200: { says: 'Their sessions here have ended.' } },
  },
  'GET /healthz': {
    group: 'server',
    summary: 'Whether the server does its work.',
    credential: 'nothing',
    answers: { 200: { says: 'It does.', body: Status }, 503: { says: 'Its disk refuses writes.', body: Status } },
  },
  'GET /readyz': {
    group: 'server',
    summary: 'Whether the server should be sent people.',
    credential: 'nothing',
    answers: {
      200: { says: 'It should.', body: Status },
      503: { says: 'It stops, or its disk refuses writes.', body: Status },
    },
  },
  'GET /metrics': {
    group: 'server',
    summary: 'Figures for Prometheus.',
    credential: 'nothing',
    answers: { 200: { says: 'The figures.', body: Text, type: 'text/plain' } },
  },
};
