/** One row of the table of results. */
export interface Row {
  /** What was done. */
  readonly work: string;
  readonly ours: string;
  /** What the peers came to in the same run; empty where no peer does the work. */
  readonly peers: string;
  /** Ours against the peer that the target names; empty where it names none. */
  readonly ratio: string;
  readonly target: string;
  /** Null where there is no target. */
  readonly met: boolean | null;
}

/** A row, and how many cores other programs kept busy just before its line began: a figure of a busy machine is another one. */
export interface MeasuredRow extends Row {
  readonly load: number;
}

/** One line of the bench: it starts its servers, measures, stops them, and gives its rows. */
export interface Line {
  /** What `npm run bench -- NAME` calls it. */
  readonly name: string;
  /** One line for `--list`. */
  readonly title: string;
  /** Longest time it may take, in seconds; then it is ended, servers and all. */
  readonly limit: number;
  /** `say` is told what happens, for anyone who watches. */
  run(say: (text: string) => void): Promise<Row[]>;
}

/** Two or three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 0.1 || value === 0) return value.toFixed(2);
  return value.toPrecision(2);
}

/** `0.31 x`. */
export function times(value: number): string {
  return `${figure(value)} x`;
}
