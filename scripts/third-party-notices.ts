import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Plugin } from 'vite';

/** The name of the file with the notices. */
const NOTICES_FILE = 'third-party-notices.txt';

/** Licences that let their work be passed on inside ours, as long as their text goes with it. */
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'MPL-2.0', 'OFL-1.1', '0BSD']);

const LICENCE_FILE = /^(licen[cs]e|copying|ofl)(\.(md|txt))?$/i;

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/**
 * Writes beside a build the licences of everything from other people that is in it: packages whose modules were bundled, and
 * packages whose files (typefaces) were copied. A package without a licence that allows this, or without its text, fails the build.
 * @param folder where in the build, with a slash at its end; empty for its top
 */
export function thirdPartyNotices(folder = ''): Plugin {
  return {
    name: 'coscribe-third-party-notices',
    apply: 'build',
    generateBundle(_options, bundle) {
      const sources = [
        ...this.getModuleIds(),
        ...Object.values(bundle).flatMap((output) =>
          output.type === 'asset'
            ? output.originalFileNames.map((path) => join(this.environment.config.root, path))
            : [],
        ),
      ];
      const packages = new Set(sources.flatMap((path) => packageFolder(path) ?? []));
      const notices = [...packages].map(readNotice).sort((a, b) => (a.name < b.name ? -1 : 1));
      this.emitFile({ type: 'asset', fileName: folder + NOTICES_FILE, source: writeNotices(notices) });
    },
  };
}

/** The folder of the package that a file belongs to; null when it is ours. */
export function packageFolder(path: string): string | null {
  const plain = path.replace(/^\0/, '').replace(/\?.*$/, '').replaceAll('/', sep);
  const mark = `${sep}node_modules${sep}`;
  const start = plain.lastIndexOf(mark);
  if (start === -1) return null;
  const [first = '', second = ''] = plain.slice(start + mark.length).split(sep);
  return join(plain.slice(0, start + mark.length), first.startsWith('@') ? join(first, second) : first);
}

/** @throws Error when the package may not be passed on as it is */
function readNotice(folder: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const here = `${name} ${version} (${dirname(folder)})`;
  if (!ALLOWED.has(license)) {
    throw new Error(
      `${here} has the licence "${license}", which is not on the list of scripts/third-party-notices.ts.`,
    );
  }
  const file = readdirSync(folder).find((entry) => LICENCE_FILE.test(entry));
  if (file === undefined) throw new Error(`${here} comes without the text of its licence.`);
  return { name, version, license, text: readFileSync(join(folder, file), 'utf8').trim() };
}

/** One section a licence text: packages of one author often share it to the letter. */
export function writeNotices(notices: readonly Notice[]): string {
  const byText = new Map<string, Notice[]>();
  for (const notice of notices) byText.set(notice.text, [...(byText.get(notice.text) ?? []), notice]);
  const sections = [...byText].map(([text, packages]) => {
    const names = packages.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  const intro = 'Coscribe is under the MIT licence. It holds work of other people under these licences:\n';
  return [intro, ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}
