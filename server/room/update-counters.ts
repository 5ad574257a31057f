import { type RefusalCode, UpdateRefused } from '../gate/update-refused.ts';

/** How many updates all rooms of a server took; read when somebody asks for the metrics. */
export class UpdateCounters {
  received = 0;
  applied = 0;
  readonly refused = new Map<RefusalCode, number>();

  /** Counts a refusal; any other error is none. */
  countRefusal(error: unknown): void {
    if (error instanceof UpdateRefused) this.refused.set(error.code, (this.refused.get(error.code) ?? 0) + 1);
  }
}
