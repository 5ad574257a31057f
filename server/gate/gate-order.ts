import { UpdateRefused } from './update-refused.ts';
import { NONE, type ScannedBlock, type ScannedStruct, type UpdateScan } from './update-scan.ts';

/** A block that has to come as far as `until`, exclusive, before the one below it on the stack goes on. */
interface Need {
  readonly block: number;
  readonly until: number;
}

/**
 * Goes through the structs of a scan so that each comes after everything it builds on, clients with high ids first, which
 * is the order that costs Yjs least. `take(index)` takes in the struct `index` and as many of its block behind it as it
 * likes, and returns the index behind the last one; false stops. Returns whether all were taken.
 * @throws UpdateRefused when structs build on each other in a circle.
 */
export function inCausalOrder(scan: UpdateScan, take: (index: number) => number | false): boolean {
  if (scan.blockCount === 1) return takeBlock(scan.block(0), take);
  const next = Array.from({ length: scan.blockCount }, (_, i) => scan.block(i).first);
  const clockAt = (i: number): number => {
    const block = scan.block(i);
    const index = next[i] ?? block.last;
    return index < block.last ? scan.struct(index).clock : block.endClock;
  };
  const onStack = new Set<number>();
  const stack: Need[] = [];
  const push = (need: Need): void => {
    if (onStack.has(need.block)) throw new UpdateRefused('dependency-cycle');
    onStack.add(need.block);
    stack.push(need);
  };

  const order = next.map((_, i) => i).sort((a, b) => scan.block(b).client - scan.block(a).client);
  for (const first of order) {
    push({ block: first, until: Number.POSITIVE_INFINITY });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const index = next[top.block] ?? 0;
      if (index === scan.block(top.block).last || clockAt(top.block) >= top.until) {
        stack.pop();
        onStack.delete(top.block);
        continue;
      }
      const need = missing(scan, scan.struct(index), clockAt);
      if (need !== null) {
        push(need);
        continue;
      }
      const taken = take(index);
      if (taken === false) return false;
      next[top.block] = taken;
    }
  }
  return true;
}

function takeBlock(block: ScannedBlock, take: (index: number) => number | false): boolean {
  for (let index = block.first; index < block.last; ) {
    const taken = take(index);
    if (taken === false) return false;
    index = taken;
  }
  return true;
}

/** The first thing that `struct` builds on and that this update brings but has not been taken. */
function missing(scan: UpdateScan, struct: ScannedStruct, clockAt: (block: number) => number): Need | null {
  return (
    untaken(scan, struct, struct.originClient, struct.originClock, clockAt) ??
    untaken(scan, struct, struct.rightClient, struct.rightClock, clockAt) ??
    untaken(scan, struct, struct.parentClient, struct.parentClock, clockAt)
  );
}

function untaken(
  scan: UpdateScan,
  struct: ScannedStruct,
  client: number,
  clock: number,
  clockAt: (block: number) => number,
): Need | null {
  if (client === NONE || client === struct.client) return null;
  const block = scan.blockOf(client);
  if (block === NONE || clock < clockAt(block)) return null;
  return clock < scan.block(block).endClock ? { block, until: clock + 1 } : null;
}
