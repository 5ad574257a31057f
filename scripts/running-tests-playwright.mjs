import { RunningTests } from './running-tests.mjs';

/** Reporter of Playwright. */
export default class {
  #running = new RunningTests();

  /** @param {import('playwright/types/testReporter').TestCase} test */
  onTestBegin(test) {
    this.#running.began(test.id, test.titlePath().slice(2).join(' > '));
  }

  /** @param {import('playwright/types/testReporter').TestCase} test */
  onTestEnd(test) {
    this.#running.ended(test.id);
  }

  printsToStdio() {
    return false;
  }
}
