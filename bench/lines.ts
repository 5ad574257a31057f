import type { Line } from './line.ts';
import { bigCrowd } from './lines/big-crowd.ts';
import { coldOpen } from './lines/cold-open.ts';
import { durable } from './lines/durable.ts';
import { editor } from './lines/editor.ts';
import { fanOut } from './lines/fan-out.ts';
import { firstKeyLine } from './lines/first-key.ts';
import { gate } from './lines/gate.ts';
import { handshake } from './lines/handshake.ts';
import { http } from './lines/http.ts';
import { idle } from './lines/idle.ts';
import { joiningStorm } from './lines/joining-storm.ts';
import { mostUpdates } from './lines/most-updates.ts';
import { pastSessions } from './lines/past-sessions.ts';
import { quiet } from './lines/quiet.ts';
import { unload } from './lines/unload.ts';

/** All lines, in the order of the table. */
export const LINES: readonly Line[] = [
  fanOut,
  mostUpdates,
  quiet,
  bigCrowd,
  http,
  idle,
  durable,
  coldOpen,
  handshake,
  pastSessions,
  unload,
  joiningStorm,
  gate,
  editor,
  firstKeyLine,
];
