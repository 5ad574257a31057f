import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ROLES } from '../../protocol/roles.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Grant } from '../access/authenticator.ts';
import { type Asker, LinkPasswords } from '../access/link-password.ts';
import { isSame, makeTicket, TICKET_LIFETIME } from '../access/ticket.ts';
import type { Clock } from '../clock.ts';
import type { AccessRecord, Owner, ShareLink } from '../document/access-record.ts';
import { FailureBrake } from '../limits/failure-brake.ts';
import { networkOf } from '../limits/network-of.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { HttpError } from './http-error.ts';
import { authorizeRequest, checkName, decided } from './request-access.ts';

/** Max links of a document. */
const MAX_LINKS = 100;

/** Wrong passwords: an address is slowed soon and for long, a link late and shortly, since that hits others too. */
const ADDRESS_BRAKE = { free: 5, first: 1_000, longest: 15 * 60_000 };
const LINK_BRAKE = { free: 20, first: 1_000, longest: 10_000 };

/** Seconds that somebody is asked to wait when many passwords are being looked at. */
const BUSY_RETRY_AFTER = 5;

const Name = Type.Object({ name: Type.String() });
const NameAndLink = Type.Object({ name: Type.String(), id: Type.String() });

const AnyRole = Type.Union(ROLES.map((role) => Type.Literal(role)));
const LinkFields = {
  role: AnyRole,
  label: Type.String({ maxLength: 100 }),
  expiresAt: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
  password: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]),
};
const { role, ...optionalFields } = LinkFields;
const NewLink = Type.Object(
  { role, ...Type.Partial(Type.Object(optionalFields)).properties },
  { additionalProperties: false },
);
const LinkChanges = Type.Partial(Type.Object(LinkFields), { additionalProperties: false, minProperties: 1 });
const AnyoneChange = Type.Object(
  { anyone: Type.Union([Type.Literal('viewer'), Type.Literal('commenter'), Type.Literal('editor'), Type.Null()]) },
  { additionalProperties: false },
);
const PasswordAttempt = Type.Object(
  { link: Type.String({ maxLength: 100 }), password: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);

export interface AccessRoutesOptions {
  readonly access: AccessControl;
  /** Signs tickets; the same that `access` checks them with. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `/documents/<name>/access`, `/links` and `/ticket`: who has access to a document. docs/http-api.md describes them.
 */
export const accessRoutes: FastifyPluginAsyncTypebox<AccessRoutesOptions> = async (app, options) => {
  const { access, secret, clock, logger } = options;
  const passwords = new LinkPasswords();
  const addressBrake = new FailureBrake(ADDRESS_BRAKE, clock);
  const linkBrake = new FailureBrake(LINK_BRAKE, clock);

  app.addHook('onSend', async (_request, reply) => {
    // Secrets of links are in these answers.
    reply.header('Cache-Control', 'no-store');
  });

  app.get('/documents/:name/access', { schema: { params: Name } }, async (request) => {
    const { name } = request.params;
    const grant = await authorizeRequest(access, request, name, 'read');
    return overview(grant, await decided(() => access.record(name)));
  });

  app.patch('/documents/:name/access', { schema: { params: Name, body: AnyoneChange } }, async (request) => {
    const { name } = request.params;
    const { anyone } = request.body;
    const grant = await authorizeRequest(access, request, name, 'share');
    const record = await changeAsOwner(request, name, (old) => ({ ...old, anyone }));
    audit(logger, 'role-changed', { ...about(grant, name, request.visitor.address), role: anyone, through: 'anyone' });
    return overview(grant, record);
  });

  app.post('/documents/:name/links', { schema: { params: Name, body: NewLink } }, async (request, reply) => {
    const { name } = request.params;
    const { role, label = '', expiresAt = null, password = null } = request.body;
    const grant = await authorizeRequest(access, request, name, 'share');
    const endsAt = readExpiry(expiresAt);
    // What is refused anyway costs no hash.
    checkNumber((await access.record(name))?.links ?? []);
    const link: ShareLink = {
      id: randomBytes(9).toString('base64url'),
      secret: randomBytes(32).toString('base64url'),
      role,
      label,
      expiresAt: endsAt,
      password: await hashed(password, { address: networkOf(request.visitor.address), documentName: name }, reply),
      createdAt: clock.date(),
    };
    await changeAsOwner(request, name, (old) => {
      checkNumber(old.links);
      return { ...old, links: [...old.links, link] };
    });
    audit(logger, 'link-made', { ...about(grant, name, request.visitor.address), role, through: `link ${link.id}` });
    return reply.code(201).send(describe(link));
  });

  app.patch(
    '/documents/:name/links/:id',
    { schema: { params: NameAndLink, body: LinkChanges } },
    async (request, reply) => {
      const { name, id } = request.params;
      const { expiresAt, password, ...rest } = request.body;
      const grant = await authorizeRequest(access, request, name, 'share');
      const end = expiresAt === undefined ? {} : { expiresAt: readExpiry(expiresAt) };
      replaced((await access.record(name))?.links ?? [], id, () => []);
      const asker = { address: networkOf(request.visitor.address), documentName: name };
      const lock = password === undefined ? {} : { password: await hashed(password, asker, reply) };
      const changes: Partial<ShareLink> = { ...rest, ...end, ...lock };
      const record = await changeAsOwner(request, name, (old) => ({
        ...old,
        links: replaced(old.links, id, (link) => [{ ...link, ...changes }]),
      }));
      audit(logger, 'role-changed', {
        ...about(grant, name, request.visitor.address),
        role: rest.role ?? null,
        through: `link ${id}`,
      });
      return record.links.filter((link) => link.id === id).map(describe)[0];
    },
  );

  app.delete('/documents/:name/links/:id', { schema: { params: NameAndLink } }, async (request, reply) => {
    const { name, id } = request.params;
    const grant = await authorizeRequest(access, request, name, 'share');
    await changeAsOwner(request, name, (old) => ({ ...old, links: replaced(old.links, id, () => []) }));
    audit(logger, 'revoked', { ...about(grant, name, request.visitor.address), through: `link ${id}` });
    return reply.code(204).send();
  });

  app.post('/documents/:name/ticket', { schema: { params: Name, body: PasswordAttempt } }, async (request, reply) => {
    const { name } = request.params;
    const { link: credential, password } = request.body;
    checkName(name);
    const record = await decided(() => access.record(name));
    const now = clock.date();
    const link = record?.links.find((candidate) => isSame(`link.${candidate.secret}`, credential));
    if (link === undefined || (link.expiresAt !== null && link.expiresAt <= now)) {
      throw new HttpError(403, 'forbidden', 'The link was revoked, has expired, or does not exist.');
    }
    if (link.password !== null) {
      const linkKey = `${name}\0${link.id}`;
      const about = { through: `link ${link.id}` };
      const network = networkOf(request.visitor.address);
      const wait = Math.max(addressBrake.wait(network), linkBrake.wait(linkKey));
      if (wait > 0) {
        reply.header('Retry-After', String(wait));
        throw new HttpError(429, 'rate-limited', `Too many wrong passwords. Try again in ${wait} seconds.`, { about });
      }
      const asker = { address: network, documentName: name };
      requireRoom(asker, reply);
      addressBrake.failed(network);
      linkBrake.failed(linkKey);
      const kept = link.password;
      if (!(await passwords.matches(password, kept, asker))) {
        throw new HttpError(403, 'wrong-password', 'The password is wrong.', { about });
      }
      addressBrake.succeeded(network);
      linkBrake.succeeded(linkKey);
    }
    return { token: makeTicket(secret, name, link, now + TICKET_LIFETIME), expiresIn: TICKET_LIFETIME };
  });

  /** Anyone who was an owner when the request came may have been shut out while a password was hashed. */
  function changeAsOwner(request: FastifyRequest, name: string, change: (record: AccessRecord) => AccessRecord) {
    return access.change(name, change, () => authorizeRequest(access, request, name, 'share'));
  }

  function requireRoom(asker: Asker, reply: FastifyReply): void {
    if (!passwords.isBusy(asker)) return;
    reply.header('Retry-After', String(BUSY_RETRY_AFTER));
    const reason = `Too many passwords are being checked. Try again in ${BUSY_RETRY_AFTER} seconds.`;
    throw new HttpError(429, 'busy', reason);
  }

  async function hashed(password: string | null, asker: Asker, reply: FastifyReply): Promise<string | null> {
    if (password === null) return null;
    requireRoom(asker, reply);
    return passwords.hash(password, asker);
  }

  function overview(grant: Grant, record: AccessRecord | null) {
    const everybody = { role: grant.role, person: grant.person, anyone: access.anyoneIn(record) };
    if (grant.role !== 'owner') return everybody;
    return {
      ...everybody,
      owners: (record?.owners ?? []).map(describeOwner),
      links: (record?.links ?? []).map(describe),
    };
  }

  function readExpiry(expiresAt: string | null): number | null {
    if (expiresAt === null) return null;
    const time = /^\d{4}-\d\d-\d\dT/.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN;
    if (Number.isNaN(time) || time <= clock.date()) {
      throw new HttpError(400, 'invalid-expiry', 'expiresAt must be a time to come, such as "2030-01-31T12:00:00Z".');
    }
    return time;
  }
};

function checkNumber(links: readonly ShareLink[]): void {
  if (links.length < MAX_LINKS) return;
  throw new HttpError(409, 'too-many-links', `A document has ${MAX_LINKS} links at most. Revoke one first.`);
}

function about(grant: Grant, document: string, address: string) {
  return { document, address, person: grant.person?.id ?? null };
}

/** What an owner sees of a link. The secret is part of it, so that it can be copied again. */
function describe(link: ShareLink) {
  return {
    id: link.id,
    link: `link.${link.secret}`,
    role: link.role,
    label: link.label,
    expiresAt: link.expiresAt === null ? null : new Date(link.expiresAt).toISOString(),
    hasPassword: link.password !== null,
    createdAt: new Date(link.createdAt).toISOString(),
  };
}

function describeOwner(owner: Owner) {
  return owner.kind === 'key' ? { kind: owner.kind } : { kind: owner.kind, id: owner.id, name: owner.name };
}

function replaced(links: readonly ShareLink[], id: string, replace: (link: ShareLink) => ShareLink[]): ShareLink[] {
  if (!links.some((link) => link.id === id)) throw new HttpError(404, 'no-such-link', 'There is no link of this id.');
  return links.flatMap((link) => (link.id === id ? replace(link) : [link]));
}
