import type { Plugin } from 'vite';

/** What Yjs uses of lib0/logging: styles, which are nothing here, and two functions. */
const SOURCE = `
export const BOLD = '', UNBOLD = '', ORANGE = '', RED = '';
export const print = (...parts) => console.log(...parts);
export const warn = (...parts) => console.warn(...parts);
`;

const LOGGING_ID = '\0plain-logging';
const BROWSER_ID = '\0browser';

/** Where the module runs, as lib0 asks: always in a browser. */
const BROWSER = 'export const isBrowser = true, getVariable = () => null;';

/**
 * Puts plain messages in the place of lib0's logging, which can colour what it says, and which Yjs needs for five lines that hardly
 * anybody ever sees: 0.6 kB of the module after gzip. A name that is missing here fails the build. And
 * lib0 does not look for what it runs in: 0.8 kB.
 */
export function plainLogging(): Plugin {
  return {
    name: 'plain-logging',
    enforce: 'pre',
    resolveId: (source, importer = '') => {
      if (source === 'lib0/logging') return LOGGING_ID;
      const isLib0 = importer.includes('/node_modules/lib0/');
      return source === 'lib0/environment' || (source === './environment.js' && isLib0) ? BROWSER_ID : null;
    },
    load: (id) => (id === LOGGING_ID ? SOURCE : id === BROWSER_ID ? BROWSER : null),
  };
}
