import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '../../../protocol/version.ts';
import { makeToken } from '../token-source.ts';
import { WireClient } from '../wire-client.ts';

/** How long edits took from the hand of one to the eyes of another, in milliseconds. */
export interface Delays {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Documents with two people each, one of whom types ten times a second. */
const PAIRS = 3;
const TYPING_INTERVAL = 100;

/** How often somebody comes, reads, and leaves. */
const VISIT_INTERVAL = 400;

/** People who write while others attack, and somebody who comes and goes; they notice what happens to them. */
export class HonestPeople {
  readonly #url: string;
  readonly #clients: WireClient[] = [];
  #delays: number[] = [];
  #timers: NodeJS.Timeout[] = [];
  #visit: Promise<void> = Promise.resolve();
  /** What happened to them that should not: sentences. */
  readonly complaints: string[] = [];
  visits = 0;

  private constructor(url: string) {
    this.#url = url;
  }

  static async start(url: string): Promise<HonestPeople> {
    const people = new HonestPeople(url);
    for (let pair = 0; pair < PAIRS; pair++) {
      const [writer, reader] = [await people.#join(`honest-${pair}`), await people.#join(`honest-${pair}`)];
      reader.doc.getText('content').observe(({ changes }) => {
        for (const { insert } of changes.delta) {
          for (const sent of String(insert ?? '').match(/[\d.]+(?=;)/g) ?? []) {
            people.#delays.push(performance.now() - Number(sent));
          }
        }
      });
      people.#timers.push(
        setInterval(() => {
          if (writer.closed === null) writer.insert(0, `${performance.now()};`);
        }, TYPING_INTERVAL),
      );
    }
    people.#timers.push(
      setInterval(() => {
        people.#visit = people.#visit.then(() => people.#comeAndGo());
      }, VISIT_INTERVAL),
    );
    return people;
  }

  /** The delays since the last call. */
  take(): Delays {
    const sorted = this.#delays.sort((a, b) => a - b);
    this.#delays = [];
    const part = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return { count: sorted.length, p50: part(0.5), p99: part(0.99), max: part(1) };
  }

  /** Waits until all that they wrote is saved and read, and looks whether they are all still there. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#visit;
    for (const client of this.#clients) {
      if (client.closed !== null)
        this.complaints.push(`somebody was closed with ${client.closed.code} ${client.closed.reason}`);
      else await client.untilStored();
    }
    for (let i = 0; i < this.#clients.length; i += 2) {
      const [writer, reader] = this.#clients.slice(i, i + 2);
      if (writer === undefined || reader === undefined || writer.closed !== null || reader.closed !== null) continue;
      await reader.until(() => reader.text === writer.text, 'the same text');
    }
    for (const client of this.#clients) if (client.closed === null) await client.leave();
  }

  async #join(name: string): Promise<WireClient> {
    const client = await WireClient.join(this.#url, name);
    this.#clients.push(client);
    return client;
  }

  /** Comes with a good token to a document that is open to nobody without one, reads, and leaves. */
  async #comeAndGo(): Promise<void> {
    this.visits += 1;
    const token = await makeToken({ sub: 'vera', rights: [{ document: 'good', role: 'viewer' }] });
    const client = new WireClient(this.#url, 'good', { protocols: [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token] });
    const isIn = () => client.received.some(({ type }) => type === 'welcome');
    try {
      await client.until(() => isIn() || client.closed !== null, 'an answer');
      if (!isIn()) this.complaints.push(`a visitor was refused with ${client.refusedWith ?? client.closed?.code}`);
      else await client.leave();
    } catch (error) {
      this.complaints.push(error instanceof Error ? error.message : String(error));
    }
  }
}
