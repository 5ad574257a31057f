import '../scripts/node-version.mjs';
import { join } from 'node:path';
import { ensureBuilt } from '../scripts/build.mjs';
import { ensureInstalled } from '../scripts/install.mjs';
import { ROOT } from '../scripts/project.mjs';
import { main, run } from '../scripts/run.mjs';

// `npm run bench [-- NAME… | --list]`: installs the peers and builds server and site where that is missing or stale, then measures.
await main(async () => {
  await ensureInstalled();
  await ensureInstalled(join(ROOT, 'bench/peers'));
  if (!process.argv.includes('--list')) await ensureBuilt(['server', 'web']);
  const { code } = await run(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'bench/main.ts'), ...process.argv.slice(2)],
    { show: true },
  );
  process.exitCode = code;
});
