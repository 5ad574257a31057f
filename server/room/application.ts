import * as Y from 'yjs';
import { encodeSyncStep1 } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Gate } from '../gate/gate.ts';
import { closeOfRefusal, UpdateRefused } from '../gate/update-refused.ts';
import type { Logger } from '../log/logger.ts';
import { closeForGaps } from './close-member.ts';
import type { Member } from './member.ts';
import type { Waiting } from './member-state.ts';
import { MergeSlice, type Merges } from './merges.ts';
import type { UpdateCounters } from './update-counters.ts';

/** A turn without merges takes much less. One that takes longer, in milliseconds, is charged to those who wrote in it. */
const COSTLY_TURN = 4;

export interface ApplicationParts {
  readonly name: string;
  readonly doc: Y.Doc;
  readonly gate: Gate;
  readonly merges: Merges;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: UpdateCounters;
}

/** What a turn has done. */
export interface Applied {
  /** What is dealt with; merges that need more turns are not among it. */
  readonly done: readonly Waiting[];
  /** Milliseconds that it took apart from merges. */
  readonly cost: number;
}

/** Brings what waits into the document of a room, and deals with what does not get in. */
export class Application {
  readonly #parts: ApplicationParts;

  constructor(parts: ApplicationParts) {
    this.#parts = parts;
  }

  /** Applies what waits in one transaction. Throws when Yjs fails in the midst of it. */
  apply(waiting: readonly Waiting[], isHere: (member: Member) => boolean): Applied {
    const { clock, doc, merges } = this.#parts;
    const begun = clock.now();
    const slice = new MergeSlice(() => clock.now());
    const done: Waiting[] = [];
    doc.transact(() => {
      for (const entry of waiting) if (this.#applyOne(entry, slice, isHere)) done.push(entry);
    });
    // With what Yjs did at the end of the transaction.
    const { taken } = slice;
    if (taken > 0) merges.took(taken);
    const cost = clock.now() - begun - taken;
    if (cost > COSTLY_TURN) for (const { state } of done) state.member.worked(cost / done.length);
    return { done, cost };
  }

  /** Returns whether it is dealt with; a merge may need more turns. */
  #applyOne(entry: Waiting, slice: MergeSlice, isHere: (member: Member) => boolean): boolean {
    const { gate, merges, clock, counters } = this.#parts;
    const { state, update, merge, count } = entry;
    const heavy = state.heavy === entry;
    // Nobody who has left is waited for: they bring the rest when they come again.
    const goOnLater = (): false => {
      if (isHere(state.member)) merges.add(state);
      return false;
    };
    if (heavy && (!state.member.mayMerge || slice.isOver())) return goOnLater();
    const started = heavy ? clock.now() : 0;
    try {
      const result = gate.apply(update, state.member, merge, heavy ? slice.isOver : undefined);
      if (result === 'more') return goOnLater();
      if (result === 'gap') this.askAgain(entry);
      else if (merge) state.closeGap(count);
      counters.applied += 1;
    } catch (error) {
      counters.countRefusal(error);
      if (!(error instanceof UpdateRefused)) throw error;
      this.refuse(entry, error);
    } finally {
      if (heavy) state.member.worked(clock.now() - started);
    }
    if (heavy) {
      state.heavy = null;
      merges.remove(state);
    }
    return true;
  }

  /** Ends the connection of the one who sent what does not get in. */
  refuse({ state, count }: Waiting, refused: UpdateRefused): void {
    const { logger, name } = this.#parts;
    logger.warn(
      { document: name, member: state.member.id, code: refused.code, reason: refused.message },
      'An update was refused.',
    );
    state.holdFrom(count);
    const { code, reason } = closeOfRefusal(refused);
    state.member.close(code, reason);
  }

  /** Something an update builds on is missing: the member is asked for all that the document lacks. */
  askAgain({ state, count, merge }: Waiting): void {
    const next = state.foundGap(count, merge);
    if (next === 'ask') state.member.deliver([encodeSyncStep1(Y.encodeStateVector(this.#parts.doc))]);
    if (next === 'give-up') closeForGaps(state.member);
  }
}
