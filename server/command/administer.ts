import type { Clock } from '../clock.ts';
import type { AdministrationOrder, Banned } from '../config/administration-order.ts';
import type { ServerAddress } from '../config/server-address.ts';
import { parseNetwork } from '../limits/networks.ts';
import { CommandError } from './command-error.ts';
import { documentPath, RunningServer, ServerRefused } from './running-server.ts';
import { printable, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What a command found or did: for programs, and in lines for people. */
interface Result {
  readonly json: unknown;
  readonly lines: readonly string[];
  /** What is worth a thought, beside the result. */
  readonly warning?: string;
}

/** As docs/http-api.md describes them. */
type Ban = Banned & {
  readonly id: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
};

interface Freeze {
  readonly document: string;
  readonly reason: string;
  readonly frozenAt: string;
}

interface DocumentEvent {
  readonly event: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly person: string | null;
  readonly role: string | null;
  readonly through: string | null;
  readonly reason: string | null;
  readonly from: string | null;
}

/**
 * `coscribe ban`, `freeze`, `events` and their like: what those who run a server do about people and documents while it runs.
 * @returns the exit code
 * @throws CommandError when the server cannot be asked, or says no
 */
export async function administer(
  { order, at, json }: { readonly order: AdministrationOrder; readonly at: ServerAddress; readonly json: boolean },
  terminal: Terminal,
  clock: Clock,
): Promise<number> {
  const server = await RunningServer.require(at);
  const result = await carryOut(server, order, clock);
  if (json) terminal.say(JSON.stringify(result.json, null, 2));
  else for (const line of result.lines) terminal.say(line);
  if (result.warning !== undefined) terminal.warn(result.warning);
  return 0;
}

function carryOut(server: RunningServer, order: AdministrationOrder, clock: Clock): Promise<Result> {
  switch (order.kind) {
    case 'ban':
      return ban(server, order, clock);
    case 'bans':
      return listBans(server);
    case 'unban':
      return unban(server, order.who);
    case 'revoke':
      return revoke(server, order.person);
    case 'freeze':
      return freeze(server, order);
    case 'unfreeze':
      return unfreeze(server, order.document);
    case 'frozen':
      return listFrozen(server);
    case 'events':
      return listEvents(server, order.document);
    default:
      return order satisfies never;
  }
}

async function ban(
  server: RunningServer,
  { who, reason, expiresIn }: Extract<AdministrationOrder, { kind: 'ban' }>,
  clock: Clock,
): Promise<Result> {
  const expiresAt = expiresIn === null ? null : new Date(clock.date() + expiresIn * 1000).toISOString();
  const made = (await server.ask({
    method: 'POST',
    path: '/api/admin/bans',
    body: { ...who, reason, expiresAt },
  })) as Ban;
  const until = made.expiresAt === null ? 'until the ban is lifted' : `until ${made.expiresAt}`;
  return {
    json: made,
    lines: [`The ${nameOf(made)} is banned ${until}. To lift it: coscribe unban ${made.id}`],
  };
}

async function listBans(server: RunningServer): Promise<Result> {
  const answer = await bansOf(server);
  const rows = answer.bans.map((ban) => [
    ban.id,
    'person' in ban ? 'person' : 'address',
    'person' in ban ? ban.person : ban.address,
    ban.createdAt,
    ban.expiresAt ?? '',
    ban.reason,
  ]);
  return {
    json: answer,
    lines: rows.length === 0 ? ['Nobody is banned.'] : table(['BAN', 'KIND', 'WHO', 'SINCE', 'UNTIL', 'REASON'], rows),
  };
}

async function unban(server: RunningServer, who: Banned | { readonly id: string }): Promise<Result> {
  const wanted = 'address' in who ? { address: networkOf(who.address) } : who;
  const { bans } = await bansOf(server);
  const lifted = bans.filter((ban) => {
    if ('id' in wanted) return ban.id === wanted.id;
    if ('person' in wanted) return 'person' in ban && ban.person === wanted.person;
    return 'address' in ban && ban.address === wanted.address;
  });
  if (lifted.length === 0) {
    const whom = 'id' in wanted ? `no ban ${wanted.id}` : `no ban of the ${nameOf(wanted)}`;
    throw new CommandError(`There is ${printable(whom)}. coscribe bans lists those that there are.`);
  }
  for (const { id } of lifted) {
    await server.ask({ method: 'DELETE', path: `/api/admin/bans/${encodeURIComponent(id)}` });
  }
  return { json: { lifted }, lines: lifted.map((ban) => `The ${nameOf(ban)} is no longer banned.`) };
}

async function revoke(server: RunningServer, person: string): Promise<Result> {
  const done = (await server.ask({ method: 'POST', path: '/api/admin/revocations', body: { person } })) as {
    readonly before: string;
  };
  return {
    json: done,
    lines: [`All sessions and tokens that the ${nameOf({ person })} was given before ${done.before} are void.`],
  };
}

async function freeze(
  server: RunningServer,
  { document, reason }: { readonly document: string; readonly reason: string },
): Promise<Result> {
  const path = documentPath(document);
  const done = (await server.ask({ method: 'PUT', path: `${path}/frozen`, body: { reason } })) as Freeze;
  const result = {
    json: done,
    lines: [
      `${printable(document)} is frozen: nobody writes in it. To end that: coscribe unfreeze ${printable(document)}`,
    ],
  };
  // A name can be frozen before there is a document. More often it is a slip of the fingers.
  if (await exists(server, path)) return result;
  return { ...result, warning: `There is no document ${printable(document)} yet: its name is frozen.` };
}

async function exists(server: RunningServer, path: string): Promise<boolean> {
  try {
    await server.ask({ method: 'GET', path });
    return true;
  } catch (error) {
    if (error instanceof ServerRefused && error.code === 'no-such-document') return false;
    throw error;
  }
}

async function unfreeze(server: RunningServer, document: string): Promise<Result> {
  try {
    await server.ask({ method: 'DELETE', path: `${documentPath(document)}/frozen` });
  } catch (error) {
    if (!(error instanceof ServerRefused) || error.code !== 'not-frozen') throw error;
    throw new CommandError(`${printable(document)} is not frozen. coscribe frozen lists what is.`);
  }
  return { json: { document }, lines: [`People can write in ${printable(document)} again.`] };
}

async function listFrozen(server: RunningServer): Promise<Result> {
  const answer = (await server.ask({ method: 'GET', path: '/api/admin/frozen' })) as {
    readonly frozen: readonly Freeze[];
  };
  const rows = answer.frozen.map(({ document, frozenAt, reason }) => [document, frozenAt, reason]);
  return {
    json: answer,
    lines: rows.length === 0 ? ['No document is frozen.'] : table(['DOCUMENT', 'SINCE', 'REASON'], rows),
  };
}

async function listEvents(server: RunningServer, document: string): Promise<Result> {
  const answer = (await server.ask({ method: 'GET', path: `${documentPath(document)}/events` })) as {
    readonly events: readonly DocumentEvent[];
  };
  const rows = answer.events.map((event) => [
    new Date(event.lastAt).toISOString(),
    event.event,
    event.count === 1 ? '' : `${event.count} times`,
    event.person ?? '',
    event.role ?? '',
    event.through ?? '',
    event.from ?? '',
    event.reason ?? '',
  ]);
  const headings = ['LAST', 'EVENT', 'COUNT', 'PERSON', 'ROLE', 'THROUGH', 'FROM', 'REASON'];
  return { json: answer, lines: rows.length === 0 ? ['Nothing happened to the access yet.'] : table(headings, rows) };
}

async function bansOf(server: RunningServer): Promise<{ readonly bans: readonly Ban[] }> {
  return (await server.ask({ method: 'GET', path: '/api/admin/bans' })) as { readonly bans: readonly Ban[] };
}

function nameOf(who: Banned): string {
  return printable('person' in who ? `person ${who.person}` : `address ${who.address}`);
}

/** The address in the way in which bans name it. @throws CommandError */
function networkOf(address: string): string {
  const network = parseNetwork(address);
  if (network === null) {
    throw new CommandError(
      `"${printable(address)}" is no IP address or network such as 192.0.2.0/24 or 2001:db8::/48.`,
    );
  }
  return network;
}
