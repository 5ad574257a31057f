import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import type { DocumentOrder } from '../config/document-order.ts';
import type { ServerAddress } from '../config/server-address.ts';
import type { Settings } from '../config/settings.ts';
import { progressLines } from '../log/progress-lines.ts';
import { count } from './backup.ts';
import { CommandError, reasonOf } from './command-error.ts';
import { RunningServer } from './running-server.ts';
import { withStoppedServer } from './stopped-server.ts';
import { printable, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Documents of one question for the list. */
const PAGE = 1_000;

/** Longest part of a file's name that is made of a document's: file systems take 255 bytes. */
const LONGEST_FILE_NAME = 180;

/** As docs/http-api.md describes them. */
interface Listed {
  readonly name: string;
  readonly title?: string;
  readonly language?: string;
  readonly createdAt?: string;
  readonly damaged?: true;
}

interface Deleted {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly deletedAt: string;
  readonly bytes: number;
}

interface Shown {
  readonly name: string;
  readonly title: string;
  readonly language: string;
  readonly createdAt: string | null;
  readonly bytes: number;
  readonly characters: number;
  readonly people: number;
  readonly anyone: string | null;
  readonly owners: number;
  readonly links: number;
  readonly frozen: boolean;
}

interface Asked {
  readonly order: DocumentOrder;
  readonly at: ServerAddress;
  readonly settings: Settings;
  /** Whether the result is JSON, for programs. */
  readonly json: boolean;
}

/**
 * `coscribe list`, `show`, `cat`, `export`, `rename`, `delete`, `restore-deleted`: of the documents of a server that runs, or of a data folder
 * that none uses. `admin` gives a link to the dashboard of one that runs.
 * @returns the exit code
 * @throws CommandError when the server cannot be asked, or says no
 */
export async function documentsCommand(asked: Asked, terminal: Terminal, clock: Clock): Promise<number> {
  const { at, order, settings } = asked;
  const answer = (server: RunningServer) => carryOut(server, asked, terminal, clock);
  if (order.kind === 'admin') return answer(await RunningServer.require(at));
  const running = await RunningServer.find(at);
  return running === null ? withStoppedServer({ ...settings, data: at.data }, terminal, answer) : answer(running);
}

async function carryOut(
  server: RunningServer,
  { order, json, at }: Asked,
  terminal: Terminal,
  clock: Clock,
): Promise<number> {
  const tell = (result: unknown, lines: readonly string[]) => {
    if (json) terminal.say(JSON.stringify(result, null, 2));
    else for (const line of lines) terminal.say(line);
  };
  switch (order.kind) {
    case 'list': {
      const found = order.deleted ? await listDeleted(server) : await list(server);
      tell(found.json, found.lines);
      return 0;
    }
    case 'show': {
      const shown = (await server.ask({ method: 'GET', path: adminPath(order.document) })) as Shown;
      tell(shown, showLines(shown));
      return 0;
    }
    case 'cat':
      return cat(server, order.document, json, terminal);
    case 'export':
      return exportDocuments(server, order, { json, terminal, clock });
    case 'rename':
      await server.ask({ method: 'PATCH', path: adminPath(order.document), body: { title: order.title } });
      tell({ name: order.document, title: order.title }, [
        `The title of "${printable(order.document)}" is now "${printable(order.title)}".`,
      ]);
      return 0;
    case 'delete': {
      const deleted = (await server.ask({ method: 'DELETE', path: adminPath(order.document) })) as Deleted;
      tell(deleted, [
        `"${printable(order.document)}" is deleted. For 30 days it can be had back: coscribe restore-deleted ${deleted.id}`,
      ]);
      return 0;
    }
    case 'restore-deleted': {
      const path = `/api/admin/deleted/${encodeURIComponent(order.deleted)}`;
      const body = order.as === null ? {} : { name: order.as };
      const restored = (await server.ask({ method: 'POST', path, body })) as { name: string };
      tell(restored, [`"${printable(restored.name)}" is there again.`]);
      return 0;
    }
    case 'admin': {
      const made = (await server.ask({ method: 'POST', path: '/api/admin/keys' })) as {
        address: string;
        path: string;
        expiresIn: number;
      };
      // At the address that was given the server was reached; of itself it may know another.
      const address = at.server === null ? made.address : `${at.server}${made.path}`;
      tell({ address, expiresIn: made.expiresIn }, [
        address,
        `It opens the dashboard once, within ${made.expiresIn / 60_000} minutes.`,
      ]);
      return 0;
    }
    default:
      return order satisfies never;
  }
}

interface Result {
  readonly json: unknown;
  readonly lines: readonly string[];
}

async function list(server: RunningServer): Promise<Result> {
  const documents: Listed[] = [];
  for await (const listed of allDocuments(server)) documents.push(listed);
  const rows = documents.map(({ name, title = '', language = '', createdAt = '', damaged }) => [
    ...[name, title, language, createdAt],
    damaged === true ? 'damaged: run coscribe check' : '',
  ]);
  const lines =
    rows.length === 0 ? ['There are no documents.'] : table(['NAME', 'TITLE', 'LANGUAGE', 'MADE', ''], rows);
  return { json: { documents }, lines };
}

async function listDeleted(server: RunningServer): Promise<Result> {
  const answer = (await server.ask({ method: 'GET', path: '/api/admin/deleted' })) as { deleted: Deleted[] };
  const rows = answer.deleted.map(({ id, name, title, deletedAt, bytes }) => [
    id,
    name,
    title,
    deletedAt,
    String(bytes),
  ]);
  const lines =
    rows.length === 0
      ? ['Nothing was deleted in the last 30 days.']
      : table(['ID', 'NAME', 'TITLE', 'DELETED', 'BYTES'], rows);
  return { json: answer, lines };
}

async function* allDocuments(server: RunningServer): AsyncGenerator<Listed> {
  for (let after: string | null = ''; after !== null; ) {
    const path = `/api/documents?limit=${PAGE}&after=${encodeURIComponent(after)}`;
    const page = (await server.ask({ method: 'GET', path })) as { documents: Listed[]; next: string | null };
    yield* page.documents;
    after = page.next;
  }
}

function showLines(shown: Shown): string[] {
  const { name, title, language, createdAt, bytes, characters, people, anyone, owners, links, frozen } = shown;
  return table(
    ['NAME', name],
    [
      ['Title', title],
      ['Language', language],
      ['Made', createdAt ?? ''],
      ['Characters', String(characters)],
      ['Bytes stored', String(bytes)],
      ['In it now', count(people, 'connection')],
      ['Without a token', anyone ?? 'no access'],
      ['Owners', String(owners)],
      ['Links', String(links)],
      ['Frozen', frozen ? 'yes' : 'no'],
    ],
  );
}

async function cat(server: RunningServer, name: string, json: boolean, terminal: Terminal): Promise<number> {
  const response = await server.open({ method: 'GET', path: `${adminPath(name)}/export` });
  const text = await textOf(response);
  if (json) terminal.say(JSON.stringify({ name, text }, null, 2));
  else terminal.write(text);
  return 0;
}

/** Writes each document into a file of its own. Files that are there already stay as they are. */
async function exportDocuments(
  server: RunningServer,
  { folder, document, format }: Extract<DocumentOrder, { kind: 'export' }>,
  { json, terminal, clock }: { json: boolean; terminal: Terminal; clock: Clock },
): Promise<number> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new CommandError(`The folder ${folder} cannot be made (${reasonOf(cause)}).`, { cause });
  });
  const progress = progressLines(clock, (line) => terminal.warn(line));
  const files: { name: string; file: string }[] = [];
  let failed = 0;
  const documents = document === null ? allDocuments(server) : [await entryOf(server, document)];
  for await (const listed of documents) {
    try {
      files.push({ name: listed.name, file: await exportOne(server, listed, folder, format) });
    } catch (error) {
      if (!(error instanceof CommandError) || document !== null) throw error;
      failed += 1;
      terminal.warn(`${printable(listed.name)}: ${error.message}`);
    }
    progress(() => `${count(files.length, 'document')} exported so far.`);
  }
  if (json) terminal.say(JSON.stringify({ files }, null, 2));
  else terminal.say(`${count(files.length, 'document')} in ${folder}.`);
  return failed === 0 ? 0 : 1;
}

async function entryOf(server: RunningServer, name: string): Promise<Listed> {
  return (await server.ask({ method: 'GET', path: adminPath(name) })) as Shown & Listed;
}

async function exportOne(
  server: RunningServer,
  { name, language = '', damaged }: Listed,
  folder: string,
  format: 'text' | 'yjs',
): Promise<string> {
  if (damaged === true) throw new CommandError('It is damaged. Run coscribe check.');
  const file = join(folder, `${fileNameOf(name)}.${format === 'yjs' ? 'yjs' : extensionOf(language)}`);
  const response = await server.open({ method: 'GET', path: `${adminPath(name)}/export?format=${format}` });
  try {
    const handle = await open(file, 'wx');
    await pipeline(response, handle.createWriteStream());
  } catch (cause) {
    response.destroy();
    const reason = reasonOf(cause);
    throw new CommandError(
      reason === 'EEXIST' ? `${file} is there already.` : `${file} cannot be written (${reason}).`,
      { cause },
    );
  }
  return file;
}

/** The name with what a file system might take for something else percent-encoded; cut, with a hash in its place, when it is long. */
export function fileNameOf(name: string): string {
  const encoded = encodeURIComponent(name).replace(/[.*'()!~]/g, (sign) =>
    sign === '.' ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  // A leading dot would hide the file.
  const safe = encoded.replace(/^\./, '%2E');
  if (safe.length <= LONGEST_FILE_NAME) return safe;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${safe.slice(0, LONGEST_FILE_NAME).replace(/%.?$/, '')}-${hash}`;
}

/** A document is Markdown unless it says otherwise. */
function extensionOf(language: string): string {
  return language === '' || language.toLowerCase() === 'markdown' ? 'md' : 'txt';
}

async function textOf(response: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function adminPath(name: string): string {
  return `/api/admin/documents/${encodeURIComponent(name)}`;
}
