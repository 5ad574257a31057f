import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ATTACKS, type AttackName, type Deeds } from '../server/testing/attack/attacks.ts';
import { type Delays, HonestPeople } from '../server/testing/attack/honest-people.ts';
import { ServerProcess } from '../server/testing/server-process.ts';
import { ownerKey } from '../server/testing/shared-document.ts';
import { JWT_SECRET } from '../server/testing/token-source.ts';
import { circumstances, writeReport } from './reliability-page.ts';
import { ROOT } from './source-files.ts';

// `npm run attack`: attacks a server as `npm start` runs it while people write in other documents, and writes into
// docs/reliability.md how long their edits took. Exit code 1 when anything that docs/security.md promises did not hold.

const USAGE = `npm run attack -- [--only ${Object.keys(ATTACKS).join(',')}] [--seconds 10] [--dry]
  --seconds  how long each attack goes on
  --dry      leave docs/reliability.md alone`;

/** What edits of other documents may take, 99 of 100, in milliseconds. */
const MAX_P99 = 200;

/** What an attack may cost the process in memory, in bytes. */
const MAX_MEMORY = 512 * 2 ** 20;

/** Lines that the log may grow by in one attack: those of a minute, of two kinds or three. */
const MAX_LINES = 4_000;

/** Seconds before an attack in which people are measured by themselves. */
const CALM = 4;

/** Of the process of the strangers, as `nice` counts. */
const ATTACKER_PRIORITY = 15;

const API_KEY = 'k'.repeat(32);

/** The point that each attack stands for, and what it is. */
const ABOUT: Readonly<Record<AttackName, string>> = {
  fragments: '1: messages of 16,300 pieces without an end, from 40 sockets',
  'client-ids': '2: very many client ids in one document, and somebody who types in it',
  sockets: '3: idle sockets, requests and upgrades of one address',
  rooms: '4: silent connections to names that nobody wrote, from eight addresses',
  neighbours: '5, 9: bad tokens, links and keys at the address of the people themselves',
  passwords: '5: seventeen addresses set passwords on their links',
  logs: '6: closes with a line in the log each',
  'token-editor': '7: an editor by token creates documents to own them',
  'ended-rights': '10: floods from a banned address and into a frozen document',
};

interface Outcome {
  readonly name: AttackName;
  readonly before: Delays;
  readonly during: Delays;
  readonly memory: number;
  readonly visits: number;
  readonly deeds: Deeds;
  readonly load: number;
  /** Sentences; none when all held. */
  readonly faults: readonly string[];
}

async function command(url: string, method: string, path: string, body?: object, key = API_KEY): Promise<Response> {
  return fetch(`${url}/api/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

/** Somebody opens a link with a password again and again while others set theirs; returns complaints. */
async function enterByPassword(url: string, isOver: () => boolean): Promise<string[]> {
  const key = ownerKey();
  const password = 'the right password';
  await command(url, 'PUT', 'documents/locked', {}, key);
  const made = await command(url, 'POST', 'documents/locked/links', { role: 'viewer', password }, key);
  const { link } = (await made.json()) as { link: string };
  const complaints: string[] = [];
  while (!isOver()) {
    const { status } = await command(url, 'POST', 'documents/locked/ticket', { link, password }, '');
    if (status !== 200) complaints.push(`the right password was answered with ${status}`);
    await wait(0.5);
  }
  return complaints;
}

/** Runs an attack against a server of its own. */
async function run(name: AttackName, seconds: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'coscribe-attack-'));
  // As `npm start` has it, but for two secrets without which there are no tokens and nobody to ban.
  const environment = { COSCRIBE_JWT_SECRET: JWT_SECRET, COSCRIBE_API_KEY: API_KEY };
  const server = await ServerProcess.start(folder, ['--port', '0'], { environment });
  const { url } = server;
  await command(url, 'PUT', 'documents/good', { content: 'Good.' });
  await command(url, 'PATCH', 'documents/good/access', { anyone: null });
  await command(url, 'PUT', 'documents/frozen', { content: 'Frozen.' });
  if (name === 'ended-rights') await command(url, 'PUT', 'documents/frozen/frozen', {});
  const people = await HonestPeople.start(url);
  await wait(1);
  people.take();
  await wait(CALM);
  const before = people.take();
  const linesBefore = server.output.stdout.split('\n').length;
  const memoryBefore = server.residentBytes;
  let memory = 0;
  const sampling = setInterval(() => {
    if (!server.hasEnded) memory = Math.max(memory, server.residentBytes - memoryBefore);
  }, 200);
  let isOver = false;
  const entering = name === 'passwords' ? enterByPassword(url, () => isOver) : Promise.resolve([]);
  const attacker = join(ROOT, 'server/testing/attack/attacker.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', attacker, name, url, String(seconds)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Strangers have machines of their own: here they get what the server and the people leave of this one.
  if (child.pid !== undefined) setPriority(child.pid, ATTACKER_PRIORITY);
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = once(child, 'exit');
  if (name === 'ended-rights') {
    await wait(seconds / 4);
    await command(url, 'POST', 'admin/bans', { address: '127.0.0.9' });
  }
  await ended;
  isOver = true;
  const load = loadavg()[0] ?? 0;
  const during = people.take();
  clearInterval(sampling);
  const faults = await entering;
  const isAlive = !server.hasEnded && (await fetch(`${url}/healthz`)).status === 200;
  if (isAlive) await people.end();
  else faults.push('the server has ended');
  faults.push(...people.complaints);
  const deeds = JSON.parse(said || '{}') as Deeds;
  const lines = server.output.stdout.split('\n').length - linesBefore;
  if (lines > MAX_LINES) faults.push(`the log grew by ${lines} lines`);
  if (!(during.p99 < MAX_P99)) faults.push(`p99 of other documents was ${Math.round(during.p99)} ms`);
  if (memory > MAX_MEMORY) faults.push(`the process grew by ${megabytes(memory)} MB`);
  if ((deeds['documents owned'] ?? 0) > 0) faults.push('an editor by token owned documents');
  if (isAlive && name === 'ended-rights') {
    const text = await (await command(url, 'GET', 'documents/frozen/text')).text();
    if (text !== 'Frozen.') faults.push('somebody wrote in a frozen document');
  }
  const code = await server.end('SIGTERM');
  if (code !== 0) faults.push(`the server stopped with ${code}`);
  await rm(folder, { recursive: true });
  return { name, before, during, memory, visits: people.visits, deeds: { ...deeds, 'log lines': lines }, load, faults };
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
const number = (value: number) => Math.round(value).toLocaleString('en-US');

function describe({ name, before, during, memory, visits, deeds, load, faults }: Outcome): string {
  const done = Object.entries(deeds).map(([what, count]) => `${number(count)} ${what}`);
  const times = ({ p50, p99, max }: Delays) => [p50, p99, max].map((time) => time.toFixed(1)).join(' / ');
  const refused = faults.length === 0 ? `0 of ${number(visits)}` : faults.slice(0, 3).join('; ');
  const cells = [ABOUT[name], done.join(', '), times(before), times(during), `${megabytes(memory)} MB`, refused];
  return `| ${[...cells, load.toFixed(1)].join(' | ')} |`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      dry: { type: 'boolean', default: false },
    },
  });
  if (!existsSync(join(ROOT, 'dist/server/main.js'))) throw new Error('There is no build yet: npm run build');
  const only = values.only?.split(',') ?? Object.keys(ATTACKS);
  const names = (Object.keys(ATTACKS) as AttackName[]).filter((name) => only.includes(name));
  const seconds = Number(values.seconds);
  if (names.length !== only.length || !(seconds > 0)) throw new Error('There is no such attack, or no time for it.');
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const outcome = await run(name, seconds);
    outcomes.push(outcome);
    console.log(describe(outcome));
    for (const fault of new Set(outcome.faults)) console.error(`  ${name}: ${fault}`);
  }
  const table = [
    ...circumstances(`\`npm run attack -- ${process.argv.slice(2).join(' ')}\``),
    '',
    '| attack | what came | p50 / p99 / max before, ms | during, ms | memory | refused or wrong | load |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(describe),
  ].join('\n');
  if (!values.dry) writeReport('attack', table);
  process.exitCode = outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
});
