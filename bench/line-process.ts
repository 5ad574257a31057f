import { writeFileSync } from 'node:fs';
import { LINES } from './lines.ts';

// The load generator: runs one line and writes its rows, as JSON, into a file. `node line-process.ts NAME FILE`
const [name, file] = process.argv.slice(2);
const line = LINES.find((candidate) => candidate.name === name);
if (line === undefined || file === undefined) throw new Error(`no line ${name}`);
const rows = await line.run((text) => console.error(`  ${text}`));
writeFileSync(file, JSON.stringify(rows));
// Sockets and timers that a line left open keep nothing waiting.
process.exit(0);
