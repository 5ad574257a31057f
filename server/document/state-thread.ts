import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { type PackedUpdates, packUpdates, unpackUpdates } from './packed-updates.ts';
import type { CutState, MergedState, StateWork } from './state-work.ts';

/** What the thread is given. */
export interface StateTask {
  readonly id: number;
  readonly packed: PackedUpdates;
  /** What `merge` is given; null asks for pieces. */
  readonly sequence: number | null;
}

/** What it answers: the message, in memory of its own, and the snapshot or the pieces; or why it could not. */
export type StateAnswer =
  | { readonly id: number; readonly message: Uint8Array; readonly packed: PackedUpdates }
  | { readonly id: number; readonly failure: string };

/** The message, and what came with it. */
type Answered = [message: Uint8Array, ...rest: Uint8Array[]];

interface Waiter {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

/** The thread's code, compiled beside this file. */
const MAIN = new URL('./state-thread-main.js', import.meta.url);

/** A thread without work is ended after this many milliseconds, and its memory is free. */
const IDLE_TIME = 10_000;

/**
 * Does the work on big states in a thread of its own, so that this one goes on serving people (SEC-14). The thread is
 * started when there is work, does one task after the other, and is ended when there has been none for a while.
 */
export class StateThread implements StateWork {
  readonly #clock: Clock;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | null = null;
  #idleTimer: unknown = null;
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async merge(updates: readonly Uint8Array[], sequence: number): Promise<MergedState> {
    const [message, snapshot] = await this.#ask(updates, sequence);
    if (snapshot === undefined) throw new Error('The thread for big states answered half.');
    return { message, snapshot };
  }

  async cut(updates: readonly Uint8Array[]): Promise<CutState> {
    const [message, ...pieces] = await this.#ask(updates, null);
    return { message, pieces };
  }

  async close(): Promise<void> {
    this.#clock.clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#fail(new Error('The server is stopping.'));
    await worker?.terminate();
  }

  #ask(updates: readonly Uint8Array[], sequence: number | null): Promise<Answered> {
    this.#clock.clearTimeout(this.#idleTimer);
    const id = this.#nextId++;
    const packed = packUpdates(updates);
    const answer = new Promise<Answered>((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
    const task: StateTask = { id, packed, sequence };
    this.#thread().postMessage(task, [packed.bytes.buffer, packed.ends.buffer]);
    return answer;
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(MAIN);
    this.#worker = worker;
    // A thread alone is no reason for the process to live.
    worker.unref();
    worker.on('message', (answer: StateAnswer) => this.#settle(answer));
    worker.on('error', (error: Error) => this.#end(worker, error));
    worker.on('exit', () => this.#end(worker, new Error('The thread for big states has ended.')));
    return worker;
  }

  #settle(answer: StateAnswer): void {
    const waiter = this.#waiters.get(answer.id);
    this.#waiters.delete(answer.id);
    if ('failure' in answer) waiter?.reject(new Error(answer.failure));
    else waiter?.resolve([answer.message, ...unpackUpdates(answer.packed)]);
    if (this.#waiters.size > 0) return;
    this.#idleTimer = this.#clock.setTimeout(() => {
      const worker = this.#worker;
      this.#worker = null;
      void worker?.terminate();
    }, IDLE_TIME);
  }

  /** The thread is gone, out of memory perhaps: anyone who waits is told, and the next task gets another thread. */
  #end(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#fail(error);
  }

  #fail(error: Error): void {
    this.#worker = null;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const { reject } of waiters) reject(error);
  }
}
