import { RunningTests } from './running-tests.mjs';

/** Reporter of vitest. A file counts as running, too: what hangs may be a hook. */
export default class {
  #running = new RunningTests();

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleStart(module) {
    this.#running.began(module.id, module.relativeModuleId);
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    this.#running.ended(module.id);
  }

  /** @param {import('vitest/node').TestCase} test */
  onTestCaseReady(test) {
    this.#running.began(test.id, `${test.module.relativeModuleId} > ${test.fullName}`);
  }

  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    this.#running.ended(test.id);
  }
}
