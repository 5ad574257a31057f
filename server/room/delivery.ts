import * as Y from 'yjs';
import { CLOSE_CODES } from '../../protocol/close-codes.ts';
import { encodeAwareness, encodeSyncStep2, encodeUpdate } from '../../protocol/messages.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log/logger.ts';
import { closeForReload } from './close-member.ts';
import type { Member } from './member.ts';
import type { MemberState } from './member-state.ts';
import type { Presence } from './presence.ts';
import type { CompressedState, WholeState } from './whole-state.ts';

/** What reaches the members of one room, each as fast as it reads (SYN-3). */
export class Delivery {
  readonly #doc: Y.Doc;
  readonly #whole: WholeState;
  readonly #presence: Presence;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(doc: Y.Doc, whole: WholeState, presence: Presence, clock: Clock, logger: Logger) {
    this.#doc = doc;
    this.#whole = whole;
    this.#presence = presence;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Sends to all of `states` what a turn brought, text first. `soleAuthor` wrote all of the text and has it already. */
  fanOut(
    states: Iterable<MemberState>,
    text: readonly Uint8Array[],
    presence: readonly Uint8Array[],
    soleAuthor: MemberState | null,
  ): void {
    if (text.length === 0 && presence.length === 0) return;
    const both = presence.length === 0 ? text : [...text, ...presence];
    let stateVector: Uint8Array | null = null;
    for (const state of states) {
      if (state.behind !== null) {
        state.behind.missed = true;
        continue;
      }
      const messages = state === soleAuthor ? presence : both;
      if (messages.length > 0) state.member.deliver(messages);
      if (state.member.congested) {
        stateVector ??= Y.encodeStateVector(this.#doc);
        state.behind = { stateVector, since: this.#clock.now(), missed: false };
      }
    }
  }

  /** Answers a sync step 1 with what the member lacks. What waits for the turn reaches it then, like everybody. */
  answer(state: MemberState, stateVector: Uint8Array): void {
    const { member } = state;
    const started = this.#clock.now();
    const hasNothing = stateVector.length === 1;
    const compressed = hasNothing && member.decompresses === true ? this.#whole.compressed() : null;
    const answer = () =>
      hasNothing ? this.#whole.messages() : [[encodeSyncStep2(Y.encodeStateAsUpdate(this.#doc, stateVector))]];
    const messages = compressed === null ? answer() : [];
    member.worked(this.#clock.now() - started);
    for (const group of messages) member.deliver(group);
    if (compressed === null) return;
    this.#deliverCompressed(state, compressed).catch((err: unknown) => {
      this.#logger.error({ err }, 'A compressed state could not be sent.');
      closeForReload(member);
    });
  }

  /** Other threads compress. What happens meanwhile builds on what the member does not have yet, so it gets that behind it. */
  async #deliverCompressed(state: MemberState, { stateVector, message }: CompressedState): Promise<void> {
    const { member } = state;
    state.awaitsCompression = true;
    state.behind ??= { stateVector, since: this.#clock.now(), missed: false };
    const compressed = await message;
    state.awaitsCompression = false;
    if (compressed !== null) member.deliver([compressed]);
    else for (const group of this.#whole.messages()) member.deliver(group);
    if (!member.congested) this.drained(state);
  }

  /** The member has read what was congested: it gets all it missed in one update. */
  drained(state: MemberState | undefined): void {
    if (state === undefined || state.awaitsCompression) return;
    const { member, asked, behind } = state;
    state.asked = null;
    if (asked !== null) this.answer(state, asked);
    if (behind === null || state.awaitsCompression) return;
    state.behind = null;
    if (!behind.missed) return;
    const messages = [encodeUpdate(Y.encodeStateAsUpdate(this.#doc, behind.stateVector))];
    member.deliver([...messages, ...this.everyone()]);
  }

  /** Sends `member` every awareness state. Once a congested one has drained it is told anyway. */
  tellPresence(member: Member): void {
    const messages = member.congested ? [] : this.everyone();
    if (messages.length > 0) member.deliver(messages);
  }

  /** Closes those that have been behind for longer than `deadline` milliseconds. */
  closeStragglers(states: Iterable<MemberState>, deadline: number): void {
    const now = this.#clock.now();
    for (const { member, behind } of states) {
      if (behind !== null && now - behind.since > deadline) {
        member.close(CLOSE_CODES.tryAgainLater, 'The connection was too slow to follow.');
      }
    }
  }

  /** Whether anything of the presence has changed that nobody was told. */
  get hasPresence(): boolean {
    return this.#presence.hasChanges;
  }

  /** What changed of the presence since it was last asked for, as a message; none when nothing did. */
  changedPresence(): readonly Uint8Array[] {
    const changes = this.#presence.hasChanges ? this.#presence.takeChanges() : null;
    return changes === null ? [] : [encodeAwareness(changes)];
  }

  /** Every awareness state, as a message; none when nobody shows one. */
  everyone(): readonly Uint8Array[] {
    const everyone = this.#presence.everyone();
    return everyone === null ? [] : [encodeAwareness(everyone)];
  }
}
