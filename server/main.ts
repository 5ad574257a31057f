#!/usr/bin/env node
// What `coscribe` is started by. An older Node.js must be able to read this file, and nothing else of the program: so it imports
// nothing before it has looked, and is written in old syntax.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `coscribe: Coscribe needs Node.js 20.19 or newer; this is ${process.versions.node}. Install one from https://nodejs.org and run the command again.\n`,
  );
  process.exitCode = 1;
} else {
  void import('./command/run.ts').then(({ runCommandLine }) => runCommandLine());
}
