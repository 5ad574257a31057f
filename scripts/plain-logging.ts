import type { Plugin } from 'vite';

/** What Yjs uses of lib0/logging: styles, which are nothing here, and two functions. */
const SOURCE = `
export const BOLD = '', UNBOLD = '', ORANGE = '', RED = '';
export const print = (...parts) => console.log(...parts);
export const warn = (...parts) => console.warn(...parts);
`;

/**
 * Puts plain messages in the place of lib0's logging, which can colour what it says, and which Yjs needs for five lines that hardly
 * anybody ever sees: 0.6 kB of the module after gzip. A name that is missing here fails the build.
 */
export function plainLogging(): Plugin {
  return {
    name: 'plain-logging',
    enforce: 'pre',
    resolveId: (source) => (source === 'lib0/logging' ? '\0plain-logging' : null),
    load: (id) => (id === '\0plain-logging' ? SOURCE : null),
  };
}
