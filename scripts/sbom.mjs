import './node-version.mjs';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './install.mjs';
import { ROOT } from './project.mjs';
import { main, StepFailed } from './run.mjs';

/** Part of the package. */
const OUTPUT = 'dist/sbom.cdx.json';

// Writes the list of all packages that ship with Coscribe or are installed with it, as CycloneDX, from package-lock.json.
await main(async () => {
  const { code, output } = await npm([
    'sbom',
    '--prefix',
    ROOT,
    '--package-lock-only',
    '--omit=dev',
    '--sbom-format=cyclonedx',
    '--loglevel=error',
  ]);
  if (code !== 0) throw new StepFailed('npm could not list the packages; it said why above.', output);
  const { serialNumber: _serialNumber, ...bom } = JSON.parse(output);
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // What differs from run to run goes, so that the same checkout makes the same package. npm names it after its folder.
  const { timestamp: _timestamp, tools: _tools, ...metadata } = bom.metadata;
  const component = { ...metadata.component, name, version };
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, OUTPUT), `${JSON.stringify({ ...bom, metadata: { ...metadata, component } }, null, 2)}\n`);
  console.error(`Wrote ${OUTPUT}: ${bom.components.length} packages.`);
});
