/** The engines that the core suite runs in. */
export const ENGINES = ['chromium', 'firefox', 'webkit'] as const;

export type EngineName = (typeof ENGINES)[number];

/**
 * What a browser may refuse to its pages: to keep anything, to keep as much as they ask for, service workers, the clipboard, and to keep
 * anything for a page in a frame of another site.
 */
export type Refusal = 'storage' | 'room' | 'workers' | 'clipboard' | 'storage in frames';

/** A browser engine that is driven as a person would: by keys and pointer, never by calls into the product. */
export interface Engine {
  readonly name: EngineName;
  /** Somebody's browser: its storage, caches and service workers are shared with nobody. */
  openBrowser(refuses?: Refusal): Promise<Browser>;
  stop(): Promise<void>;
}

export interface Browser {
  /** As the browser says it, such as `153.8.0`. */
  readonly version: string;
  /** The process that all others of this browser come from; null where it has them in common with other browsers. */
  readonly pid: number | null;
  openTab(): Promise<Tab>;
  close(): Promise<void>;
}

/** Keys by the names of `KeyboardEvent.key`, joined by `+`: `Enter`, `Control+End`, `Shift+ArrowLeft`. */
export type Keys = string;

/** A place in the window, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One tab of a browser. Elements are named by CSS selectors that all three engines know. */
export interface Tab {
  /** Opens an address and waits until the page has loaded. */
  open(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Runs a function in the page with arguments that JSON can carry, and returns what it returns, awaited. */
  run<A extends readonly unknown[], R>(task: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Types into whatever has the focus, key by key. */
  type(text: string): Promise<void>;
  press(keys: Keys): Promise<void>;
  /** Presses the left button at the middle of an element and lets it go. */
  click(selector: string): Promise<void>;
  /** Presses the left button at one place, moves to another in steps, and lets it go. */
  drag(from: Point, to: Point): Promise<void>;
  /** Chooses files of this machine in a file field. */
  chooseFile(selector: string, path: string): Promise<void>;
  /** Prints to a PDF, or null where the engine cannot be told to. */
  print(): Promise<Uint8Array | null>;
  /** A PNG of what is in the window. */
  picture(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Where the middle of an element is, once it stays there from one frame to the next: nobody presses what still moves. Runs in the page. */
export async function middleOf(selector: string): Promise<Point> {
  for (let before = { x: Number.NaN, y: Number.NaN }; ; ) {
    const element = document.querySelector(selector);
    if (element === null) throw new Error(`Nothing in the page is ${selector}`);
    element.scrollIntoView({ block: 'nearest' });
    const { x, y, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) throw new Error(`${selector} has no size: it is not shown`);
    const middle = { x: x + width / 2, y: y + height / 2 };
    if (middle.x === before.x && middle.y === before.y) return middle;
    before = middle;
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** A function with its arguments as a script that calls it: what a driver sends to the page. */
export function callOf<A extends readonly unknown[]>(task: (...args: A) => unknown, args: A): string {
  return `(${task.toString()})(...${JSON.stringify(args)})`;
}

/** The keys that are held, and the one that is pressed meanwhile. */
export function splitKeys(keys: Keys): { held: readonly string[]; last: string } {
  const names = keys.split('+');
  return { held: names.slice(0, -1), last: names.at(-1) ?? '' };
}
