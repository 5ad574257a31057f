import { readFileSync, writeFileSync } from 'node:fs';
import { duration } from './run.mjs';

/**
 * The file in which a test runner notes what it is running, so that somebody who has to end it can say what hangs.
 * Both runners are told it by this variable, and each has a reporter that writes it.
 */
export const RUNNING_TESTS_VARIABLE = 'COSCRIBE_RUNNING_TESTS';

/**
 * @typedef {object} Notes
 * @property {Record<string, { title: string, since: number }>} running by the runner's id; `since` is a date in milliseconds
 * @property {string | null} lastEnded title of the test that ended last
 */

/** Notes which tests are running. Without a file it does nothing. */
export class RunningTests {
  /** @type {Notes} */
  #notes = { running: {}, lastEnded: null };
  #file;

  /** @param {string | undefined} file */
  constructor(file = process.env[RUNNING_TESTS_VARIABLE]) {
    this.#file = file;
    this.#write();
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  began(id, title) {
    this.#notes.running[id] = { title, since: Date.now() };
    this.#write();
  }

  /** @param {string} id */
  ended(id) {
    const test = this.#notes.running[id];
    if (test === undefined) return;
    delete this.#notes.running[id];
    this.#notes.lastEnded = test.title;
    this.#write();
  }

  #write() {
    if (this.#file !== undefined) writeFileSync(this.#file, JSON.stringify(this.#notes));
  }
}

/**
 * What a runner was doing when it was ended, for a person.
 * @param {string} file that its reporter wrote
 * @param {number} [now] a date in milliseconds
 * @returns {string} lines
 */
export function describeRunningTests(file, now = Date.now()) {
  /** @type {Notes} */
  const { running, lastEnded } = JSON.parse(readFileSync(file, 'utf8'));
  const tests = Object.values(running).sort((one, other) => one.since - other.since);
  if (tests.length > 0)
    return ['Running were:', ...tests.map(({ title, since }) => `  ${title}, for ${duration(now - since)}`)].join('\n');
  return lastEnded === null
    ? 'Not a single test had begun.'
    : `No test was running. The last one to end was:\n  ${lastEnded}`;
}
