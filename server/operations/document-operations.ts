import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { documentNameProblem } from '../../protocol/document-name.ts';
import type { AccessRecord } from '../document/access-record.ts';
import { propertiesProblem } from '../document/catalogue.ts';
import type { Documents, ListedDocument } from '../document/documents.ts';
import type { DeletedDocument } from '../document/trash.ts';
import { audit, type SecurityEventName } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import { applyAsMember, UpdateNotApplied } from '../room/host-member.ts';
import { DocumentInUseError, type Registry } from '../room/registry.ts';
import type { Room } from '../room/room.ts';
import { OperationProblem, type Operator } from './operation-problem.ts';

/** What there is to know of a document without its text. Times are milliseconds since 1970. */
export interface ShownDocument {
  readonly name: string;
  readonly title: string;
  readonly language: string;
  readonly createdAt: number | null;
  /** As it is stored. */
  readonly bytes: number;
  /** Log records that no snapshot covers. */
  readonly logRecords: number;
  /** Of the text, as UTF-16 counts. */
  readonly characters: number;
  /** Connections that are in it now. */
  readonly people: number;
  /** What somebody without a credential is; null for nobody, undefined where nothing was ever said. */
  readonly anyone: string | null | undefined;
  readonly owners: number;
  readonly links: number;
  readonly frozen: boolean;
  readonly epoch: string;
}

export interface DocumentOperationsDependencies {
  readonly documents: Documents;
  readonly registry: Registry;
  /** Called when a document, with its access record, came or went. */
  readonly forget: (name: string) => void;
  readonly isFrozen: (name: string) => boolean;
  readonly logger: Logger;
}

const DELETED = 'The document was deleted by those who run this server.';
const UNLOADED = 'The document is loaded again by those who run this server.';

/** What those who run the server do with documents. Each rejects with an OperationProblem when it cannot be done. */
export class DocumentOperations {
  readonly #dependencies: DocumentOperationsDependencies;

  constructor(dependencies: DocumentOperationsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The documents that exist, by name. */
  list(after?: string): AsyncIterable<ListedDocument> {
    return this.#dependencies.documents.list(after);
  }

  /** What was deleted and can be had back, the latest first. */
  deleted(): Promise<DeletedDocument[]> {
    return this.#dependencies.documents.trash.list();
  }

  async show(name: string): Promise<ShownDocument> {
    const { documents, isFrozen } = this.#dependencies;
    const access = await documents.access(name).catch(unavailable);
    return this.#withDocument(name, (room) => {
      const { document } = room;
      return {
        ...{ name, ...document.properties, createdAt: document.createdAt, bytes: document.storedBytes },
        ...{ logRecords: document.logRecords, characters: room.text.read().length, people: room.memberCount },
        ...accessShown(access),
        ...{ frozen: isFrozen(name), epoch: document.epoch },
      };
    });
  }

  text(name: string): Promise<string> {
    return this.#withDocument(name, (room) => room.text.read());
  }

  /** The whole state as a Yjs update, V1. */
  state(name: string): Promise<Uint8Array> {
    return this.#withDocument(name, (room) => room.state());
  }

  /** Makes a document of a Yjs update, V1, which goes through the gate as anybody's does. */
  async create(name: string, state: Uint8Array, by: Operator): Promise<void> {
    this.#checkName(name);
    this.#requireThawed(name);
    this.#requireStorage();
    const lease = await this.#dependencies.registry.open(name).catch(unavailable);
    try {
      const { room } = lease;
      // Text that waits for its turn makes the document exist.
      room.text.read();
      if (room.document.exists) throw new OperationProblem('document-exists', `There is a document "${name}".`);
      await applyAsMember(room, state).catch((cause: unknown) => {
        if (!(cause instanceof UpdateNotApplied)) throw cause;
        throw new OperationProblem('invalid-update', `The update cannot be taken: ${cause.message}`, { cause });
      });
    } finally {
      lease.release();
    }
    this.#tell('administered', by, { document: name, reason: 'It was imported.' });
  }

  /** Gives a document another title; its name, which is its address, stays. */
  async rename(name: string, title: string, by: Operator): Promise<void> {
    const problem = propertiesProblem({ title });
    if (problem !== null) throw new OperationProblem('invalid-properties', problem);
    this.#requireThawed(name);
    this.#requireStorage();
    await this.#withDocument(name, (room) => room.setProperties({ title }));
    this.#tell('administered', by, { document: name, reason: 'It was given another title.' });
  }

  /** Deletes a document, at once for everybody who is in it. For 30 days it can be had back. */
  async delete(name: string, by: Operator): Promise<DeletedDocument> {
    this.#checkName(name);
    this.#requireThawed(name);
    this.#requireStorage();
    const { documents, forget } = this.#dependencies;
    const deleted = await this.#withdrawn(
      name,
      (room) => room.dismiss(CLOSE_CODES.epochChanged, DELETED),
      () => documents.trash.put(name),
    );
    forget(name);
    if (deleted === null) throw missing(name);
    this.#tell('document-deleted', by, { document: name });
    return deleted;
  }

  /** Brings a deleted document back: by the id of its deletion, or the latest of a name; as a document of another name if one is given. */
  async restoreDeleted(which: string, as: string | null, by: Operator): Promise<DeletedDocument> {
    if (as !== null) this.#checkName(as);
    this.#requireStorage();
    const all = await this.deleted();
    const meant = all.find(({ id }) => id === which) ?? all.find(({ name }) => name === which);
    if (meant === undefined) {
      throw new OperationProblem('not-deleted', `No document "${which}" was deleted in the last 30 days.`);
    }
    const name = as ?? meant.name;
    const { documents, forget } = this.#dependencies;
    const restored = await this.#withdrawn(
      name,
      (room) => room.dismiss(CLOSE_CODES.tryAgainLater, 'The document comes back.'),
      () => documents.trash.restore(meant.id, as),
    );
    forget(name);
    if (restored === 'not-deleted') throw new OperationProblem('not-deleted', `"${which}" was brought back already.`);
    if (restored === 'exists') {
      throw new OperationProblem(
        'document-exists',
        `There is a document "${name}" now. Give the deleted one another name.`,
      );
    }
    this.#tell('document-restored', by, { document: name });
    return restored;
  }

  /** Drops a document from memory; its members come back by themselves, and it is loaded again. */
  async unload(name: string, by: Operator): Promise<void> {
    this.#checkName(name);
    this.#requireStorage();
    await this.#withdrawn(
      name,
      (room) => room.dismiss(CLOSE_CODES.tryAgainLater, UNLOADED),
      async () => undefined,
    );
    this.#tell('administered', by, { document: name, reason: 'It was dropped from memory, to be loaded again.' });
  }

  /** Tells the log that somebody read a document without being in it. */
  wasRead(name: string, by: Operator): void {
    this.#tell('administered', by, { document: name, reason: 'It was exported.' });
  }

  /** The same when somebody looked its name up, by which they could open it. */
  nameWasRead(name: string, by: Operator): void {
    this.#tell('administered', by, { document: name, reason: 'Its name was looked up.' });
  }

  async #withDocument<T>(name: string, use: (room: Room) => T | Promise<T>): Promise<T> {
    this.#checkName(name);
    const { documents, registry } = this.#dependencies;
    // One that does not exist needs no room.
    if (![...registry.rooms()].some((room) => room.name === name)) {
      if ((await documents.entry(name).catch(unavailable)) === null) throw missing(name);
    }
    const lease = await registry.open(name).catch(unavailable);
    try {
      if (!lease.room.document.exists) throw missing(name);
      return await use(lease.room);
    } finally {
      lease.release();
    }
  }

  async #withdrawn<T>(name: string, dismiss: (room: Room) => void, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#dependencies.registry.withdraw(name, dismiss, work);
    } catch (error) {
      if (error instanceof DocumentInUseError) throw new OperationProblem('in-use', error.message, { cause: error });
      throw error;
    }
  }

  #checkName(name: string): void {
    const problem = documentNameProblem(name);
    if (problem !== null) throw new OperationProblem('invalid-document-name', problem);
  }

  #requireThawed(name: string): void {
    if (!this.#dependencies.isFrozen(name)) return;
    throw new OperationProblem('frozen', 'The document is frozen: nobody changes or deletes it until that is over.');
  }

  #requireStorage(): void {
    if (!this.#dependencies.documents.commits.failing) return;
    throw new OperationProblem('storage-failing', 'The disk of the server refuses writes. Try again when it works.');
  }

  #tell(event: SecurityEventName, by: Operator, fields: { document: string; reason?: string }): void {
    audit(this.#dependencies.logger, event, { address: by.address, through: by.through, person: by.person, ...fields });
  }
}

function accessShown(access: AccessRecord | null): Pick<ShownDocument, 'anyone' | 'owners' | 'links'> {
  if (access === null) return { anyone: undefined, owners: 0, links: 0 };
  return { anyone: access.anyone, owners: access.owners.length, links: access.links.length };
}

function missing(name: string): OperationProblem {
  return new OperationProblem('no-such-document', `There is no document "${name}".`);
}

function unavailable(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new OperationProblem('document-unavailable', `The document cannot be read: ${reason}`, { cause });
}
