// Imported first by every script that a person runs, before anything that an older Node.js cannot read. Plain old syntax.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Coscribe needs Node.js 20.19 or newer; this is ${process.versions.node}. Install one from https://nodejs.org and run the command again.`,
  );
  process.exit(1);
}
