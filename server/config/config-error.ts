/** A setting or option is wrong. The message says what was given, what was expected and what to do; it holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
