import * as Y from 'yjs';
import { documentNameProblem } from '../../protocol/document-name.ts';
import { TEXT_FIELD } from '../../protocol/version.ts';
import type { ImportOrder } from '../config/import-order.ts';
import type { ServerAddress } from '../config/server-address.ts';
import type { Settings } from '../config/settings.ts';
import { createServerDoc } from '../document/server-doc.ts';
import { type ForeignDocument, ImportError } from '../import/foreign-document.ts';
import { openSource } from '../import/open-source.ts';
import { inV1 } from '../import/update-format.ts';
import { createServer, type EmbeddedServer, UpdateNotApplied } from '../index.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { count } from './backup.ts';
import { CommandError } from './command-error.ts';
import { documentPath, RunningServer, ServerRefused } from './running-server.ts';
import { withStoppedServer } from './stopped-server.ts';
import { printable } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Asked {
  readonly order: ImportOrder;
  readonly settings: Settings;
  readonly at: ServerAddress;
  /** Whether the result is JSON, for programs. */
  readonly json: boolean;
}

/** What became of one document. */
interface Outcome {
  /** As it is here. */
  readonly name: string;
  readonly result: 'imported' | 'empty' | 'left out';
  /** Why it was left out. */
  readonly reason?: string;
}

/** A document as it is to be here. */
type Prepared =
  | { readonly kind: 'state'; readonly state: Uint8Array }
  | { readonly kind: 'text'; readonly text: string; readonly title: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'problem'; readonly reason: string };

/** Where documents go. Each returns why one is not taken, or null. */
interface Target {
  /** For people. */
  readonly name: string;
  exists(name: string): Promise<boolean>;
  create(name: string, prepared: Prepared & { kind: 'state' | 'text' }): Promise<string | null>;
}

const EXISTS = 'exists already and stays as it is. Give this one another name with --rename.';

/**
 * `coscribe import SOURCE`: takes over the documents of another server, or of a folder of texts, through the gate that everybody's
 * updates pass, into a server that runs or a data folder that none uses. What cannot be taken, or is here already, is left out and
 * named. Returns the exit code.
 */
export async function importDocuments(asked: Asked, terminal: Terminal): Promise<number> {
  const { order, settings, at, json } = asked;
  try {
    const source = await openSource(order.from);
    const outcomes: Outcome[] = [];
    const takeAll = async (target: Target): Promise<string> => {
      for await (const foreign of source.documents) {
        const outcome = await take(target, foreign, order, settings);
        outcomes.push(outcome);
        if (!json && outcome.reason !== undefined)
          terminal.warn(`${printable(outcome.name)}: ${printable(outcome.reason)}`);
      }
      return target.name;
    };
    const into = await withTarget({ order, settings, at, json }, terminal, takeAll);
    const of = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
    if (json) terminal.say(JSON.stringify({ dryRun: order.dryRun, documents: outcomes }, null, 2));
    else {
      const empty = of('empty') === 0 ? '' : `, ${of('empty')} empty`;
      const others = source.otherFiles === 0 ? '' : ` ${count(source.otherFiles, 'other file')} passed over.`;
      const done = order.dryRun ? 'would be imported' : 'imported';
      terminal.say(
        `${count(of('imported'), 'document')} ${done} into ${into}, ${of('left out')} left out${empty}.${others}`,
      );
    }
    return of('left out') === 0 ? 0 : 1;
  } catch (error) {
    throw error instanceof ImportError ? new CommandError(error.message, { cause: error }) : error;
  }
}

async function withTarget<T>(
  { order, settings, at }: Asked,
  terminal: Terminal,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const running = await RunningServer.find(at);
  const ask = async (server: RunningServer) => {
    const target = new ServerTarget(server, running === null || at.server === null ? at.data : at.server);
    return order.dryRun ? rehearse(target, settings, use) : use(target);
  };
  if (running !== null) return ask(running);
  return withStoppedServer({ ...settings, data: at.data }, terminal, ask, { mayBeNew: true });
}

/** A server that is asked over its HTTP API. */
class ServerTarget implements Target {
  readonly name: string;
  readonly #server: RunningServer;

  constructor(server: RunningServer, name: string) {
    this.#server = server;
    this.name = name;
  }

  async exists(name: string): Promise<boolean> {
    try {
      await this.#server.ask({ method: 'GET', path: documentPath(name) });
      return true;
    } catch (error) {
      if (error instanceof ServerRefused && error.code === 'no-such-document') return false;
      throw error;
    }
  }

  async create(name: string, prepared: Prepared & { kind: 'state' | 'text' }): Promise<string | null> {
    try {
      await this.#server.ask(
        prepared.kind === 'text'
          ? { method: 'PUT', path: documentPath(name), body: { content: prepared.text, title: prepared.title } }
          : { method: 'PUT', path: `/api/admin${documentPath(name).slice('/api'.length)}`, body: prepared.state },
      );
      return null;
    } catch (error) {
      if (!(error instanceof ServerRefused)) throw error;
      return error.code === 'document-exists' ? EXISTS : `cannot be taken over: ${error.message}`;
    }
  }
}

/** Does in memory what would be done. */
async function rehearse<T>(
  target: ServerTarget,
  { documents, field, maxDocumentBytes }: Settings,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const stage = await createServer({ store: new MemoryStore(), documents, field, maxDocumentBytes });
  try {
    return await use({
      name: target.name,
      exists: async (name) => (await target.exists(name)) || stage.document(name).exists(),
      create: (name, prepared) => createOn(stage, name, prepared),
    });
  } finally {
    await stage.stop();
  }
}

async function createOn(
  server: EmbeddedServer,
  name: string,
  prepared: Prepared & { kind: 'state' | 'text' },
): Promise<string | null> {
  const document = server.document(name);
  try {
    if (prepared.kind === 'state') await document.applyUpdate(prepared.state);
    else await document.edit((text) => text.insert(0, prepared.text));
    return null;
  } catch (error) {
    if (error instanceof UpdateNotApplied) return `cannot be taken over: ${error.message}`;
    throw error;
  }
}

async function take(
  target: Target,
  foreign: ForeignDocument,
  { asText, renames }: ImportOrder,
  { field, documents }: Settings,
): Promise<Outcome> {
  const name = renames.get(foreign.name) ?? foreign.name;
  const leftOut = (reason: string): Outcome => ({ name, result: 'left out', reason });
  const invalid = documentNameProblem(name);
  if (invalid !== null) return leftOut(`${invalid} Give it another name with --rename.`);
  if (await target.exists(name)) return leftOut(EXISTS);
  const prepared =
    foreign.kind === 'text'
      ? prepareText(foreign.content, foreign.title)
      : prepareDocument(foreign.updates, { asText, field, textOnly: documents === 'text' });
  switch (prepared.kind) {
    case 'problem':
      return leftOut(prepared.reason);
    case 'empty':
      return { name, result: 'empty' };
    case 'state':
    case 'text': {
      const reason = await target.create(name, prepared);
      return reason === null ? { name, result: 'imported' } : leftOut(reason);
    }
    default:
      return prepared satisfies never;
  }
}

function prepareText(content: Uint8Array, title: string): Prepared {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(content), title };
  } catch {
    return { kind: 'problem', reason: 'is not a text in UTF-8. Save it in UTF-8, then import it again.' };
  }
}

function prepareDocument(
  updates: readonly Uint8Array[],
  { asText, field, textOnly }: { asText: string | null; field: string; textOnly: boolean },
): Prepared {
  const copy = createServerDoc();
  try {
    for (const update of updates) Y.applyUpdate(copy, inV1(update) ?? new Uint8Array([1]));
  } catch {
    return { kind: 'problem', reason: 'is not a Yjs document, in V1 encoding or V2.' };
  }
  if (copy.store.clients.size === 0) {
    return copy.store.pendingStructs === null
      ? { kind: 'empty' }
      : { kind: 'problem', reason: 'lacks its beginning: it is an update to something that is not here.' };
  }
  if (asText !== null) {
    const text = rootsOf(copy).some(({ name }) => name === asText) ? copy.getText(asText).toString() : '';
    if (text !== '') return { kind: 'text', text, title: '' };
    const roots = rootsOf(copy).map(({ name, kind }) => `${kind} "${name}"`);
    return { kind: 'problem', reason: `has no text named "${asText}". It has: ${roots.join(', ') || 'nothing'}.` };
  }
  const other = rootsOf(copy).filter(({ name, kind }) => name !== field || kind !== 'text');
  if (textOnly && other.length > 0) return { kind: 'problem', reason: refusedRoots(rootsOf(copy), field) };
  return { kind: 'state', state: Y.encodeStateAsUpdate(copy) };
}

type RootKind = 'text' | 'map' | 'array' | 'XML';
type RootType = Y.Doc['share'] extends Map<string, infer Type> ? Type : never;

/** The top-level types of a document, as far as what is in them tells: a Yjs update does not say of which kind they are. */
function rootsOf(doc: Y.Doc): { readonly name: string; readonly kind: RootKind }[] {
  return [...doc.share].map(([name, type]) => ({ name, kind: rootKind(type) }));
}

function rootKind(type: RootType): RootKind {
  if (type._map.size > 0 && type._start === null) return 'map';
  for (let item = type._start; item !== null; item = item.right) {
    const { content } = item;
    if (content instanceof Y.ContentString || content instanceof Y.ContentFormat || content instanceof Y.ContentEmbed)
      return 'text';
    if (content instanceof Y.ContentType) return isXml(content.type) ? 'XML' : 'array';
    if (!(content instanceof Y.ContentDeleted)) return 'array';
  }
  return 'text';
}

function isXml(type: RootType): boolean {
  return type instanceof Y.XmlElement || type instanceof Y.XmlText || type instanceof Y.XmlHook;
}

/** Why a server of texts does not take a document with these, and what helps. */
function refusedRoots(roots: readonly { readonly name: string; readonly kind: RootKind }[], field: string): string {
  const held = roots.map(({ name, kind }) => `${kind} "${name}"`).join(', ');
  const texts = roots.filter(({ kind }) => kind === 'text');
  const [only] = texts;
  const ways = ['Import and serve with --documents any, which keeps all of it'];
  if (roots.length === 1 && only !== undefined) ways.push(`with --field ${only.name}`);
  for (const { name } of texts) ways.push(`or import with --as-text ${name}, which takes that text alone`);
  const own = field === TEXT_FIELD ? '' : ` (--field ${field})`;
  return `holds ${held}; this server reads the text "${field}"${own} alone. ${ways.join('; ')}.`;
}
