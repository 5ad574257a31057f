import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import type { Administration } from '../access/administration.ts';
import type { Connection } from '../connection/connection.ts';
import type { Connections } from '../connection/connections.ts';
import { audit } from '../log/audit.ts';
import type { Logger } from '../log/logger.ts';
import type { Announced, Announcement } from './announcement.ts';
import { OperationProblem, type Operator } from './operation-problem.ts';

export interface PeopleOperationsDependencies {
  readonly connections: Connections;
  readonly administration: Administration;
  readonly announcement: Announcement;
  readonly logger: Logger;
}

const CLOSED = 'The connection was closed by those who run this server.';

/** What those who run the server do about people and their connections. Each rejects with an OperationProblem when it cannot be done. */
export class PeopleOperations {
  readonly #dependencies: PeopleOperationsDependencies;

  constructor(dependencies: PeopleOperationsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Where a connection comes from, in full: of what a list cuts off. */
  addressOf(id: number, by: Operator): string {
    const { address } = this.#connection(id);
    this.#tell(by, 'The address of a connection was looked up.', { connection: id });
    return address;
  }

  /** Closes a connection; its client comes back by itself. */
  close(id: number, by: Operator): void {
    const connection = this.#connection(id);
    const { documentName: document, person } = connection;
    connection.close(CLOSE_CODES.tryAgainLater, CLOSED);
    const about = { connection: id, document, ...(person === null ? {} : { role: connection.grant.role }) };
    this.#tell(by, 'A connection was closed.', about);
  }

  /** Ends what a person was given until now: sessions and tokens, and so their connections. */
  async signOut(person: string, by: Operator): Promise<void> {
    await this.#dependencies.administration.revoke(person, null, by.address ?? 'command');
    this.#tell(by, `All sessions and tokens of ${person} were ended.`, {});
  }

  async announce(text: string, until: number | null, by: Operator): Promise<Announced> {
    const announced = await this.#dependencies.announcement.set(text, until);
    this.#tell(by, `Everybody was told: ${announced.text}`, {});
    return announced;
  }

  async takeBackAnnouncement(by: Operator): Promise<void> {
    await this.#dependencies.announcement.clear();
    this.#tell(by, 'What everybody was told was taken back.', {});
  }

  #connection(id: number): Connection {
    for (const connection of this.#dependencies.connections.all()) if (connection.id === id) return connection;
    throw new OperationProblem('no-such-connection', 'This connection has ended already.');
  }

  #tell(by: Operator, reason: string, about: { connection?: number; document?: string; role?: string }): void {
    const { address, through, person } = by;
    audit(this.#dependencies.logger, 'administered', { address, through, person, reason, ...about });
  }
}
