import { ConfigError } from '../config/config-error.ts';

type Check = (value: unknown) => string | null;

/** Longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

const isFunction: Check = (value) => (typeof value === 'function' ? null : 'must be a function');

const isSwitch: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

const isTime: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER
    ? null
    : `must be a number of milliseconds from 0 to ${LONGEST_TIMER}`;

/** An object with methods; those of the second list may be missing. */
function hasMethods(needed: readonly string[], optional: readonly string[] = []): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null) return `must be an object with ${methodNames(needed)}`;
    const of = (name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
    const wrong =
      needed.find((name) => typeof of(name) !== 'function') ??
      optional.find((name) => of(name) !== undefined && typeof of(name) !== 'function');
    return wrong === undefined ? null : `must have a method ${methodNames([wrong])}`;
  };
}

function methodNames(names: readonly string[]): string {
  return names.map((name) => `${name}()`).join(', ');
}

/** What only programs give: every option of `createServer` that is no setting. */
const CHECKS: Readonly<Record<string, Check>> = {
  authenticator: hasMethods(['authorize'], ['onChange']),
  store: hasMethods(['get', 'read', 'write', 'close']),
  logger: hasMethods(['debug', 'info', 'warn', 'error']),
  site: isSwitch,
  onConnect: isFunction,
  onClose: isFunction,
  onChange: isFunction,
  onStored: isFunction,
  changeDebounce: isTime,
  changeMaxWait: isTime,
};

/**
 * Checks what a program gave besides settings, since not every program is checked by a compiler.
 * @throws ConfigError naming the option and what was expected
 */
export function checkCreateOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw new ConfigError('The options must be an object.');
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const problem = value === undefined ? null : check(value);
    if (problem !== null) throw new ConfigError(`"${name}" in the options ${problem}.`);
  }
}
