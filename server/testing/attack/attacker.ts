import { ATTACKS, type AttackName } from './attacks.ts';

// The process of the strangers: `attacker.ts NAME URL SECONDS`; writes what it did as one line of JSON.

const [name = '', url = '', seconds = ''] = process.argv.slice(2);
if (!(name in ATTACKS)) throw new Error(`There is no attack ${name}.`);
// What a hostile socket dies of is no matter here.
process.on('uncaughtException', () => undefined);
const deeds = await ATTACKS[name as AttackName]({ url, until: performance.now() + Number(seconds) * 1_000 });
process.stdout.write(`${JSON.stringify(deeds)}\n`, () => process.exit(0));
