import type { CloseCode } from '../../protocol/close-codes.ts';
import { MessageType, SyncType } from '../../protocol/messages.ts';
import { UpdateRefused } from '../gate/update-refused.ts';
import type { Member } from './member.ts';
import type { Room } from './room.ts';

/** The host cannot have its update applied. The message says why. */
export class UpdateNotApplied extends Error {
  override readonly name = 'UpdateNotApplied';
}

function isQuestion(message: Uint8Array): boolean {
  return message[0] === MessageType.sync && message[1] === SyncType.step1;
}

/** Connections count up from 1, so these are nobody else's. */
let nextId = -1;

/**
 * The host as a member of a room, for one update: that takes the way of everybody's updates, through the gate too.
 * Resolves when it is durable.
 * @throws UpdateNotApplied
 */
export async function applyAsMember(room: Room, update: Uint8Array): Promise<void> {
  let member: Member | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      let hasJoined = false;
      const made: Member = {
        id: nextId--,
        person: null,
        mayWrite: true,
        congested: false,
        mayWork: true,
        mayMerge: true,
        worked: () => undefined,
        deliver: (messages) => {
          // A room that has something to ask, now or in the midst of a merge, has found a gap.
          if (hasJoined && messages.some(isQuestion)) {
            reject(new UpdateNotApplied('It builds on something that the document does not have.'));
          }
        },
        notify: () => undefined,
        stored: () => resolve(),
        close: (_code: CloseCode, reason: string) => reject(new UpdateNotApplied(reason)),
      };
      member = made;
      room.join(made);
      hasJoined = true;
      try {
        room.receive(made, update, { merge: true, count: 1 });
        // Whatever waits is applied now.
        room.text.read();
      } catch (error) {
        reject(error instanceof UpdateRefused ? new UpdateNotApplied(error.message, { cause: error }) : error);
      }
    });
  } finally {
    if (member !== null) room.leave(member);
  }
}
