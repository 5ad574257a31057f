import type { Histogram } from 'prom-client';

/** A quantile of what a histogram observed between two looks at it, as exactly as its buckets are. */
export class QuantileSince {
  readonly #histogram: Histogram;
  /** By the upper bound, how many observations were not above it. */
  #before = new Map<number, number>();

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  /** Within what `part` of the observations since the last call were; 0 when there was none. */
  async read(part: number): Promise<number> {
    const { values } = await this.#histogram.get();
    const now = new Map<number, number>();
    for (const { metricName, labels, value } of values) {
      if (metricName?.endsWith('_bucket') === true) now.set(bound(labels['le']), value);
    }
    const bounds = [...now.keys()].sort((a, b) => a - b);
    const counts = bounds.map((le) => (now.get(le) ?? 0) - (this.#before.get(le) ?? 0));
    this.#before = now;
    const wanted = (counts.at(-1) ?? 0) * part;
    if (wanted === 0) return 0;
    const at = counts.findIndex((count) => count >= wanted);
    const [below, above] = [at === 0 ? 0 : (bounds[at - 1] ?? 0), bounds[at] ?? 0];
    // Above the last bound nothing is known but that.
    if (above === Number.POSITIVE_INFINITY) return below;
    const [before, count] = [at === 0 ? 0 : (counts[at - 1] ?? 0), counts[at] ?? 0];
    return below + ((above - below) * (wanted - before)) / (count - before);
  }
}

function bound(le: string | number | undefined): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}
