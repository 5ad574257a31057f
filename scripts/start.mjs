import './node-version.mjs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT } from './project.mjs';
import { main } from './run.mjs';

// `npm start -- [options]`: makes the product when it is missing or stale, then is `coscribe serve [options]`. The
// server runs in this very process, so that signals, exit code and terminal are its own and a start costs one Node.js.
await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const server = join(ROOT, 'dist/server/main.js');
  process.argv.splice(1, 1, server, 'serve');
  await import(pathToFileURL(server).href);
});
