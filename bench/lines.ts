import type { Line } from './line.ts';
import { durable } from './lines/durable.ts';
import { fanOut } from './lines/fan-out.ts';
import { quiet } from './lines/quiet.ts';

/** All lines, in the order of the table. */
export const LINES: readonly Line[] = [fanOut, quiet, durable];
