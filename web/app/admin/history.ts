import type { Sample } from '../../../protocol/dashboard.ts';

/** As many as the server keeps: an hour, one each five seconds. */
const MAX_SAMPLES = 720;

/** A gap of this length, in milliseconds, is drawn as one: nobody knows what was between. */
const GAP = 20_000;

/** The samples of the last hour, in columns as a graph takes them. */
export class History {
  #names: readonly string[] = [];
  #samples: Sample[] = [];

  /** Adds samples that follow those before. A server that was started again begins with another first number. */
  add(names: readonly string[], samples: readonly Sample[]): void {
    const [first] = samples;
    if (first === undefined) return;
    const last = this.#samples.at(-1);
    // Of a server that started again while the page was open: its numbers begin again, its hour does not go on.
    if (last !== undefined && first.number <= last.number)
      this.#samples = this.#samples.filter(({ at }) => at < first.at);
    this.#names = names;
    this.#samples = [...this.#samples, ...samples].slice(-MAX_SAMPLES);
  }

  get length(): number {
    return this.#samples.length;
  }

  /** The newest value of a series; null before the first. */
  latest(name: string): number | null {
    return this.#samples.at(-1)?.values[this.#names.indexOf(name)] ?? null;
  }

  /** Seconds since 1970, and the values of the series, with null where a gap is. */
  columns(names: readonly string[]): [number[], ...(number | null)[][]] {
    const indices = names.map((name) => this.#names.indexOf(name));
    const times: number[] = [];
    const values: (number | null)[][] = names.map(() => []);
    let before: number | null = null;
    for (const { at, values: all } of this.#samples) {
      if (before !== null && at - before > GAP) {
        times.push((before + at) / 2_000);
        for (const column of values) column.push(null);
      }
      times.push(at / 1000);
      for (const [column, index] of indices.entries()) values[column]?.push(all[index] ?? null);
      before = at;
    }
    return [times, ...values];
  }

  /** One sample each five minutes, the newest first, for those who read rather than look. */
  readable(names: readonly string[]): { at: number; values: number[] }[] {
    const indices = names.map((name) => this.#names.indexOf(name));
    const rows: { at: number; values: number[] }[] = [];
    for (let at = this.#samples.length - 1; at >= 0; at -= 60) {
      const sample = this.#samples[at];
      if (sample !== undefined) rows.push({ at: sample.at, values: indices.map((index) => sample.values[index] ?? 0) });
    }
    return rows;
  }
}
