import { spawn } from 'node:child_process';
import { ROOT } from './project.mjs';

/**
 * How a command ended.
 * @typedef {object} Ended
 * @property {number} code its exit code; 127 when it could not start, 1 when a signal ended it
 * @property {string} output what it printed on both streams, in order; empty when `show` was set
 * @property {boolean} timedOut whether the time limit ended it
 * @property {number} ms how long it took, in milliseconds
 */

/**
 * @typedef {object} RunOptions
 * @property {boolean} [show] print the output as it comes instead of collecting it
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {number} [limitMs] end the command after this many milliseconds
 * @property {boolean} [exitOnSignal] whether a signal ends this process with the command (it does unless set to false)
 */

/** A command that ignores a polite end gets this long before a hard one, in milliseconds. */
const GRACE_MS = 5_000;

/**
 * Runs a command in the checkout, without a shell and without stdin. A signal to this process goes to the command too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>} never rejects: a command that cannot start is an exit code like any other
 */
export function run(command, args, { show = false, env = {}, limitMs, exitOnSignal = true } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });

    let output = '';
    let timedOut = false;
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
    });

    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      child.kill(signal);
      if (exitOnSignal) process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);

    /** @type {NodeJS.Timeout | undefined} */
    let hardEnd;
    const limit =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGTERM');
            hardEnd = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
          }, limitMs);

    const end = (/** @type {number} */ code) => {
      clearTimeout(limit);
      clearTimeout(hardEnd);
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      resolve({ code, output, timedOut, ms: performance.now() - started });
    };
    child.on('error', (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}

/**
 * Runs a JavaScript tool with this Node.js.
 * @param {string} file one of TOOLS
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runTool(file, args, options) {
  return run(process.execPath, [file, ...args], options);
}

/**
 * Milliseconds for a person: `0.4 s`, `12 s`, `2 min 5 s`.
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A step that failed in a way that the person at the terminal can act on: the message is all they need to read. */
export class StepFailed extends Error {
  /**
   * @param {string} message what failed and what to do, in one line
   * @param {string} [output] what the command printed
   */
  constructor(message, output = '') {
    super(message);
    this.name = 'StepFailed';
    this.output = output;
  }
}

/**
 * Runs the body of a script: a StepFailed is printed as what it is, without a stack, and ends the process with code 1.
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (error.output !== '') console.error(error.output.trimEnd());
    console.error(error.message);
    process.exitCode = 1;
  }
}
