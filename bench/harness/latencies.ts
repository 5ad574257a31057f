/** A collection of durations in milliseconds. */
export class Latencies {
  #values = new Float64Array(4096);
  #count = 0;
  #sorted = true;

  add(milliseconds: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = milliseconds;
    this.#sorted = false;
  }

  get count(): number {
    return this.#count;
  }

  /** The value below which this share (0 to 1) of all lies; NaN when there are none. */
  quantile(share: number): number {
    if (!this.#sorted) {
      this.#values.subarray(0, this.#count).sort();
      this.#sorted = true;
    }
    return this.#count === 0
      ? Number.NaN
      : (this.#values[Math.min(this.#count - 1, Math.floor(share * this.#count))] ?? 0);
  }

  get p50(): number {
    return this.quantile(0.5);
  }

  get p99(): number {
    return this.quantile(0.99);
  }

  get worst(): number {
    return this.quantile(1);
  }

  clear(): void {
    this.#count = 0;
  }
}
