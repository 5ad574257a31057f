import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './source-files.ts';

const run = promisify(execFile);

/** What `npm pack` would put into the package, by path. Needs a build. */
async function packedFiles(): Promise<string[]> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
  const answer: unknown = JSON.parse(stdout);
  // npm 11 answers with one entry a package, earlier versions with a list.
  const [packed] = Object.values(answer as Record<string, { files: { path: string }[] }>);
  return (packed?.files ?? []).map(({ path }) => path);
}

/** A project of somebody else that has installed the package. Needs a build. */
export class PackedProject {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Truly packed, and installed by npm, with dependencies from the registry: the newest that fit. */
  static async install(): Promise<PackedProject> {
    const project = await PackedProject.#empty();
    const { folder } = project;
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [{ filename }] = Object.values(JSON.parse(packed.stdout) as Record<string, { filename: string }>) as [
      { filename: string },
    ];
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, filename)], {
      cwd: folder,
    });
    return project;
  }

  /**
   * The same files in the same places, without asking a registry: what the package declares as its dependencies, and nothing
   * else, are those of the checkout, as links.
   * @param others packages of the checkout that the project has for itself
   */
  static async make(others: readonly string[] = []): Promise<PackedProject> {
    const project = await PackedProject.#empty();
    const { folder } = project;
    const modules = join(folder, 'node_modules');
    const target = join(modules, 'coscribe');
    await Promise.all((await packedFiles()).map((path) => cp(join(ROOT, path), join(target, path))));
    const { dependencies, peerDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...others]) await project.link(name);
    return project;
  }

  static async #empty(): Promise<PackedProject> {
    const folder = await mkdtemp(join(tmpdir(), 'coscribe-project-'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    return new PackedProject(folder);
  }

  /** Gives the project a package of the checkout. */
  async link(name: string): Promise<void> {
    const path = join('node_modules', name);
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await symlink(join(ROOT, path), join(this.folder, path));
  }

  async write(path: string, content: string): Promise<string> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  /** Runs a module of these lines in the project. @returns what it printed, as JSON */
  async evaluate(lines: string): Promise<unknown> {
    const file = await this.write('evaluated.mjs', lines);
    const { stdout } = await run(process.execPath, [file], { cwd: this.folder });
    return JSON.parse(stdout);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
