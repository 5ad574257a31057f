import { setTimeout as sleep } from 'node:timers/promises';
import type * as Y from 'yjs';
import { LevelStore } from '../store/level-store.ts';
import { Relay } from './relay.ts';
import { contentOf } from './rich-document.ts';
import { SeededRandom } from './seeded-random.ts';
import { ServerProcess } from './server-process.ts';
import { loadStored } from './stored-documents.ts';
import { countDuplicates, readCopy, Typist } from './typist.ts';

/** What can go wrong, and how long each takes, in milliseconds. */
const TROUBLES = {
  /** SIGKILL, and a new start. */
  kill: [0, 0],
  /** SIGTERM under load, and a new start. */
  stop: [0, 0],
  /** SIGSTOP, then SIGCONT. */
  freeze: [3_000, 40_000],
  /** Every connection through the relay is reset, several times. */
  reset: [0, 1_000],
  /** Nothing passes the relay. */
  stall: [2_000, 35_000],
  /** One kilobyte a second passes the relay. */
  throttle: [5_000, 20_000],
  /** No file of the server may grow: its real LevelDB fails; then there is room again, or it is killed. */
  full: [1_000, 8_000],
  /** The store rejects every write; then it heals, or the server is killed. */
  fail: [1_000, 8_000],
  /** The store does not answer; then it does, or the server is killed. */
  hang: [1_000, 8_000],
} as const satisfies Record<string, readonly [min: number, max: number]>;

export type Trouble = keyof typeof TROUBLES;

export const ALL_TROUBLES = Object.keys(TROUBLES) as readonly Trouble[];

export interface ChaosOptions {
  readonly cycles: number;
  /** No cycle begins after this many milliseconds. */
  readonly timeLimit?: number;
  readonly people: number;
  readonly documents: number;
  /** Mean time from an edit of one person to the next, in milliseconds. */
  readonly pause: number;
  /** Longest time from one trouble to the next, in milliseconds; drawn between 20 ms and this. */
  readonly quiet: number;
  readonly troubles: readonly Trouble[];
  /** Whether they come one after the other; otherwise they are drawn. */
  readonly inTurn?: boolean;
  /** Longest time that a trouble lasts, whatever its own is. */
  readonly longestTrouble?: number;
  readonly seed: number;
  readonly dataFolder: string;
  /** What the documents are: texts, or anything; then people format what they write besides. */
  readonly kind?: 'text' | 'any';
  /** Half of the people, of each network and in each document, write over HTTP requests. */
  readonly overHttp?: boolean;
  /** Called with a line after every cycle. */
  readonly onCycle?: (line: string) => void;
}

export interface ChaosReport {
  readonly cycles: number;
  /** How often each trouble was made. */
  readonly made: Readonly<Partial<Record<Trouble, number>>>;
  readonly edits: number;
  /** Updates that a client was told are saved. */
  readonly acknowledged: number;
  /** How often one of them was looked for after a trouble, summed up. */
  readonly checks: number;
  /** How often one was not there. */
  readonly lost: number;
  /** Words found twice in a text, summed over the looks. */
  readonly duplicated: number;
  /** Copies that differ from the server's at the end. */
  readonly diverged: number;
  /** Stops by SIGTERM that did not end with code 0. */
  readonly failedStops: number;
}

/** How long people may take to be in step again after a trouble, in milliseconds. */
const RECOVERY = 60_000;

/**
 * Makes trouble for a real server under people who type, cycle by cycle, and looks after each for everything that was
 * called saved (DUR-1), and at the end whether everybody has the same text (SYN-1).
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const world = await World.open(options);
  try {
    return await world.run();
  } finally {
    await world.close();
  }
}

const kindOf = ({ kind = 'text' }: ChaosOptions) => ['--documents', kind];

class World {
  readonly #options: ChaosOptions;
  readonly #random: SeededRandom;
  /** Apart from the other, which depends on nothing but the number of the cycle. */
  readonly #typingRandom: SeededRandom;
  readonly #relay: Relay;
  readonly #typists: readonly Typist[];
  #server: ServerProcess;
  /** Whether the server is one whose store takes orders. */
  #takesOrders = false;
  #checks = 0;
  #lost = 0;
  #duplicated = 0;
  #failedStops = 0;

  private constructor(options: ChaosOptions, server: ServerProcess, relay: Relay) {
    this.#options = options;
    this.#server = server;
    this.#relay = relay;
    this.#random = new SeededRandom(options.seed);
    this.#typingRandom = new SeededRandom(options.seed + 1);
    // Half of the people have a network that fails.
    this.#typists = Array.from(
      { length: options.people },
      (_, i) =>
        new Typist(i % 2 === 0 ? server.url : relay.url, `document-${i % options.documents}`, `p${i}`, {
          formats: options.kind === 'any',
          overHttp: options.overHttp === true && i % 4 < 2,
        }),
    );
  }

  static async open(options: ChaosOptions): Promise<World> {
    const server = await ServerProcess.start(options.dataFolder, ['--port', '0', ...kindOf(options)]);
    const relay = await Relay.open(Number(server.port));
    const world = new World(options, server, relay);
    await Promise.all(world.#typists.map(({ provider }) => provider.whenSynced));
    return world;
  }

  async run(): Promise<ChaosReport> {
    const { cycles, quiet, troubles, inTurn = false, timeLimit = Number.POSITIVE_INFINITY, onCycle } = this.#options;
    const started = performance.now();
    const made: Partial<Record<Trouble, number>> = {};
    const typing = new AbortController();
    const typed = this.#typists.map((typist) => this.#type(typist, typing.signal));
    let cycle = 0;
    for (; cycle < cycles && performance.now() - started < timeLimit; cycle++) {
      await sleep(20 + this.#random.next() * quiet);
      const drawn = this.#random.pick(troubles);
      const trouble = inTurn ? (troubles[cycle % troubles.length] ?? drawn) : drawn;
      const what = await this.#make(trouble);
      made[trouble] = (made[trouble] ?? 0) + 1;
      await this.#look();
      await this.#untilAllWrite();
      onCycle?.(`${cycle + 1}: ${what}; ${this.#acknowledged} acknowledged, ${this.#lost} lost`);
    }
    typing.abort();
    await Promise.all(typed);
    const diverged = await this.#countDiverged();
    await this.#look();
    return {
      cycles: cycle,
      made,
      edits: this.#typists.reduce((sum, typist) => sum + typist.made, 0),
      acknowledged: this.#acknowledged,
      checks: this.#checks,
      lost: this.#lost,
      duplicated: this.#duplicated,
      diverged,
      failedStops: this.#failedStops,
    };
  }

  async close(): Promise<void> {
    for (const typist of this.#typists) typist.destroy();
    await this.#relay.close();
    await this.#server.end('SIGKILL');
  }

  get #acknowledged(): number {
    return this.#typists.reduce((sum, { saved }) => sum + saved, 0);
  }

  async #type(typist: Typist, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      typist.edit(this.#typingRandom);
      await sleep(this.#typingRandom.next() * this.#options.pause * 2);
    }
  }

  /** Makes one trouble and lets it pass; says what it was. */
  async #make(trouble: Trouble): Promise<string> {
    const [min, max] = TROUBLES[trouble];
    const longest = Math.min(max, this.#options.longestTrouble ?? max);
    const shortest = Math.min(min, longest);
    const time = Math.round(shortest + this.#random.next() * (longest - shortest));
    const dies = this.#random.chance(0.5);
    const what = `${trouble} of ${time} ms`;
    switch (trouble) {
      case 'kill':
        await this.#restart('SIGKILL');
        return trouble;
      case 'stop':
        await this.#restart('SIGTERM');
        return trouble;
      case 'freeze':
        this.#server.signal('SIGSTOP');
        await sleep(time);
        this.#server.signal('SIGCONT');
        return what;
      case 'reset':
        for (let times = 1 + this.#random.below(4); times > 0; times--) {
          this.#relay.reset();
          await sleep(time / 4);
        }
        return what;
      case 'stall':
        this.#relay.flow = 'stalled';
        await sleep(time);
        this.#relay.flow = 'free';
        return what;
      case 'throttle':
        this.#relay.flow = { bytesPerSecond: 1_024 };
        await sleep(time);
        this.#relay.flow = 'free';
        return what;
      case 'full':
        await this.#have({ takesOrders: false });
        await this.#server.limitFiles(0);
        await sleep(time);
        if (dies) await this.#restart('SIGKILL');
        else await this.#server.liftFileLimit();
        return `${what}, then ${dies ? 'SIGKILL' : 'room'}`;
      case 'fail':
      case 'hang':
        await this.#have({ takesOrders: true });
        this.#server.order(trouble === 'fail' ? 'fail' : 'stall');
        await sleep(time);
        if (dies) await this.#restart('SIGKILL');
        else this.#server.order('heal');
        return `${what}, then ${dies ? 'SIGKILL' : 'healed'}`;
      default:
        return trouble satisfies never;
    }
  }

  /** Has a server of the kind, with everybody there and writing. */
  async #have({ takesOrders }: { takesOrders: boolean }): Promise<void> {
    if (this.#takesOrders === takesOrders) return;
    await this.#restart('SIGTERM', takesOrders);
    await this.#untilAllWrite();
  }

  async #restart(signal: 'SIGKILL' | 'SIGTERM', takesOrders = false): Promise<void> {
    const { dataFolder, kind = 'text' } = this.#options;
    const { port } = this.#server;
    const exitCode = await this.#server.end(signal);
    if (signal === 'SIGTERM' && exitCode !== 0) this.#failedStops += 1;
    await this.#lookAtStore();
    this.#takesOrders = takesOrders;
    this.#server = takesOrders
      ? await ServerProcess.startFailing(dataFolder, port, kind)
      : await ServerProcess.start(dataFolder, ['--port', port, ...kindOf(this.#options)]);
  }

  /** Looks on the server for everything that was called saved by now. */
  #look(): Promise<void> {
    return this.#lookAt((documentName) => readCopy(this.#server.url, documentName));
  }

  /**
   * Looks in the data folder, while no server runs: once one does, people's clients send it what it lacks, and nobody could
   * tell any more that something was lost.
   */
  async #lookAtStore(): Promise<void> {
    const store = await LevelStore.open(this.#options.dataFolder);
    try {
      await this.#lookAt(async (documentName) => (await loadStored(store, documentName)).doc);
    } finally {
      await store.close();
    }
  }

  async #lookAt(read: (documentName: string) => Promise<Y.Doc>): Promise<void> {
    const told = this.#typists.map(({ saved }) => saved);
    for (let index = 0; index < this.#options.documents; index++) {
      const documentName = `document-${index}`;
      const copy = await read(documentName);
      this.#duplicated += countDuplicates(copy.getText('content').toString());
      for (const [i, typist] of this.#typists.entries()) {
        if (typist.documentName !== documentName) continue;
        const count = told[i] ?? 0;
        this.#checks += count;
        this.#lost += typist.countMissing(copy, count);
      }
      copy.destroy();
    }
  }

  /** Waits until what everybody has written so far is saved. */
  async #untilAllWrite(): Promise<void> {
    const written = this.#typists.map(({ made }) => made);
    await this.#until(
      () => this.#typists.every(({ saved }, i) => saved >= (written[i] ?? 0)),
      () => `somebody's edits are not saved ${RECOVERY / 1000} s after a trouble: ${this.#states()}`,
    );
  }

  async #countDiverged(): Promise<number> {
    await this.#until(
      () => this.#typists.every(({ provider }) => provider.saved && provider.synced),
      () => `not everything is saved at the end: ${this.#states()}`,
    );
    let diverged = 0;
    for (let index = 0; index < this.#options.documents; index++) {
      const copy = await readCopy(this.#server.url, `document-${index}`);
      const here = this.#typists.filter(({ documentName }) => documentName === `document-${index}`);
      const differing = () => {
        const content = JSON.stringify(contentOf(copy));
        return here.filter((typist) => typist.content !== content).length;
      };
      await this.#until(() => differing() === 0, null);
      diverged += differing();
      copy.destroy();
    }
    return diverged;
  }

  #states(): string {
    return this.#typists
      .filter(({ provider }) => !provider.saved)
      .map(
        ({ provider }, i) => `p${i} ${provider.status} ${provider.unsavedChanges} ${JSON.stringify(provider.closed)}`,
      )
      .join(', ');
  }

  /** Looks every 50 ms; after a minute it throws, or gives up when there is nothing to say. */
  async #until(condition: () => boolean, failure: (() => string) | null): Promise<void> {
    const end = performance.now() + RECOVERY;
    while (!condition()) {
      if (performance.now() > end) {
        if (failure === null) return;
        throw new Error(failure());
      }
      // Somebody looks at the page: the wait for the next attempt, of up to 30 s, is cut short.
      for (const { provider } of this.#typists) provider.retryNow();
      await sleep(50);
    }
  }
}
